"""Refunds: what a donor asked for, who agreed to it, and what became of it. The money itself stands in the ledger."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText
from fundapp.giving.refunds.lifecycle import OPEN, State

_STATES = ", ".join(f"'{state}'" for state in State)
_OPEN = ", ".join(f"'{state}'" for state in OPEN)
_UNENTERED = f"'{State.ASKED}', '{State.DECLINED}', '{State.WITHDRAWN}'"
_LEAVING = f"'{State.SENDING}', '{State.PENDING}', '{State.DONE}', '{State.FAILED}'"
_TWO_PEOPLE = marked("This refund has two people: somebody else than who entered it agrees to it or sends it back.")
_ONE = marked("A refund of this gift is being seen to already.")


class GiftRefund(Base):
    """One refund of a gift, or of a payment that belongs to no gift of ours. `state` is written by moving.py alone."""

    __tablename__ = "gift_refund"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": marked("A refund is more than nothing.")}),
        CheckConstraint(f"state IN ({_UNENTERED}) OR amount_pence IS NOT NULL", name="amount_known"),
        CheckConstraint("agreed_by <> entered_by", name="agreed_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint(
            f"agreed_by IS NOT NULL OR NOT needs_second OR state NOT IN ({_LEAVING})", name="second_agreed", info={"sentence": _TWO_PEOPLE}
        ),
        CheckConstraint("(entered_by IS NULL) = (entered_at IS NULL)", name="entered_whole"),
        CheckConstraint("(agreed_by IS NULL) = (agreed_at IS NULL)", name="agreed_whole"),
        UniqueConstraint("stripe_id"),
        Index("uq_gift_refund_open", "subject", unique=True, postgresql_where=text(f"state IN ({_OPEN})"), info={"sentence": _ONE}),
        Index("ix_gift_refund_subject", "subject", "id"),
        Index("ix_gift_refund_began_at_id", "began_at", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # What the ledger calls what is given back: donation:…, or charge:… for money that belongs to no gift of ours.
    subject: Mapped[str]
    donation_id: Mapped[UUID | None] = mapped_column(ForeignKey("donation.id"))
    # The charge at Stripe that it is taken from; none for a gift made elsewhere, which is paid back by bank.
    charge_id: Mapped[str | None]
    state: Mapped[str]
    amount_pence: Mapped[int | None]
    began_at: Mapped[datetime]
    # When the donor asked; none where finance began it, or somebody at Stripe.
    asked_at: Mapped[datetime | None]
    # The donor's own words, if they wrote any.
    reason: Mapped[str] = mapped_column(SealedText("gift_refund.reason"))
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime | None]
    # Whether a second person must agree: by the rule as it was when it was entered.
    needs_second: Mapped[bool]
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agreed_at: Mapped[datetime | None]
    # What finance said last: to the donor, of a refund that was declined; to each other, of one that was sent back.
    answer: Mapped[str] = mapped_column(SealedText("gift_refund.answer"))
    # Counted up when Stripe answered with a fault that it keeps: part of the key that it knows the call by.
    attempt: Mapped[int]
    stripe_id: Mapped[str | None]
    # Why Stripe would not: its code, nothing personal.
    fault: Mapped[str]
    # Whether the ledger has it: from then on its amount is not set aside here as well.
    is_posted: Mapped[bool]
    # When it came to its end.
    ended_at: Mapped[datetime | None]
    # Of a gift made elsewhere: the day the bank pays it back, and the reference by which the line is found again.
    paid_on: Mapped[date | None]
    bank_reference: Mapped[str] = mapped_column(SealedText("gift_refund.bank_reference"))

    @property
    def key(self) -> str:
        """What Stripe knows the call by: stored before it is made."""
        return f"refund:{self.id}:{self.attempt}"

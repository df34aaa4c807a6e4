"""Payments of grants. No bank details of a payee are kept: the supplier's name and the bank's reference find the line again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.grants.models import GrantRequest

_TWO_PEOPLE = "A payment has two people: somebody else than who entered it releases it or sends it back."


class Payment(Base):
    """One payment as it was entered, and what the second person did with it. Only the one that stands was posted to the ledger."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": "A payment is more than nothing."}),
        CheckConstraint("released_by <> entered_by", name="released_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("refused_by <> entered_by", name="refused_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("released_at IS NULL OR refused_at IS NULL", name="one_end"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="release_whole"),
        CheckConstraint("(refused_at IS NULL) = (refused_by IS NULL)", name="refusal_whole"),
        UniqueConstraint("request_id", "number"),
        # One payment of a request stands at a time; the ones sent back stay as they were.
        Index(
            "uq_payment_standing",
            "request_id",
            unique=True,
            postgresql_where=text("refused_at IS NULL"),
            info={"sentence": "A payment for this request is entered already."},
        ),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (released_by, released_at, refused_by, refused_at)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    # 1 for the first that was entered, 2 after that one was sent back.
    number: Mapped[int]
    # What it really cost: not more than was agreed. The rest goes back to the fund when this is released.
    amount_pence: Mapped[int]
    # The day the bank pays, or paid.
    paid_on: Mapped[date]
    supplier: Mapped[str]
    bank_reference: Mapped[str]
    entered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    refused_at: Mapped[datetime | None]

    request: Mapped[GrantRequest] = relationship(lazy="raise")

"""Payments of grants. No bank details of a payee are kept: the supplier's name and the bank's reference find the line again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.indexed import Indexed, WordIndexes
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText
from fundapp.grants.models import GrantRequest
from fundapp.grants.together.models import AwardPart

_TWO_PEOPLE = marked("A payment has two people: somebody else than who entered it releases it or sends it back.")

# What the second person does, and what the bank did.
_CHANGES = "released_by, released_at, refused_by, refused_at, returned_by, returned_at"
# Written again only under another key.
_SEALED_ANEW = "supplier, bank_reference, words_index"


class Payment(Indexed, Base):
    """One payment as it was entered, and what the second person did with it. Only those released were posted to the ledger."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": marked("A payment is more than nothing.")}),
        CheckConstraint("released_by <> entered_by", name="released_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("refused_by <> entered_by", name="refused_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("released_at IS NULL OR refused_at IS NULL", name="one_end"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="release_whole"),
        CheckConstraint("(refused_at IS NULL) = (refused_by IS NULL)", name="refusal_whole"),
        CheckConstraint("(returned_at IS NULL) = (returned_by IS NULL)", name="return_whole"),
        CheckConstraint("returned_at IS NULL OR released_at IS NOT NULL", name="returned_was_released"),
        UniqueConstraint("request_id", "number"),
        # One payment of a request waits for its second person at a time; those released and those sent back stay as they were.
        Index(
            "uq_payment_standing",
            "request_id",
            unique=True,
            postgresql_where=text("released_at IS NULL AND refused_at IS NULL"),
            info={"sentence": marked("A payment for this request is entered already.")},
        ),
        Index("ix_payment_words_index", "words_index", postgresql_using="gin"),
        {"info": {"app_role": f"SELECT, INSERT, UPDATE ({_CHANGES}, {_SEALED_ANEW})"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    # 1 for the first that was entered, and so on, those sent back too. The ledger's entry has it in its key: grant:417:payment:2.
    number: Mapped[int]
    # What it really costs: not more than is set aside.
    amount_pence: Mapped[int]
    # Whether it is the last: what is left goes back to the fund when it is released. If not, it stays set aside for the next.
    is_last: Mapped[bool]
    # The day the bank pays, or paid.
    paid_on: Mapped[date]
    supplier: Mapped[str] = mapped_column(SealedText("payment.supplier"))
    bank_reference: Mapped[str] = mapped_column(SealedText("payment.bank_reference"))
    words_index: Mapped[Any] = mapped_column(WordIndexes("payment.words"), deferred=True, nullable=False)
    entered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    refused_at: Mapped[datetime | None]
    # The bank sent it back, or it was none: reversed in the ledger.
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    returned_at: Mapped[datetime | None]

    indexed: ClassVar[dict[str, tuple[str, ...]]] = {"words_index": ("supplier", "bank_reference")}

    request: Mapped[GrantRequest] = relationship(lazy="raise")

    @property
    def waits(self) -> bool:
        """Whether it waits for its second person."""
        return self.released_at is None and self.refused_at is None

    @property
    def stands_paid(self) -> bool:
        """Whether it was released, and did not come back."""
        return self.released_at is not None and self.returned_at is None


class PaymentPart(Base):
    """What of a payment clears which part of the award. Never changed."""

    __tablename__ = "payment_part"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_positive"), {"info": {"app_role": "SELECT, INSERT"}})

    payment_id: Mapped[int] = mapped_column(ForeignKey(Payment.id), primary_key=True, autoincrement=False)
    part_id: Mapped[int] = mapped_column(ForeignKey(AwardPart.id), primary_key=True, autoincrement=False, index=True)
    amount_pence: Mapped[int]

"""Gifts that were made elsewhere: on paper or by bank. Who gave and in whose memory is sealed; the money stands in the ledger."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import ENGLISH, LANGUAGES, marked
from fundapp.core.sealed import SealedText


class Means(StrEnum):
    """How the money reached the bank."""

    CHEQUE = "cheque"
    TRANSFER = "transfer"
    STANDING_ORDER = "standing-order"
    PAID_IN = "paid-in"


MEANS_WORDS = {
    Means.CHEQUE: marked("Cheque"),
    Means.TRANSFER: marked("Bank transfer"),
    Means.STANDING_ORDER: marked("Standing order"),
    Means.PAID_IN: marked("Cash that was paid in at the bank"),
}

_MEANS = ", ".join(f"'{means}'" for means in Means)
_LANGUAGES = ", ".join(f"'{code}'" for code in LANGUAGES)
_TWO_PEOPLE = marked("A gift made elsewhere has two people: somebody else than who entered it checks it or sends it back.")
_TWO_TO_REVERSE = marked("Taking a gift back out of the books has two people: somebody else than who asked for it does it.")

# What is decided later; and words that are written again only under another key.
_CHANGES = (
    "checked_by, checked_at, refused_by, refused_at, refusal, donation_id,"
    " reversal_asked_by, reversal_asked_at, reversal_why, reversed_by, reversed_at"
)
_SEALED_ANEW = "given_by, postal_address, in_memory_of, bank_reference"


class GiftElsewhere(Base):
    """A gift by cheque or bank as one finance officer entered it, and what a second one did. Only those checked are in the ledger."""

    __tablename__ = "gift_elsewhere"
    __table_args__ = (
        CheckConstraint(f"means IN ({_MEANS})", name="means_known"),
        CheckConstraint(f"language IN ({_LANGUAGES})", name="language_known"),
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": marked("A gift is more than nothing.")}),
        CheckConstraint("checked_by <> entered_by", name="checked_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("refused_by <> entered_by", name="refused_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("reversed_by <> reversal_asked_by", name="reversed_by_another", info={"sentence": _TWO_TO_REVERSE}),
        CheckConstraint("checked_at IS NULL OR refused_at IS NULL", name="one_end"),
        CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name="check_whole"),
        CheckConstraint("(checked_at IS NULL) = (donation_id IS NULL)", name="checked_is_gift"),
        CheckConstraint("(refused_at IS NULL) = (refused_by IS NULL)", name="refusal_whole"),
        CheckConstraint("(reversal_asked_at IS NULL) = (reversal_asked_by IS NULL)", name="asked_whole"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversal_whole"),
        CheckConstraint("reversed_at IS NULL OR checked_at IS NOT NULL", name="reversed_was_checked"),
        UniqueConstraint("once_key"),
        UniqueConstraint("donation_id"),
        Index("ix_gift_elsewhere_received_on_id", "received_on", "id"),
        # A wrong one is put right by a reversal in the ledger, never by editing this row.
        {"info": {"app_role": f"SELECT, INSERT, UPDATE ({_CHANGES}, {_SEALED_ANEW})"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Made with the form and sent back by it, so that a double click is one gift.
    once_key: Mapped[str]
    means: Mapped[str]
    given_by: Mapped[str] = mapped_column(SealedText("gift_elsewhere.given_by"))
    # Where the letter goes; empty where nobody told us.
    postal_address: Mapped[str] = mapped_column(SealedText("gift_elsewhere.postal_address"))
    # One person gave it, of their own money. Gift Aid is for such gifts alone (not a shop's, a club's, several people's).
    is_individual: Mapped[bool]
    # Of whom it is given in memory, if of anybody.
    in_memory_of: Mapped[str] = mapped_column(SealedText("gift_elsewhere.in_memory_of"))
    fund_code: Mapped[str]
    amount_pence: Mapped[int]
    # The day it stands on the bank statement.
    received_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(SealedText("gift_elsewhere.bank_reference"))
    # The letter's, and the gift's page's.
    language: Mapped[str] = mapped_column(server_default=ENGLISH)
    # Whether whoever entered it was told of one like it, and said that this is another.
    is_another: Mapped[bool]
    entered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    checked_at: Mapped[datetime | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    refused_at: Mapped[datetime | None]
    # Why the second person sent it back.
    refusal: Mapped[str] = mapped_column(SealedText("gift_elsewhere.refusal"))
    # The gift that it became.
    donation_id: Mapped[UUID | None] = mapped_column(ForeignKey("donation.id"))
    reversal_asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reversal_asked_at: Mapped[datetime | None]
    reversal_why: Mapped[str] = mapped_column(SealedText("gift_elsewhere.reversal_why"))
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reversed_at: Mapped[datetime | None]

    @property
    def subject(self) -> str:
        """How the audit trail names it before and after it is a gift."""
        return f"gift-elsewhere:{self.id}"

    @property
    def waits(self) -> bool:
        """Whether it waits for its second person."""
        return self.checked_at is None and self.refused_at is None

    @property
    def is_being_reversed(self) -> bool:
        """Whether somebody said that it is wrong, and a second person has not agreed yet."""
        return self.reversal_asked_at is not None and self.reversed_at is None

    @property
    def stands(self) -> bool:
        """Whether it is a gift in the books."""
        return self.checked_at is not None and self.reversed_at is None

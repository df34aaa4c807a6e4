"""Where donors who asked for it are written to: an address, the gifts it belongs to, and whether more than receipts may come."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.indexed import BlindIndex, Indexed
from fundapp.core.sealed import SealedText


class LetterAddress(Indexed, Base):
    """An e-mail address that somebody asked us to keep for their receipts. It was written at Stripe; we never ask for one."""

    __tablename__ = "letter_address"
    __table_args__ = (
        UniqueConstraint("email_index"),
        CheckConstraint("octet_length(email) BETWEEN 36 AND 433", name="email_short"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(SealedText("letter_address.email"))
    email_index: Mapped[Any] = mapped_column(BlindIndex("letter_address.email"), deferred=True, nullable=False)
    # Whether they may be told of the Fund's work (soft opt-in, PECR regulation 22, as amended from 5 February 2026).
    takes_news: Mapped[bool]
    # When they last said so, at the asking or by a letter's link.
    said_at: Mapped[datetime]
    language: Mapped[str]
    made_at: Mapped[datetime]
    # When the links to their gifts were last sent because somebody lost them.
    found_again_at: Mapped[datetime | None]

    indexed: ClassVar[dict[str, tuple[str, ...]]] = {"email_index": ("email",)}

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"letters:{self.id}"


class ReceiptAsked(Base):
    """That the receipt of a gift was asked for by e-mail."""

    __tablename__ = "receipt_asked"
    __table_args__ = (
        Index("ix_receipt_asked_address_id_donation_id", "address_id", "donation_id"),
        {"info": {"app_role": "SELECT, INSERT, DELETE"}},
    )

    donation_id: Mapped[UUID] = mapped_column(ForeignKey("donation.id"), primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey(LetterAddress.id))
    asked_at: Mapped[datetime]


class LetterAsking(Base):
    """Somebody lost the way to their gifts and wrote an address. A job looks whether we have it, so that nothing here tells."""

    __tablename__ = "letter_asking"
    __table_args__ = (
        CheckConstraint("octet_length(address) BETWEEN 34 AND 433", name="address_short"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (address), DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    address: Mapped[str] = mapped_column(SealedText("letter_asking.address"))
    language: Mapped[str]
    asked_at: Mapped[datetime]

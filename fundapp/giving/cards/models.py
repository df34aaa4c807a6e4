"""Tables of a day: which network began which gift, which cards were declined, which questions were answered.

Unlogged, as the door's own counts are (web/models.py): counting waits for no disk, and a server that crashed starts anew.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base

_TABLE = {"prefixes": ["UNLOGGED"], "info": {"app_role": "SELECT, INSERT, DELETE"}}


class CardStart(Base):
    """A gift was begun, from a network that is known by a keyed hash of today alone."""

    __tablename__ = "card_start"
    __table_args__ = (
        CheckConstraint("octet_length(near_hash) = 16 AND octet_length(block_hash) = 16", name="hash_lengths"),
        Index("ix_card_start_at", "at"),
        _TABLE,
    )

    donation_id: Mapped[UUID] = mapped_column(primary_key=True)
    # The address, or the /64 that one home has of IPv6; and the block around it.
    near_hash: Mapped[bytes]
    block_hash: Mapped[bytes]
    at: Mapped[datetime]


class CardDecline(Base):
    """A bank declined a card, at a gift that was begun here today."""

    __tablename__ = "card_decline"
    __table_args__ = (
        CheckConstraint("octet_length(near_hash) = 16 AND octet_length(block_hash) = 16", name="hash_lengths"),
        CheckConstraint("card_hash IS NULL OR octet_length(card_hash) = 16", name="card_hash_length"),
        Index("ix_card_decline_at", "at"),
        Index("ix_card_decline_donation_id", "donation_id"),
        _TABLE,
    )

    # Stripe's id of the try, so that it counts once however often it is told.
    charge_id: Mapped[str] = mapped_column(primary_key=True)
    donation_id: Mapped[UUID]
    near_hash: Mapped[bytes]
    block_hash: Mapped[bytes]
    # Of the pseudonym that Stripe has for the card; keyed, for today alone. None where Stripe tells none.
    card_hash: Mapped[bytes | None]
    amount_pence: Mapped[int]
    at: Mapped[datetime]


class QuestionUsed(Base):
    """A question that was answered, rightly or not: it is good for one answer."""

    __tablename__ = "question_used"
    __table_args__ = (
        CheckConstraint("octet_length(question_hash) = 32", name="question_hash_length"),
        Index("ix_question_used_at", "at"),
        _TABLE,
    )

    question_hash: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]

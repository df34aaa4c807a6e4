"""Tables of the door itself: how often which network came, and what looked like guessing. No address is in either."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class PublicTry(Base):
    """How often one network sent one form, or asked for what is not there, in one stretch of time.

    Unlogged: counting waits for no disk, and a server that crashed starts counting anew. `fundapp/web/limits.py` alone writes it.
    """

    __tablename__ = "public_try"
    __table_args__ = (
        CheckConstraint("octet_length(network_hash) = 16", name="network_hash_length"),
        CheckConstraint("tries > 0", name="tries_positive"),
        Index("ix_public_try_since", "since"),
        {"prefixes": ["UNLOGGED"], "info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    # Which limit or which kind of address.
    what: Mapped[str] = mapped_column(primary_key=True)
    # When the stretch began.
    since: Mapped[datetime] = mapped_column(primary_key=True)
    # Keyed, and for this stretch alone: the same network is another hash in the next. All networks together are one more.
    network_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tries: Mapped[int]


class Guessing(Base):
    """Somebody asked for many addresses that do not exist, as one does who guesses. Open until an administrator looked into it."""

    __tablename__ = "guessing"
    __table_args__ = (
        CheckConstraint("times > 0", name="times_positive"),
        CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen_by_somebody"),
        Index("uq_guessing_open", "what", unique=True, postgresql_where=text("seen_at IS NULL")),
        Index("ix_guessing_first_at_id", "first_at", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Which kind of address: gifts, points, invitations.
    what: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # How often a network, or all of them together, went past what is allowed in one stretch.
    times: Mapped[int]
    seen_at: Mapped[datetime | None]
    # The account's number: this room knows no accounts.
    seen_by: Mapped[int | None]

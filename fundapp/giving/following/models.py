"""What of each gift was used by which release: made from the ledger alone, kept so that a gift's page need not make it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class TraceRelease(Base):
    """A published quarter whose use of gifts has been worked out. Never changed."""

    __tablename__ = "trace_release"
    __table_args__ = (CheckConstraint("quarter ~ '^[0-9]{4}-Q[1-4]$'", name="quarter"), {"info": {"app_role": "SELECT, INSERT"}})

    # As the ledger names it: 2026-Q3.
    quarter: Mapped[str] = mapped_column(primary_key=True)
    released_at: Mapped[datetime]


class TraceUse(Base):
    """What one gift lost to one release. Never changed."""

    __tablename__ = "trace_use"
    __table_args__ = (CheckConstraint("used_pence > 0", name="used_positive"), {"info": {"app_role": "SELECT, INSERT"}})

    # The gift, as the ledger names it: it is looked up nowhere else.
    donation_id: Mapped[UUID] = mapped_column(primary_key=True)
    quarter: Mapped[str] = mapped_column(ForeignKey("trace_release.quarter"), primary_key=True)
    # From where on the release tells of this gift's fund: the same quarter, or an earlier one that was carried.
    since: Mapped[str]
    used_pence: Mapped[int]

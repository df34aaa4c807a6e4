"""What watches over posters: how often each is visited, by day, and what people report about them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText
from fundapp.points.lifecycle import Outcome, Trouble

_TROUBLES = ", ".join(f"'{one}'" for one in Trouble)
_OUTCOMES = ", ".join(f"'{one}'" for one in Outcome)
LONGEST_CODE = 12


class PointVisit(Base):
    """How often a point's page was opened on a day. A count alone: nobody's trace is in it."""

    __tablename__ = "point_visit"
    __table_args__ = (CheckConstraint("visits > 0", name="visits_positive"), {"info": {"app_role": "SELECT, INSERT, UPDATE"}})

    point_id: Mapped[int] = mapped_column(ForeignKey("collection_point.id"), primary_key=True)
    # The London day.
    day: Mapped[date] = mapped_column(primary_key=True)
    visits: Mapped[int]


class PointReport(Base):
    """What somebody noticed about a poster, ours or somebody else's, and what was done about it."""

    __tablename__ = "point_report"
    __table_args__ = (
        UniqueConstraint("form_key"),
        CheckConstraint(f"trouble IN ({_TROUBLES})", name="trouble_known"),
        CheckConstraint(f"outcome IN ('', {_OUTCOMES})", name="outcome_known"),
        CheckConstraint(f"code ~ '^[0-9A-Z]{{0,{LONGEST_CODE}}}$'", name="code_shape"),
        CheckConstraint(
            "(outcome = '') = (ended_at IS NULL)", name="ended_with_outcome", info={"sentence": marked("Say what was done about it.")}
        ),
        Index("ix_point_report_ended_at_id", "ended_at", "id"),
        Index("ix_point_report_point_id_id", "point_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Of the form, so that the same page sent twice is one report.
    form_key: Mapped[str]
    # The point whose code it has, where there is one.
    point_id: Mapped[int | None] = mapped_column(ForeignKey("collection_point.id"))
    # The code as somebody typed or scanned it; empty where there was none.
    code: Mapped[str]
    # One of lifecycle.Trouble.
    trouble: Mapped[str]
    # Where, and what else they saw: whatever somebody wrote may name somebody.
    words: Mapped[str] = mapped_column(SealedText("point_report.words"))
    received_at: Mapped[datetime]
    # One of lifecycle.Outcome, or empty while it is open.
    outcome: Mapped[str] = mapped_column(server_default="")
    done: Mapped[str] = mapped_column(SealedText("point_report.done"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]

    @property
    def subject(self) -> str:
        """How the audit trail names what it is about."""
        return f"point:{self.point_id}" if self.point_id else f"report:{self.id}"

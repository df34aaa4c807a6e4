"""The table of who is told, and when, that a request waits still."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class Step(StrEnum):
    """Who hears of a request that waits still: one after the other, each once for a clock."""

    # Half of its time is gone: whoever is on duty, or their deputy.
    ON_DUTY = "on_duty"
    # Three quarters are gone: everybody else who may answer.
    OTHERS = "others"
    # It is overdue: those who keep the rota, and the fund office.
    OFFICE = "office"


class Reminder(Base):
    """One reminder, planned when the clock began. A clock that is written anew plans its own, and what it overtakes is dropped."""

    __tablename__ = "request_reminder"
    __table_args__ = (
        CheckConstraint("step IN ('on_duty', 'others', 'office')", name="step_known"),
        CheckConstraint("at <= due_at", name="not_after_due"),
        UniqueConstraint("request_id", "due_at", "step"),
        Index("ix_request_reminder_at", "at", postgresql_where=text("told_at IS NULL")),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    # The clock that it belongs to.
    due_at: Mapped[datetime]
    step: Mapped[str]
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]

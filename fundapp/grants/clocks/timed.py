"""What every request carries of its clock, and the one answer to "is it overdue?", in Python and in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core import clock
from fundapp.grants.lifecycle import UNANSWERED, Status


class Timed:
    """A request with a clock. Every page, mail, list, count and export that calls one overdue asks `is_overdue`."""

    if TYPE_CHECKING:
        status: Mapped[Status]
        paused_at: Mapped[datetime | None]

    # By when it is answered. Written when it is sent, anew when its clock goes on; it stays what it was once there is an answer.
    due_at: Mapped[datetime | None] = mapped_column(index=True)

    @hybrid_property
    def runs(self) -> bool:
        """Whether somebody owes an answer now, so that its clock runs. It stands still while whoever it is for has paused it."""
        return self.status in UNANSWERED and self.paused_at is None

    @runs.inplace.expression
    @classmethod
    def _runs(cls) -> ColumnElement[bool]:
        return and_(cls.status.in_(UNANSWERED), cls.paused_at.is_(None))

    @hybrid_property
    def is_overdue(self) -> bool:
        """Whether it should have been answered by now, and was not. At the very moment it is due it is not overdue yet."""
        return self.runs and self.due_at is not None and self.due_at < clock.now()

    @is_overdue.inplace.expression
    @classmethod
    def _is_overdue(cls) -> ColumnElement[bool]:
        return and_(cls.runs, cls.due_at < clock.now())

"""What waits, what failed, and which loop is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.jobs.models import JobLoop
from fundapp.jobs.tasks import Loop


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up after all its tries. Its arguments are ids alone."""

    id: int
    name: str
    ids: dict[str, int | str]
    attempts: int
    failed_at: datetime


def failed(session: Session, limit: int = 100) -> list[FailedJob]:
    """Jobs that nobody tries any more, newest first."""
    rows = session.execute(
        text(
            "SELECT job.id, job.task_name, job.args, job.attempts, max(event.at) AS failed_at"
            " FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'failed'"
            " WHERE job.status = 'failed' GROUP BY job.id ORDER BY failed_at DESC, job.id DESC LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [FailedJob(row.id, row.task_name, dict(row.args), row.attempts, row.failed_at) for row in rows]


def waiting_count(session: Session) -> int:
    """How many jobs wait or are at work."""
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")) or 0


def loops(session: Session) -> Sequence[JobLoop]:
    """Every loop that ever ran, with its last turn."""
    return session.scalars(select(JobLoop).order_by(JobLoop.name)).all()


def last_good_turn(session: Session, name: str) -> datetime | None:
    """When a loop's last good turn ended; None before the first."""
    return session.scalar(select(JobLoop.last_done_at).where(JobLoop.name == name))


def late_loops(session: Session, loops: Sequence[Loop]) -> list[str]:
    """The names of loops that have not ended well for three of their turns, or never: nobody may be working."""
    last = {row.name: row.last_done_at for row in session.scalars(select(JobLoop))}
    now = clock.now()

    def is_late(loop: Loop) -> bool:
        done = last.get(loop.name)
        return done is None or now - done > timedelta(seconds=max(loop.every_seconds * 3, 120))

    return [loop.name for loop in loops if is_late(loop)]

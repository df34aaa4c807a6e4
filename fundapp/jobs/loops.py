"""Loops: each in a thread of its own, one process at a time, a fault in one never stops another."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.jobs.context import JobContext
from fundapp.jobs.models import JobLoop
from fundapp.jobs.tasks import Loop

log = logging.getLogger(__name__)
# How long a loop sleeps at the most before it looks whether its turn has come (a day's loop must not sleep through a restart).
LONGEST_SLEEP_SECONDS = 30.0
# And at the least: a turn that takes longer than its time leaves some to others.
SHORTEST_SLEEP_SECONDS = 0.05


def keep_going(context: JobContext, loop: Loop, stop: threading.Event) -> None:
    """Take the loop's turns until told to stop. Its time is from turn to turn, so that a long turn makes nobody wait longer."""
    while not stop.is_set():
        began = time.monotonic()
        try:
            take_turn(context, loop)
        except Exception as fault:
            # The database itself may be away; the loop outlives that.
            log.error("loop %s: %s", loop.name, type(fault).__name__)
        left = loop.every_seconds - (time.monotonic() - began)
        stop.wait(min(max(left, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS))


def take_turn(context: JobContext, loop: Loop) -> bool:
    """Run the loop once if its turn has come and no other process is at it. Returns whether it ran."""
    with context.database.session() as guard:
        # The lock ends with this transaction, however the process ends.
        if not guard.scalar(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 3))"), {"name": loop.name}):
            return False
        last = guard.get(JobLoop, loop.name)
        started = clock.now()
        if last and last.last_started_at and started - last.last_started_at < timedelta(seconds=loop.every_seconds * 0.9):
            return False
        fault = _run(context, loop)
        _note(guard, loop.name, started_at=started, fault=fault)
        guard.commit()
    return True


def _run(context: JobContext, loop: Loop) -> str:
    try:
        loop.function(context)
    except Exception as fault:
        log.error("loop %s failed: %s", loop.name, type(fault).__name__, exc_info=not context.settings.is_production)
        return type(fault).__name__
    return ""


def _note(session: Session, name: str, *, started_at: object, fault: str) -> None:
    values = {"last_started_at": started_at, "last_fault": fault}
    if not fault:
        values["last_done_at"] = clock.now()
    session.execute(insert(JobLoop).values(name=name, **values).on_conflict_do_update(index_elements=[JobLoop.name], set_=values))

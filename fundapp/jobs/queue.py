"""Putting work in the queue, inside the caller's transaction."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

import procrastinate
from sqlalchemy.orm import Session

QUEUE = "fund"
# An argument is a number or a reference. Words, addresses and names would stay in the queue and in its logs.
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,199}", re.ASCII)


def enqueue(session: Session, name: str, *, not_before: datetime | None = None, **ids: int | str) -> int:
    """Ask for a job by name. It exists once the caller's transaction is committed, and not at all if it is rolled back.

    `ids` are numbers and opaque references. Returns the job's id. Raises ValueError for anything that could be words.
    """
    for key, value in ids.items():
        if isinstance(value, str) and not _REFERENCE.fullmatch(value):
            raise ValueError(f"A job takes ids and references, never words: {key}")
    connection = session.connection().connection.driver_connection
    deferrer = _queue().configure_task(name, allow_unknown=True, queue=QUEUE, schedule_at=not_before, connection=connection)
    return deferrer.defer(**ids)


@cache
def _queue() -> procrastinate.App:
    # Holds no connection and no state: each call brings its own connection.
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

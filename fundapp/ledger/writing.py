"""The statement that writes an entry with its transfers, and how the ledger's own statements are run."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NoReturn, cast

import psycopg
from psycopg import errors as pg
from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from fundapp.core.db import explain
from fundapp.core.errors import Collided
from fundapp.ledger import canonical
from fundapp.ledger.draft import Record

# One statement writes header and transfers, unless the event is there already or its day is shut; both are looked up only when
# nothing was written. That accounts and fund exist, and that nothing leaves a fund by this way, is known before (codes.py).
_HEADER = """
WITH header AS (
    INSERT INTO entry (
        number, event_key, kind, happened_on, recorded_at, transfers, reverses, reason, actor, subject, note, forced,
        public_particulars, private_particulars, nonce, leaf_version, leaf_hash
    )
    SELECT
        %(number)s::bigint, %(event_key)s::text, %(kind)s::text, %(happened_on)s::date, %(recorded_at)s::timestamptz,
        %(transfers)s::int, %(reverses)s::bigint, %(reason)s::text, %(actor)s::text, %(subject)s::text, %(note)s::text,
        %(forced)s::boolean, %(public)s::jsonb, %(private)s::jsonb, %(nonce)s::bytea, %(leaf_version)s::smallint,
        %(leaf_hash)s::bytea
    WHERE %(happened_on)s::date > date '1970-01-01' + (SELECT last_value::int FROM shut_until)
    ON CONFLICT (event_key) DO NOTHING
    RETURNING id
)"""
_MOVED = """, moved AS (
    INSERT INTO transfer (entry_id, n, debit_account, credit_account, fund, amount_pence)
    SELECT header.id, n, debit, credit, fund, pence FROM header, (VALUES {lines}) AS line (n, debit, credit, fund, pence)
)"""
_LINE = "({n}, %(debit{n})s::text, %(credit{n})s::text, %(fund{n})s::text, %(pence{n})s::bigint)"
_ID = """
SELECT id FROM header
"""
_NOTHING_BESIDES = "{}"


def insert(connection: Connection, record: Record) -> int | None:
    """Write a record: the entry's id, or None when its event is in the ledger already or its day is shut.

    Past SQLAlchemy's own cursor, which costs as much as the statement's whole way through the driver (`script/bench posting`).
    Raises as `execute` does.
    """
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    statement = _statement(len(record.draft.lines))
    try:
        row = driver.execute(statement, _values(record)).fetchone()
    except psycopg.Error as error:
        _refuse(_wrapped(connection, statement, error))
    return None if row is None else row[0]


def execute(connection: Connection, statement: str, values: dict[str, Any]) -> CursorResult[Any]:
    """Run one of the ledger's statements. Raises Busy for a lock not had in time, and Refused for a rule that has a sentence."""
    try:
        return connection.exec_driver_sql(statement, values)
    except DBAPIError as error:
        _refuse(error)


def _refuse(error: DBAPIError) -> NoReturn:
    raised = explain(error) or _shut_meanwhile(error)
    if raised is None:
        raise error
    raise raised from error


def _shut_meanwhile(error: DBAPIError) -> Collided | None:
    """The guard has found a day shut that was open when the statement began. Done anew, the act is told so, or dated in the open."""
    cause = error.orig
    by_the_guard = isinstance(cause, pg.CheckViolation) and cause.diag.constraint_name == "entry_complete"
    return Collided() if by_the_guard else None


def _wrapped(connection: Connection, statement: str, error: psycopg.Error) -> DBAPIError:
    """The driver's error as SQLAlchemy raises it, without what was to be written; a connection that has ended is given up."""
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    ended = driver.closed
    wrapped = DBAPIError.instance(
        statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=ended, dialect=connection.dialect
    )
    if ended:
        connection.invalidate(error)
    return cast(DBAPIError, wrapped)


@lru_cache(maxsize=128)
def _statement(lines: int) -> str:
    """The statement for an entry with so many lines. Its text is kept, and the driver prepares what it meets often."""
    moved = _MOVED.format(lines=", ".join(_LINE.format(n=n) for n in range(1, lines + 1))) if lines else ""
    return _HEADER + moved + _ID


def _values(record: Record) -> dict[str, Any]:
    draft = record.draft
    values: dict[str, Any] = {
        "number": record.number,
        "event_key": draft.event_key,
        "kind": draft.kind,
        "happened_on": draft.happened_on,
        "recorded_at": record.recorded_at,
        "transfers": len(draft.lines),
        "reverses": draft.reverses,
        "reason": draft.reason,
        "actor": draft.actor,
        "subject": draft.subject,
        "note": draft.note,
        "forced": record.forced,
        "public": json.dumps(draft.public) if draft.public else _NOTHING_BESIDES,
        "private": json.dumps(draft.private) if draft.private else _NOTHING_BESIDES,
        "nonce": record.nonce,
        "leaf_version": canonical.LEAF_VERSION,
        "leaf_hash": canonical.leaf_hash(record),
    }
    for n, line in enumerate(draft.lines, start=1):
        values |= {f"debit{n}": line.debit, f"credit{n}": line.credit, f"fund{n}": line.fund, f"pence{n}": line.amount_pence}
    return values

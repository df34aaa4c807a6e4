"""The statement that writes an entry with its transfers, and how the ledger's own statements are run."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NoReturn, cast

from psycopg import errors as pg
from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from fundapp.core import prepared
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
        $1::bigint, $2::text, $3::text, $4::date, $5::timestamptz, {transfers}, $6::bigint, $7::text, $8::text, $9::text, $10::text,
        $11::boolean, $12::jsonb, $13::jsonb, $14::bytea, {leaf_version}, $15::bytea
    WHERE $4::date > date '1970-01-01' + (SELECT last_value::int FROM shut_until)
    ON CONFLICT (event_key) DO NOTHING
    RETURNING id
)"""
_MOVED = """, moved AS (
    INSERT INTO transfer (entry_id, n, debit_account, credit_account, fund, amount_pence)
    SELECT header.id, n, debit, credit, fund, pence FROM header, (VALUES {lines}) AS line (n, debit, credit, fund, pence)
)"""
_LINE = "({n}, ${debit}::text, ${credit}::text, ${fund}::text, ${pence}::bigint)"
_OF_A_HEADER, _OF_A_LINE = 15, 4
_ID = """
SELECT id FROM header
"""
_NOTHING_BESIDES = "{}"


def insert(connection: Connection, record: Record) -> int | None:
    """Write a record: the entry's id, or None when its event is in the ledger already or its day is shut. Raises as `execute` does."""
    try:
        row = prepared.fetch_row(connection, _statement(len(record.draft.lines)), _values(record))
    except DBAPIError as error:
        _refuse(error)
    return None if row is None else int(cast(str, row[0]))


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


@lru_cache(maxsize=128)
def _statement(lines: int) -> str:
    """The statement for an entry with so many lines."""
    header = _HEADER.format(transfers=lines, leaf_version=canonical.LEAF_VERSION)
    moved = _MOVED.format(lines=", ".join(_line(n) for n in range(1, lines + 1))) if lines else ""
    return header + moved + _ID


def _line(n: int) -> str:
    first = _OF_A_HEADER + _OF_A_LINE * (n - 1) + 1
    return _LINE.format(n=n, debit=first, credit=first + 1, fund=first + 2, pence=first + 3)


def _values(record: Record) -> list[str | None]:
    """A record's fields as PostgreSQL reads them, in the statement's order."""
    draft = record.draft
    values = [
        str(record.number),
        draft.event_key,
        draft.kind,
        draft.happened_on.isoformat(),
        record.recorded_at.isoformat(),
        None if draft.reverses is None else str(draft.reverses),
        draft.reason,
        draft.actor,
        draft.subject,
        draft.note,
        "true" if record.forced else "false",
        json.dumps(draft.public) if draft.public else _NOTHING_BESIDES,
        json.dumps(draft.private) if draft.private else _NOTHING_BESIDES,
        rf"\x{record.nonce.hex()}",
        rf"\x{canonical.leaf_hash(record).hex()}",
    ]
    for line in draft.lines:
        values += (line.debit, line.credit, line.fund, str(line.amount_pence))
    return values

"""Taking a list of requests away as a table: who did is written down, then it is sent as it is read.

Figures, states and days; kinds of help as the catalogue names them. Nobody's words, no goal, no shop, no person's code: a table lies
about on a desk. Of other teams not even the kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import Database
from fundapp.core.spreadsheet import BYTE_ORDER_MARK, amount, chunks, line, words
from fundapp.grants.listing import Wanted, Whose
from fundapp.grants.models import GrantRequest
from fundapp.people import queries as people

FILE_NAME = "requests-{day}.csv"
_FIGURES = ("asked", "agreed", "paid", "given back", "sent", "due", "overdue", "answered", "paid on", "in their hands", "ended")
# How many rows are fetched at a time.
_AT_ONCE = 200


def note_taking(session: Session, *, actor: Actor, want: Wanted) -> None:
    """Write into the audit trail who took a list, and how wide it was. What it was narrowed to is nobody's business later."""
    audit.record(session, actor=actor, kind=AuditKind.REQUESTS_TAKEN, subject=f"requests:{want.whose}", facts={"whose": want.whose})


def stream(database: Database, statement: Select[GrantRequest], want: Wanted) -> Iterator[bytes]:
    """The table, a chunk at a time. Whoever stops asking and closes it gives the connection back."""
    with database.snapshot() as session:
        yield BYTE_ORDER_MARK
        yield from chunks(_lines(session, statement, is_wide=want.whose == Whose.ORGANISATION))


def _lines(session: Session, statement: Select[GrantRequest], *, is_wide: bool) -> Iterator[str]:
    yield line("request", "team", "state", *(() if is_wide else ("kinds",)), *_FIGURES)
    teams: dict[int, str] = {}
    for rows in session.scalars(statement.execution_options(yield_per=_AT_ONCE)).partitions():
        missing = {row.team_id for row in rows} - teams.keys()
        teams |= people.team_names(session, missing) if missing else {}
        for row in rows:
            kinds = () if is_wide else (words("; ".join(dict.fromkeys(thing.item.name for thing in row.things))),)
            yield line(str(row.id), words(teams.get(row.team_id, "")), row.status.value, *kinds, *_figures(row))


def _figures(row: GrantRequest) -> tuple[str, ...]:
    pence = (row.asked_pence, row.agreed_pence, row.paid_pence, row.released_pence)
    whens = (row.decided_at, row.paid_at, row.in_hands_at, row.ended_at)
    return (
        *("" if one is None else amount(one) for one in pence),
        _moment(row.sent_at),
        _moment(row.due_at),
        "yes" if row.is_overdue else "",
        *(_moment(one) for one in whens),
    )


def _moment(at: datetime | None) -> str:
    """By the clock on the wall, as spreadsheets read it."""
    return f"{clock.london(at):%Y-%m-%d %H:%M}" if at else ""

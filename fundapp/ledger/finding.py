"""Finding an entry by what it is called: its number, its event, or what it is about. Each is looked up whole, in an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry as a list of what was found shows it."""

    number: int
    kind: str
    happened_on: date
    subject: str


def find(session: Session, *, number: int | None, references: Sequence[str], limit: int, offset: int) -> tuple[list[FoundEntry], int]:
    """Entries of this number, or whose event or subject is one of these references: that number first, then the newest.

    Some of them, and how many there are, in one question.
    """
    called = or_(Entry.number == number, Entry.event_key.in_(references), Entry.subject.in_(references))
    statement = (
        select(Entry.number, Entry.kind, Entry.happened_on, Entry.subject, func.count().over())
        .where(called)
        .order_by(Entry.number != (number or 0), Entry.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = session.execute(statement).all()
    return [FoundEntry(*row[:4]) for row in rows], rows[0][4] if rows else 0

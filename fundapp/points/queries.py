"""Reading collection points."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.points.codes import Unknown, explain_unknown, grouped, is_code, normalise
from fundapp.points.models import CollectionPoint

# Rooms above see this module alone.
__all__ = ["CollectionPoint", "State", "Unknown", "explain_unknown", "first_open", "grouped", "point", "point_by_code", "points"]


class State(StrEnum):
    """Which points a list shows."""

    ALL = "all"
    OPEN = "open"
    CLOSED = "closed"


def point_by_code(session: Session, code: str) -> CollectionPoint | None:
    """The point with this code, open or closed, however it was typed; None where there is none."""
    kept = normalise(code)
    return session.scalar(select(CollectionPoint).where(CollectionPoint.code == kept)) if is_code(kept) else None


def point(session: Session, point_id: int) -> CollectionPoint:
    """A point, open or closed. Raises NotFound."""
    found = session.get(CollectionPoint, point_id)
    if found is None:
        raise NotFound(_("There is no such collection point."))
    return found


def points(*, words: str = "", state: State = State.ALL) -> Select[CollectionPoint]:
    """All points for paging: open ones first, then by name. `words` are looked for in name, business and code."""
    statement = select(CollectionPoint).order_by(CollectionPoint.closed_at.is_not(None), CollectionPoint.name, CollectionPoint.id)
    if state is State.OPEN:
        statement = statement.where(CollectionPoint.closed_at.is_(None))
    if state is State.CLOSED:
        statement = statement.where(CollectionPoint.closed_at.is_not(None))
    if not words:
        return statement
    found = [column.icontains(words, autoescape=True) for column in (CollectionPoint.name, CollectionPoint.business)]
    code = normalise(words)
    if code:
        found.append(CollectionPoint.code.startswith(code, autoescape=True))
    return statement.where(or_(*found))


def count_open(session: Session) -> int:
    """How many points are open."""
    return session.scalar(select(func.count()).select_from(CollectionPoint).where(CollectionPoint.closed_at.is_(None))) or 0


def first_open(session: Session) -> CollectionPoint:
    """The open point that has been there longest. Raises NotFound where none is open."""
    found = session.scalar(
        select(CollectionPoint).where(CollectionPoint.closed_at.is_(None)).order_by(CollectionPoint.opened_at, CollectionPoint.id).limit(1)
    )
    if found is None:
        raise NotFound(_("No collection point is open."))
    return found

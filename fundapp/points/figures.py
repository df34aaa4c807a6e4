"""How often points were visited, and what a host is told was given at theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol, cast

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.ledger import periods_read
from fundapp.points.models import CollectionPoint
from fundapp.points.watch_models import PointVisit

EXTENSION = "fund-takings"

# A host is told of no month, or run of months, with fewer gifts than this, given on fewer days; and of whole five pounds alone.
LEAST_GIFTS = 5
LEAST_DAYS = 3
WHOLE_PENCE = 500


class MonthTaken(Protocol):
    """What points took in a month: the room of gifts has it from the ledger."""

    @property
    def month(self) -> date:
        """Its first day."""

    @property
    def taken_pence(self) -> int:
        """What was given, less what was given back."""

    @property
    def gifts(self) -> int:
        """How many gifts."""

    @property
    def days(self) -> int:
        """On how many days."""


Takings = Callable[[Session, Sequence[int]], Sequence[MonthTaken]]


class Told(NamedTuple):
    """What a host is told of a month, or of several that had to be put together."""

    since: date
    until: date
    pence: int


class Visited(NamedTuple):
    """How often a point's page was opened of late, and when last."""

    lately: int
    last_on: date


def install(app: Flask, takings: Takings) -> None:
    """Say where what was given at points is read: in a room above this one."""
    app.extensions[EXTENSION] = takings


def told_to_host(session: Session, point_ids: Sequence[int]) -> list[Told]:
    """What a host is told was given at these places, oldest first: months that are closed alone, so that no figure changes any more."""
    takings = cast(Takings, current_app.extensions[EXTENSION])
    shut = periods_read.shut_until(session)
    return [] if shut is None or not point_ids else told(takings(session, point_ids), shut_until=shut)


def told(months: Sequence[MonthTaken], *, shut_until: date) -> list[Told]:
    """The months that may be told. Pure.

    A month with few gifts is put together with those after it until there are enough, so that no figure is one person's gift, or
    lets somebody who gave there work out another's; and what is told is rounded down to whole five pounds, over the whole.
    """
    found: list[Told] = []
    since, gifts, days, all_pence, told_pence = None, 0, 0, 0, 0
    for one in months:
        if periods_read.month_end(one.month) > shut_until:
            break
        since = since or one.month
        gifts, days, all_pence = gifts + one.gifts, days + one.days, all_pence + one.taken_pence
        whole = all_pence // WHOLE_PENCE * WHOLE_PENCE
        if gifts >= LEAST_GIFTS and days >= LEAST_DAYS and whole >= told_pence:
            found.append(Told(since, one.month, whole - told_pence))
            since, gifts, days, told_pence = None, 0, 0, whole
    return found


def visits_by_day(session: Session, *, since: date) -> dict[int, dict[date, int]]:
    """How often each open point's page was opened on each day from this one on."""
    rows = session.execute(
        select(PointVisit.point_id, PointVisit.day, PointVisit.visits)
        .join(CollectionPoint, CollectionPoint.id == PointVisit.point_id)
        .where(CollectionPoint.closed_at.is_(None), PointVisit.day >= since)
    )
    found: dict[int, dict[date, int]] = {}
    for point_id, on, visits in rows:
        found.setdefault(point_id, {})[on] = visits
    return found


def visited(session: Session, point_ids: Sequence[int], *, today: date, days: int = 28) -> dict[int, Visited]:
    """How often each of these points' pages was opened in the last days, and when last. One never visited is left out."""
    lately = func.coalesce(func.sum(PointVisit.visits).filter(PointVisit.day > today - timedelta(days=days)), 0)
    rows = session.execute(
        select(PointVisit.point_id, lately, func.max(PointVisit.day))
        .where(PointVisit.point_id.in_(list(point_ids)))
        .group_by(PointVisit.point_id)
    )
    return {point_id: Visited(int(visits), last) for point_id, visits, last in rows}


def visits_by_month(session: Session, point_id: int) -> dict[date, int]:
    """How often a point's page was opened in each month, by the month's first day."""
    month = func.date_trunc("month", PointVisit.day)
    rows = session.execute(
        select(month, func.sum(PointVisit.visits)).where(PointVisit.point_id == point_id).group_by(month).order_by(month)
    )
    return {on.date(): int(visits) for on, visits in rows}

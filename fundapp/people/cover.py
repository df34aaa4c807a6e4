"""Who decides when: in office hours every approver who is not away, out of hours whoever is on call, or their deputy.

Hours are those of the clock on the wall in London, so the night on which the clocks change is an hour shorter or longer; an opening
or a turn begins and ends by that clock. Days the office is closed are rows that an administrator keeps, seeded with the bank
holidays of England (a library for the calendars of the world would be a production dependency for eight rows a year).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.core import clock
from fundapp.core.clock import LONDON
from fundapp.core.roles import Role
from fundapp.people.cover_models import Absence, ClosedDay, OfficeHours, OnCall
from fundapp.people.models import User, UserRole

OPENS, CLOSES = time(9), time(17)
# How far ahead a night without anybody on call is told.
AHEAD = timedelta(days=14)


class Span(NamedTuple):
    """From one moment to before another."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the office is open."""

    opens: time = OPENS
    closes: time = CLOSES
    closed: frozenset[date] = frozenset()

    def hours_of(self, day: date) -> Span | None:
        """When it is open on a day; None on a day on which it is not."""
        if day.weekday() >= 5 or day in self.closed:
            return None
        return Span(at(day, self.opens), at(day, self.closes))

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open at a moment."""
        hours = self.hours_of(clock.day_of(moment))
        return hours is not None and hours.starts_at <= moment < hours.ends_at

    def out_of_hours(self, since: datetime, until: datetime) -> list[Span]:
        """Every span between two moments in which it is closed."""
        found, begins, day = [], since, clock.day_of(since)
        while day <= clock.day_of(until):
            hours = self.hours_of(day)
            if hours is not None:
                if begins < min(hours.starts_at, until):
                    found.append(Span(begins, min(hours.starts_at, until)))
                begins = max(begins, hours.ends_at)
            day += timedelta(days=1)
        return [*found, Span(begins, until)] if begins < until else found


class Turn(NamedTuple):
    """Somebody on call, and who stands in while they are away."""

    row: OnCall
    name: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Tonight:
    """Who decides, as the first pages say it."""

    is_open: bool
    # When that changes: when the office closes, or opens.
    until: datetime
    # Whoever is on call out of hours, now or once the office closes.
    names: Sequence[str]


def at(day: date, wall: time) -> datetime:
    """A time on the wall in London as a moment. An hour that comes twice is its first; one that is left out is an hour later."""
    return datetime.combine(day, wall, tzinfo=LONDON).astimezone(UTC)


def calendar(session: Session, around: date) -> Calendar:
    """The calendar for the weeks around a day, in one question."""
    hours = select(OfficeHours).order_by(OfficeHours.id.desc()).limit(1).subquery()
    closed = select(func.array_agg(ClosedDay.day)).where(ClosedDay.day.between(around - timedelta(days=7), around + timedelta(days=60)))
    opens = select(hours.c.opens_at).scalar_subquery()
    closes = select(hours.c.closes_at).scalar_subquery()
    found = session.execute(select(opens, closes, closed.scalar_subquery())).one()
    return Calendar(found[0] or OPENS, found[1] or CLOSES, frozenset(found[2] or ()))


def turns(session: Session, since: datetime, until: datetime) -> list[Turn]:
    """Everybody on call between two moments: each with whoever stands in on the day it begins, if they are away then."""
    deputy = aliased(User)
    away = _away_on(func.date(func.timezone("Europe/London", func.greatest(OnCall.starts_at, since))))
    statement = (
        select(OnCall, User, deputy)
        .join(User, User.id == OnCall.user_id)
        .outerjoin(Absence, and_(Absence.user_id == OnCall.user_id, away))
        .outerjoin(deputy, deputy.id == Absence.deputy_id)
        .where(OnCall.withdrawn_at.is_(None), OnCall.ends_at > since, OnCall.starts_at < until)
        .order_by(OnCall.starts_at, OnCall.id)
    )
    found = [(row, stands_in or user) for row, user, stands_in in session.execute(statement)]
    return [Turn(row, user.name, user.id) for row, user in found if user.active]


def gaps(session: Session, now: datetime) -> list[Span]:
    """The spans of the next two weeks in which the office is closed and nobody is on call."""
    until = now + AHEAD
    covered = [Span(turn.row.starts_at, turn.row.ends_at) for turn in turns(session, now, until)]
    return [gap for span in calendar(session, clock.day_of(now)).out_of_hours(now, until) for gap in _without(span, covered)]


def on_duty(session: Session, moment: datetime) -> set[int]:
    """Which approvers are told that a request waits. Empty where nobody is on call: then everybody who may decide is told."""
    holders = select(UserRole.user_id).join(User, User.id == UserRole.user_id)
    approvers = set(session.scalars(holders.where(UserRole.role == Role.APPROVER.value, User.disabled_at.is_(None))))
    if calendar(session, clock.day_of(moment)).is_open(moment):
        return approvers - set(deputies(session, clock.day_of(moment)))
    return approvers & {turn.user_id for turn in turns(session, moment, moment + timedelta(microseconds=1))}


def deputies(session: Session, day: date) -> dict[int, int | None]:
    """Who is away on a day, each with whoever stands in."""
    rows = session.execute(select(Absence.user_id, Absence.deputy_id).where(_away_on(day)))
    return {row.user_id: row.deputy_id for row in rows}


def tonight(session: Session) -> Tonight:
    """Who decides now and out of hours, in two questions."""
    now = clock.now()
    days = calendar(session, clock.today())
    is_open = days.is_open(now)
    span = days.out_of_hours(now, now + timedelta(days=30))[0]
    found = turns(session, span.starts_at, span.ends_at)
    standing = [turn.name for turn in found if turn.row.starts_at <= span.starts_at]
    return Tonight(is_open, span.starts_at if is_open else span.ends_at, list(dict.fromkeys(standing)))


def absences(session: Session, *, user_id: int | None = None) -> Sequence[Absence]:
    """Absences that go on or are to come, the earliest first; of everybody, or of one."""
    statement = select(Absence).where(Absence.ended_at.is_(None), Absence.ends_on >= clock.today()).order_by(Absence.starts_on, Absence.id)
    return session.scalars(statement.where(Absence.user_id == user_id) if user_id is not None else statement).all()


def closed_days(session: Session) -> Sequence[ClosedDay]:
    """Days on which the office is closed, from today on."""
    return session.scalars(select(ClosedDay).where(ClosedDay.day >= clock.today()).order_by(ClosedDay.day)).all()


def overlapping(starts_on: date, ends_on: date) -> list[ColumnElement[bool]]:
    """The conditions of an absence that shares a day with others."""
    return [Absence.ended_at.is_(None), Absence.starts_on <= ends_on, Absence.ends_on >= starts_on]


def _away_on(day: Any) -> ColumnElement[bool]:
    return and_(Absence.ended_at.is_(None), Absence.starts_on <= day, Absence.ends_on >= day)


def _without(span: Span, covered: Sequence[Span]) -> list[Span]:
    """What is left of a span when those that are covered are taken out."""
    left, begins = [], span.starts_at
    for one in sorted(covered):
        if one.ends_at <= begins or one.starts_at >= span.ends_at:
            continue
        if one.starts_at > begins:
            left.append(Span(begins, one.starts_at))
        begins = max(begins, one.ends_at)
    return [*left, Span(begins, span.ends_at)] if begins < span.ends_at else left

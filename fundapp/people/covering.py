"""Putting somebody on call, entering an absence with its deputy, and keeping the office's hours.

A deputy is there while they stand in: whoever stands in for somebody cannot be away then, and whoever is away stands in for nobody.
So no absence leads to another absentee, and no circle can arise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.days import day as said
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people import accounts, cover, queries
from fundapp.people.cover_models import Absence, ClosedDay, OfficeHours, OnCall
from fundapp.people.models import User

LONGEST_TURN = timedelta(days=31)
LONGEST_ABSENCE = timedelta(days=366)


def put_on_call(session: Session, *, actor: Actor, user_id: int, starts_at: datetime, ends_at: datetime) -> OnCall:
    """Let an approver answer out of hours from one moment to another. Two people may be on call at once.

    Raises Refused for anybody but an approver in use, for one who is away then or has that turn already, and for an odd span.
    """
    by = _admin(actor)
    accounts.take_turns(session)
    user = queries.user(session, user_id)
    if not user.active or Role.APPROVER not in user.roles:
        raise Refused(_("%(name)s is no approver whose account is in use, so they cannot be on call.") % {"name": user.name})
    if ends_at <= starts_at:
        raise Refused(_("A turn ends after it begins."))
    if ends_at <= clock.now():
        raise Refused(_("That turn is over already. Give one that is still to come."))
    if ends_at - starts_at > LONGEST_TURN:
        raise Refused(_("A turn is a month at the longest. Give several turns instead."))
    days = cover.overlapping(clock.day_of(starts_at), clock.day_of(ends_at - timedelta(microseconds=1)))
    if session.scalar(select(Absence.id).where(Absence.user_id == user_id, *days).limit(1)):
        raise Refused(_("%(name)s is away for a part of that. Choose somebody else.") % {"name": user.name})
    taken = (OnCall.user_id == user_id, OnCall.withdrawn_at.is_(None), OnCall.starts_at < ends_at, OnCall.ends_at > starts_at)
    if session.scalar(select(OnCall.id).where(*taken).limit(1)):
        raise Refused(_("%(name)s is on call for a part of that already.") % {"name": user.name})
    row = OnCall(user_id=user_id, starts_at=starts_at, ends_at=ends_at, made_by=by, made_at=clock.now())
    session.add(row)
    session.flush()
    record(session, actor=actor, kind=AuditKind.TURN_SET, subject=f"turn:{row.id}", facts={"user": user_id})
    return row


def take_off_call(session: Session, *, actor: Actor, turn_id: int) -> None:
    """Withdraw a turn. Raises NotFound, also for one that was withdrawn already."""
    _admin(actor)
    row = session.scalar(select(OnCall).where(OnCall.id == turn_id, OnCall.withdrawn_at.is_(None)).with_for_update())
    if row is None:
        raise NotFound(_("There is no such turn any more."))
    row.withdrawn_at = clock.now()
    session.flush()
    record(session, actor=actor, kind=AuditKind.TURN_WITHDRAWN, subject=f"turn:{row.id}", facts={"user": row.user_id})


def candidates(session: Session, user: User) -> Sequence[User]:
    """Who can stand in for somebody: accounts in use with at least the same seats; for a key worker, of the same team."""
    ids = queries.roll(session, in_use=True)
    others = [one for one in queries.whole_users(session, ids) if one.id != user.id and one.roles >= user.roles]
    return [one for one in others if Role.KEY_WORKER not in user.roles or one.team_id == user.team_id]


def set_absence(session: Session, *, actor: Actor, user_id: int, deputy_id: int | None, starts_on: date, ends_on: date) -> Absence:
    """Enter that somebody is away, both days included, and who stands in. One's own, or anybody's by an administrator.

    Raises NotAllowed, NotFound, and Refused: for no deputy where there could be one, for one who does not hold the same seats or is
    away, for somebody who stands in for a colleague then, and for days that are over or taken.
    """
    if actor.user_id is None or (actor.user_id != user_id and not actor.has(Role.ADMIN)):
        raise NotAllowed(_("You enter your own absences; an administrator enters anybody’s."))
    accounts.take_turns(session)
    user = queries.user(session, user_id)
    if ends_on < starts_on:
        raise Refused(_("The last day is not before the first."))
    if ends_on < clock.today() or ends_on - starts_on > LONGEST_ABSENCE:
        raise Refused(_("Give days that are still to come, a year at the most."))
    days = cover.overlapping(starts_on, ends_on)
    if session.scalar(select(Absence.id).where(Absence.user_id == user_id, *days).limit(1)):
        raise Refused(_("An absence on a part of these days is entered already. End that one first."))
    standing_in = session.scalar(select(Absence).where(Absence.deputy_id == user_id, *days).order_by(Absence.starts_on).limit(1))
    if standing_in is not None:
        names = {"name": queries.user(session, standing_in.user_id).name, "day": said(standing_in.ends_on)}
        raise Refused(_("They stand in for %(name)s until %(day)s. Somebody else must do that first.") % names)
    _require_deputy(session, user, deputy_id, starts_on, ends_on)
    row = Absence(user_id=user_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on, made_by=actor.user_id, made_at=clock.now())
    session.add(row)
    session.flush()
    facts: dict[str, str | int] = {
        "user": user_id,
        "deputy": deputy_id or "nobody",
        "from": starts_on.isoformat(),
        "to": ends_on.isoformat(),
    }
    record(session, actor=actor, kind=AuditKind.ABSENCE_SET, subject=f"absence:{row.id}", facts=facts)
    return row


def end_absence(session: Session, *, actor: Actor, absence_id: int) -> None:
    """Somebody is back, or does not go: their own, or anybody's by an administrator. Raises NotFound."""
    row = session.scalar(select(Absence).where(Absence.id == absence_id, Absence.ended_at.is_(None)).with_for_update())
    if row is None or (row.user_id != actor.user_id and not actor.has(Role.ADMIN)):
        raise NotFound(_("There is no such absence any more."))
    row.ended_at = clock.now()
    session.flush()
    record(session, actor=actor, kind=AuditKind.ABSENCE_ENDED, subject=f"absence:{row.id}", facts={"user": row.user_id})


def change_hours(session: Session, *, actor: Actor, opens_at: time, closes_at: time) -> None:
    """Let the office open and close at other times from now on. Raises Refused for a day that ends before it begins."""
    by = _admin(actor)
    if closes_at <= opens_at:
        raise Refused(_("The office closes after it opens."))
    session.add(OfficeHours(opens_at=opens_at, closes_at=closes_at, made_by=by, made_at=clock.now()))
    session.flush()
    facts = {"opens": f"{opens_at:%H:%M}", "closes": f"{closes_at:%H:%M}"}
    record(session, actor=actor, kind=AuditKind.OFFICE_HOURS_CHANGED, subject="office:hours", facts=facts)


def close_on(session: Session, *, actor: Actor, day: date, name: str) -> None:
    """Close the office for a day. Raises Refused for one that is over, or on which it is closed already."""
    _admin(actor)
    if day < clock.today():
        raise Refused(_("That day is over. Give one that is still to come."))
    if session.get(ClosedDay, day) is not None:
        raise Refused(_("The office is closed on %(day)s already.") % {"day": said(day)})
    session.add(ClosedDay(day=day, name=name.strip()))
    session.flush()
    record(session, actor=actor, kind=AuditKind.OFFICE_DAY_CLOSED, subject=f"office:{day}", facts={"day": day.isoformat()})


def open_on(session: Session, *, actor: Actor, day: date) -> None:
    """Open the office on a day after all. Raises NotFound for a day on which it is not closed."""
    _admin(actor)
    row = session.get(ClosedDay, day)
    if row is None:
        raise NotFound(_("The office is not closed on that day."))
    session.delete(row)
    session.flush()
    record(session, actor=actor, kind=AuditKind.OFFICE_DAY_OPENED, subject=f"office:{day}", facts={"day": day.isoformat()})


def day_of(year: int, month: int, number: int) -> date:
    """A day of an address. Raises NotFound for one that no calendar has."""
    try:
        return date(year, month, number)
    except (ValueError, OverflowError):
        raise NotFound(_("There is no such day.")) from None


def _require_deputy(session: Session, user: User, deputy_id: int | None, starts_on: date, ends_on: date) -> None:
    fitting = {one.id: one for one in candidates(session, user)}
    away = set(session.scalars(select(Absence.user_id).where(*cover.overlapping(starts_on, ends_on))))
    if deputy_id is None:
        if set(fitting) - away:
            raise Refused(_("Choose who stands in meanwhile."))
        return
    if deputy_id not in fitting:
        raise Refused(_("A deputy is somebody else, in use, with the same seats; a key worker’s, of the same team."))
    if deputy_id in away:
        raise Refused(_("%(name)s is away for a part of these days. Choose somebody else.") % {"name": fitting[deputy_id].name})


def _admin(actor: Actor) -> int:
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator keeps the rota and the office’s hours."))
    return actor.user_id

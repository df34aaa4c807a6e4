"""Requests that go from one key worker to a colleague of the same team. Only whose they are changes: not their state, not their story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask import url_for
from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked, ngettext
from fundapp.core.roles import Role
from fundapp.grants.handover_models import Handover
from fundapp.grants.lifecycle import ENDED, Status
from fundapp.grants.models import GrantRequest
from fundapp.people import cover
from fundapp.people import queries as people
from fundapp.people.leaving import Pile
from fundapp.people.models import User, UserRole
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db

# What a request in each state is to whoever takes it over. A state that is not here has ended.
_PILES = {
    Status.DRAFT: marked("Requests not sent yet"),
    Status.WAITING: marked("Requests that wait for an approver"),
    Status.SIGNED: marked("Requests that somebody has signed, and another must"),
    Status.PANEL: marked("Requests that the panel votes on"),
    Status.QUESTION: marked("Questions to answer"),
    Status.AGREED: marked("Requests agreed, not yet paid"),
    Status.BEING_PAID: marked("Requests being paid"),
    Status.PART_PAID: marked("Requests part paid"),
    Status.PAID: marked("Bills owed"),
    Status.IN_HANDS: marked("Outcomes to tell"),
}
OPEN = tuple(status for status in Status if status not in ENDED)


def in_hand(session: Session, user_id: int) -> Sequence[Pile]:
    """How many open requests somebody has, by what is to be done about them."""
    statement = (
        select(GrantRequest.status, func.count())
        .where(GrantRequest.asked_by == user_id, GrantRequest.status.in_(OPEN))
        .group_by(GrantRequest.status)
    )
    counted: dict[Status, int] = dict(iter(session.execute(statement)))
    return [Pile(_(label), counted.get(status, 0)) for status, label in _PILES.items()]


def hand_over(session: Session, actor: Actor, user: User, taker: User) -> int:
    """Give every open request of one key worker to another of the same team, each with its own line in the audit trail.

    A request belongs to the team that asked: one from a team that somebody has left stays there, and is handed on within it.
    """
    rows = session.scalars(
        select(GrantRequest)
        .where(GrantRequest.asked_by == user.id, GrantRequest.team_id == taker.team_id, GrantRequest.status.in_(OPEN))
        .order_by(GrantRequest.id)
        .with_for_update()
    ).all()
    # Whoever is away at present takes them back once they are here again.
    away = next((one for one in cover.absences(session, user_id=user.id) if one.starts_on <= clock.today()), None)
    give(session, actor, rows, to_id=taker.id, lent_until=away.ends_on if away else None)
    return len(rows)


def give(session: Session, actor: Actor, requests: Iterable[GrantRequest], *, to_id: int, lent_until: date | None = None) -> None:
    """Let requests whose rows are locked be a colleague's: for good, or until a day."""
    at = clock.now()
    for row in requests:
        from_id, row.asked_by = row.asked_by, to_id
        session.add(Handover(request_id=row.id, from_user_id=from_id, to_user_id=to_id, at=at, lent_until=lent_until))
        facts = {"from_user": from_id, "to_user": to_id}
        audit.record(session, actor=actor, kind=AuditKind.REQUEST_HANDED_OVER, subject=row.subject, facts=facts)
    session.flush()


def left_behind() -> ColumnElement[bool]:
    """Whether whoever has a request in hand can do nothing about it: their account is disabled, or they are no key worker any more."""
    works = exists().where(UserRole.user_id == GrantRequest.asked_by, UserRole.role == Role.KEY_WORKER.value)
    in_use = exists().where(User.id == GrantRequest.asked_by, User.disabled_at.is_(None))
    return and_(GrantRequest.status.in_(OPEN), ~(works & in_use))


def ownerless(_actor: Actor, limit: int) -> Waiting:
    """Open requests whose key worker is gone, one line for each of these, the longest waiting first."""
    statement = (
        select(GrantRequest.asked_by, func.count(), func.min(GrantRequest.saved_at), func.count().over())
        .where(left_behind())
        .group_by(GrantRequest.asked_by)
        .order_by(func.min(GrantRequest.saved_at), GrantRequest.asked_by)
        .limit(limit)
    )
    rows = db().execute(statement).all()
    names = people.names(db(), [row[0] for row in rows])
    needs = [
        Need(
            what=ngettext("%(count)d request has nobody who looks after it", "%(count)d requests have nobody who looks after them", count)
            % {"count": count},
            about=_("From %(name)s, whose account is not in use") % {"name": names.get(user_id, "")},
            url=url_for("people_admin.hand_over", user_id=user_id),
            act=_("Hand over"),
            since=since,
            glyph="late",
        )
        for user_id, count, since, _total in rows
    ]
    return Waiting(needs, rows[0][3] if rows else 0)

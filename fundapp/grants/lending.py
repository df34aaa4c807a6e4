"""Handing one's open requests to a colleague of the team while one is away, and taking them back.

Only whose they are changes, as for good (`handover`): the colleague does all that they ask for, and hears what becomes of them. Whatever
happens meanwhile stays. Whoever handed them over takes back those that are still open, wherever in the team they are by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import handover
from fundapp.grants.handover_models import Handover
from fundapp.grants.models import GrantRequest
from fundapp.jobs import enqueue
from fundapp.people import accounts, leaving
from fundapp.people import queries as people
from fundapp.people.models import User

LONGEST = timedelta(days=366)


def lend(session: Session, *, actor: Actor, to_id: int, until: date) -> int:
    """Hand all of one's open requests to a colleague until a day, that day included. Answers how many went; the colleague gets a letter.

    Raises NotAllowed for anybody but a key worker, Refused for somebody who is none of the same team, for a day that is over or a year
    away, and where there is nothing to hand over.
    """
    user = _worker(session, actor)
    if not clock.today() <= until <= clock.today() + LONGEST:
        raise Refused(_("Give a day that is still to come, a year away at the most."))
    takers = {one.id: one for one in leaving.colleagues(session, user)}
    if to_id not in takers:
        raise Refused(_("Choose a key worker of your own team whose account is in use."))
    found = session.scalars(_open_of(actor).where(GrantRequest.asked_by == user.id).with_for_update()).all()
    if not found:
        raise Refused(_("You have no open request, so there is nothing to hand over."))
    handover.give(session, actor, found, to_id=to_id, lent_until=until)
    enqueue(session, "people.tell_taker", user_id=to_id, handed=len(found))
    return len(found)


def take_back(session: Session, *, actor: Actor) -> int:
    """Take back what one handed over for a while and what is still open. Answers how many came. Raises Refused where there is none."""
    user = _worker(session, actor)
    found = session.scalars(lent(actor).with_for_update()).all()
    if not found:
        raise Refused(_("None of your requests is with somebody else just now."))
    handover.give(session, actor, found, to_id=user.id)
    return len(found)


def lent(actor: Actor) -> Select[GrantRequest]:
    """The open requests that somebody handed over for a while and has not taken back."""
    return _open_of(actor).where(GrantRequest.asked_by != actor.user_id, _lent_by(actor))


def lent_to(session: Session, actor: Actor) -> Sequence[tuple[str, int, date]]:
    """With whom they are now: a name, how many, and until when they were handed over."""
    until = select(func.max(Handover.lent_until)).where(Handover.request_id == GrantRequest.id, Handover.from_user_id == actor.user_id)
    holder = lent(actor).with_only_columns(GrantRequest.asked_by, until.scalar_subquery().label("until")).order_by(None).subquery()
    statement = select(holder.c.asked_by, func.count(), func.max(holder.c.until)).group_by(holder.c.asked_by).order_by(holder.c.asked_by)
    rows = session.execute(statement).all()
    names = people.names(session, [row[0] for row in rows])
    return [(names.get(user_id, ""), count, ends_on) for user_id, count, ends_on in rows]


def open_count(session: Session, actor: Actor) -> int:
    """How many open requests somebody has in hand."""
    statement = _open_of(actor).where(GrantRequest.asked_by == actor.user_id)
    return session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0


def _open_of(actor: Actor) -> Select[GrantRequest]:
    """Open requests of somebody's present team: of one that they left they take nothing."""
    team = GrantRequest.team_id == actor.team_id
    return select(GrantRequest).where(team, GrantRequest.status.in_(handover.OPEN)).order_by(GrantRequest.id)


def _lent_by(actor: Actor) -> ColumnElement[bool]:
    """That somebody handed it over for a while, and it did not come back since."""
    later = aliased(Handover)
    came_back = exists().where(later.request_id == Handover.request_id, later.id > Handover.id, later.to_user_id == actor.user_id)
    mine = (Handover.request_id == GrantRequest.id, Handover.from_user_id == actor.user_id, Handover.lent_until.is_not(None))
    return exists().where(*mine, ~came_back)


def _worker(session: Session, actor: Actor) -> User:
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None:
        raise NotAllowed(_("Key workers hand over requests."))
    # Nobody is disabled, moved or handed over from meanwhile.
    accounts.take_turns(session)
    return people.user(session, actor.user_id)

"""Who hears that a request waits: those whom the table lets answer it, on duty first."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.grants import lifecycle, steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.people import cover
from fundapp.people import queries as people
from fundapp.people.models import User

# Steps by which somebody answers, as far as it is theirs to answer. To decline or to ask is always open to an approver besides.
_ANSWERS = frozenset({Action.AGREE, Action.SIGN, Action.COUNTERSIGN, Action.VOTE})


def may_answer(session: Session, request: GrantRequest) -> list[User]:
    """Everybody whose answer it waits for: whoever may agree it, sign next or vote."""
    rules = [rule for rule in lifecycle.TABLE if rule.start == request.status and rule.action in _ANSWERS]
    seats: frozenset[Role] = frozenset().union(*(rule.roles for rule in rules))
    holders = {user.id: user for seat in sorted(seats) for user in people.holders(session, seat)}.values()
    ties = steps.ties_of(session, request, [user.actor for user in holders], steps.said(session, request))
    can = {user.id: lifecycle.allowed(request.status, user.roles, held) for user, held in zip(holders, ties, strict=True)}
    return [user for user in holders if not _ANSWERS.isdisjoint(can[user.id])]


def on_duty(session: Session, request: GrantRequest) -> list[int]:
    """Of these, in office hours whoever is there, out of hours whoever is on call; where none of these may answer, everybody who may."""
    may = may_answer(session, request)
    return _there(session, may) or [user.id for user in may]


def others(session: Session, request: GrantRequest) -> list[int]:
    """Of these, everybody else; but nobody who is away, because their deputy hears of it."""
    may = may_answer(session, request)
    first, away = set(_there(session, may) or [user.id for user in may]), cover.deputies(session, clock.today())
    return [user.id for user in may if user.id not in first and user.id not in away]


def office(session: Session) -> list[int]:
    """Those who keep the rota: they can put somebody on call, or ring an approver."""
    return [user.id for user in people.holders(session, Role.ADMIN)]


def _there(session: Session, may: list[User]) -> list[int]:
    now = clock.now()
    answering = cover.on_duty(session, now)
    if cover.calendar(session, clock.today()).is_open(now):
        # The rota is the approvers' alone; whoever else is asked is there in office hours, unless they are away.
        away = cover.deputies(session, clock.today())
        answering |= {user.id for user in may if Role.APPROVER not in user.roles and user.id not in away}
    return [user.id for user in may if user.id in answering]

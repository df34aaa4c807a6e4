"""Handing work to a colleague: when somebody leaves, or for a while. Each room says what somebody has in hand, and moves it.

Nothing is left without an owner by this page: whoever is disabled with work in hand hands it to a colleague of their team in the same
transaction. Only where the team has nobody else may the account be disabled all the same, because an account that somebody else got
hold of must not wait for a colleague; the work then stands under “Needs you” of every administrator until it is handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import Actor
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.jobs import enqueue
from fundapp.people import accounts, queries
from fundapp.people.models import User, UserRole

EXTENSION = "fund-in-hand"


class Pile(NamedTuple):
    """Some work of one kind that somebody has in hand: what, and how many of it."""

    label: str
    things: int


@dataclass(frozen=True, slots=True)
class Room:
    """One room's part: what somebody has in hand there, and how all of it goes to a colleague (answers how many things went)."""

    order: int
    in_hand: Callable[[Session, int], Sequence[Pile]]
    hand_over: Callable[[Session, Actor, User, User], int]


def work_in_hand(
    blueprint: Blueprint,
    order: int,
    in_hand: Callable[[Session, int], Sequence[Pile]],
    hand_over: Callable[[Session, Actor, User, User], int],
) -> None:
    """Let a room say what somebody has in hand, and move it."""

    def declare(state: BlueprintSetupState) -> None:
        state.app.extensions.setdefault(EXTENSION, []).append(Room(order, in_hand, hand_over))

    blueprint.record(declare)


def rooms(app: App) -> list[Room]:
    """Every room that has work to hand over, in the page's order."""
    found: list[Room] = app.extensions.get(EXTENSION, [])
    return sorted(found, key=lambda room: room.order)


def in_hand(session: Session, asking: Sequence[Room], user_id: int) -> list[Pile]:
    """All that somebody has in hand."""
    return [pile for room in asking for pile in room.in_hand(session, user_id) if pile.things]


def colleagues(session: Session, user: User) -> Sequence[User]:
    """Who can take it over: key workers of the same team whose accounts are in use, by name."""
    workers = select(UserRole.user_id).where(UserRole.role == Role.KEY_WORKER.value)
    statement = select(User.id).where(User.team_id == user.team_id, User.id != user.id, User.disabled_at.is_(None), User.id.in_(workers))
    found = queries.whole_users(session, list(session.scalars(statement)))
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def disable(session: Session, *, actor: Actor, user_id: int, to_id: int | None, reason: str, asking: Sequence[Room]) -> User:
    """Disable an account, and give what it has in hand to a colleague. Raises as `deactivate` and `hand_over` do.

    Raises Refused when there is work in hand, somebody who could take it, and nobody was chosen.
    """
    accounts.take_turns(session)
    user = queries.user(session, user_id)
    if to_id is None and user.active and in_hand(session, asking, user_id) and colleagues(session, user):
        raise Refused(_("Choose who takes over what %(name)s has in hand. Nothing was changed.") % {"name": user.name})
    # First the work: whoever has nothing in hand any more is disabled, and both stand or fall together.
    if to_id is not None and user.active:
        hand_over(session, actor=actor, user_id=user_id, to_id=to_id, reason=reason, asking=asking)
    return accounts.deactivate(session, actor=actor, user_id=user_id, reason=reason)


def move(session: Session, *, actor: Actor, user_id: int, team_id: int, reason: str, asking: Sequence[Room]) -> User:
    """Let an account belong to another team. Raises as `accounts.move` does, and Refused while it has work in hand.

    A request belongs to the team that asked, and its papers to who looks after it there: so the work is handed over first.
    """
    accounts.take_turns(session)
    user = queries.user(session, user_id)
    if in_hand(session, asking, user_id):
        sentence = _("%(name)s has work in hand, which stays with its team. Hand it over first. Nothing was changed.")
        raise Refused(sentence % {"name": user.name})
    return accounts.move(session, actor=actor, user_id=user_id, team_id=team_id, reason=reason)


def hand_over(session: Session, *, actor: Actor, user_id: int, to_id: int, reason: str, asking: Sequence[Room]) -> int:
    """Give all that somebody has in hand to a colleague of their team; the colleague gets a letter. Answers how many things went.

    Raises NotFound, and Refused for somebody who is no key worker of the same team in use, and where there is nothing to hand over.
    """
    accounts.take_turns(session)
    user, taker = queries.user(session, user_id), queries.user(session, to_id)
    if taker.id not in {one.id for one in colleagues(session, user)}:
        sentence = _("%(taker)s cannot take over from %(name)s: choose a key worker of the same team whose account is in use.")
        raise Refused(sentence % {"taker": taker.name, "name": user.name})
    handed = sum(room.hand_over(session, actor, user, taker) for room in asking)
    if not handed:
        raise Refused(_("%(name)s has nothing in hand, so there is nothing to hand over.") % {"name": user.name})
    facts = {"to": taker.id, "handed": handed}
    record(session, actor=actor, kind=AuditKind.USER_HANDED_OVER, subject=user.reference, facts=facts, words=reason)
    enqueue(session, "people.tell_taker", user_id=taker.id, handed=handed)
    return handed

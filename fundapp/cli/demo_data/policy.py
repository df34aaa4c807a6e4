"""The demonstration's policy: one that two approvers signed, what was looked at of what it agreed, and one that waits for a signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.grants.policy import looks, standing, versions
from fundapp.grants.policy.models import PolicyVersion
from fundapp.grants.policy.tiers import Policy

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

FIRST = "The trustees agreed that what is small is answered at once. In its first months, 1 in 3 is looked at."
NEXT = "What was looked at was fine but once. 1 in 10 will do."
# The policy's first day, the looks, and the proposal that waits.
DAYS_AGO, LOOKED_DAYS_AGO, WAITS_SINCE_HOURS = 70, (40, 12), 18
NOT_FINE = "They had a phone from another charity a week before. Ask about it first."


def plan(agenda: Agenda, world: World) -> None:
    """Put all of it into the agenda."""
    agenda.at(agenda.until - timedelta(days=DAYS_AGO), partial(_sign, world=world))
    for number, days in enumerate(LOOKED_DAYS_AGO):
        agenda.at(agenda.until - timedelta(days=days), partial(_look, world=world, all_fine=number > 0))
    agenda.at(agenda.until - timedelta(hours=WAITS_SINCE_HOURS), partial(_leave_waiting, world=world))


def _sign(session: Session, world: World) -> None:
    version = _propose(session, world, replace(standing.now(session), look_at_one_in=3), FIRST)
    for approver in world.approvers[:2]:
        versions.sign(session, actor=approver, number=version.number)


def _look(session: Session, world: World, *, all_fine: bool) -> None:
    """An approver looks at what is due by then; at the first time one of it was not fine."""
    approver = world.approvers[-1]
    due = [one for one in session.scalars(looks.waiting(approver)) if one.due_on <= clock.today()]
    for number, one in enumerate(due):
        is_fine = all_fine or number > 0
        looks.answer(session, actor=approver, request_id=one.request_id, is_fine=is_fine, reason="" if is_fine else NOT_FINE)


def _leave_waiting(session: Session, world: World) -> None:
    version = _propose(session, world, replace(standing.now(session), look_at_one_in=10), NEXT)
    versions.sign(session, actor=world.approvers[1], number=version.number)


def _propose(session: Session, world: World, policy: Policy, reason: str) -> PolicyVersion:
    held = standing.in_force(session)
    return versions.propose(session, actor=world.admin, policy=policy, replaces=held.number if held else 0, reason=reason)

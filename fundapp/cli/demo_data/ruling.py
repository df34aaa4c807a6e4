"""Rules of the demonstration: one that was changed in the spring, and one that waits for an approver."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.giving import rules
from fundapp.rulebook import queries, service
from fundapp.rulebook.models import RuleVersion

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

ASKED_AGAIN = {"asked_again_from_pence": 15_000}, "Two donors wrote £180 and meant £18."
CHEAPER = {"fee_basis_points": 120}, "The card company has agreed its price for charities with us."
DAYS_AGO, WAITS_SINCE_HOURS = 60, 20


def plan(agenda: Agenda, world: World) -> None:
    """Put both into the agenda."""
    agenda.at(agenda.until - timedelta(days=DAYS_AGO), partial(_agree, world=world))
    agenda.at(agenda.until - timedelta(hours=WAITS_SINCE_HOURS), partial(_leave_waiting, world=world))


def _agree(session: Session, world: World) -> None:
    version = _propose(session, world, ASKED_AGAIN)
    service.agree(session, actor=world.approvers[0], version_id=version.id, of=rules.RULES)


def _leave_waiting(session: Session, world: World) -> None:
    _propose(session, world, CHEAPER)


def _propose(session: Session, world: World, change: tuple[dict[str, int], str]) -> RuleVersion:
    held = queries.in_force(session, rules.RULES.code)
    numbers = rules.RULES.values(rules.now(session)) | change[0]
    replaces = held.id if held else 0
    return service.propose(session, actor=world.admin, of=rules.RULES, numbers=numbers, replaces=replaces, reason=change[1])

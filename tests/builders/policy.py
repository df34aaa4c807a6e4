"""Policies for tests: proposed by an administrator, signed by two approvers, by the room's own services."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from fundapp.grants.policy import standing, versions
from fundapp.grants.policy.models import PolicyVersion
from fundapp.grants.policy.tiers import UNSIGNED, Policy
from tests.builders.grants import Cast

WHY = "The trustees said so on Monday."
# Everybody whom what comes with the software needs, so that whatever is asked can be decided and paid.
NEEDED = ("admin", "approver", "approver_two", "approver_three", "finance", "finance_two", "finance_three")


def seats(who: Cast) -> None:
    """Have everybody in their seats whom a policy needs before it can be saved."""
    for name in NEEDED:
        who.seat(name)


def saying(**changed: Any) -> Policy:
    """What came with the software, with some of it changed."""
    return replace(UNSIGNED, **changed)


def proposed(session: Session, who: Cast, **changed: Any) -> PolicyVersion:
    """A policy that waits to be signed."""
    seats(who)
    held = standing.in_force(session)
    policy = replace(standing.now(session), **changed)
    made = versions.propose(session, actor=who.admin.actor, policy=policy, replaces=held.number if held else 0, reason=WHY)
    session.commit()
    return made


def signed(session: Session, who: Cast, **changed: Any) -> Policy:
    """A policy that holds."""
    number = proposed(session, who, **changed).number
    for name in ("approver", "approver_two"):
        versions.sign(session, actor=who.seat(name).actor, number=number)
        session.commit()
    return standing.now(session)

"""Policies in every state, and what is looked at of what one of them agreed. At the end people decide on everything that is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.finance.contributions import receive_contribution
from fundapp.grants.policy import looks, standing, versions
from fundapp.grants.policy.models import PolicyVersion
from tests.builders import grants as build
from tests.builders.grants import Seat

WHY = "The trustees said so on Monday."


def make(session: Session, who: dict[str, Seat]) -> dict[str, object]:
    """Put them in their place, before anything is asked that people should decide on."""
    if waits := standing.open_version(session):
        versions.decline(session, actor=who["admin"].actor, number=waits.number, reason="A slip of the finger.")
    receive_contribution(
        session,
        actor=who["finance"].actor,
        once_key="stage-policy",
        received_from="Doncaster Rotary Club",
        fund_code="public-giving",
        amount_pence=10_000,
        received_on=clock.today(),
        bank_reference="ROTARY",
    )
    session.commit()
    signed = _signed(session, who, look_at_one_in=1, weekly_worker_pence=100_000, weekly_fund_pence=900_000)
    looked, due = (build.waiting(session, who["amber"]) for _ in range(2))
    looks.answer(session, actor=who["approver"].actor, request_id=looked.id, is_fine=False, reason="They have a phone already.")
    session.commit()
    people_decide = [one for one in standing.now(session).tiers if one in standing.now(session).human_tiers]
    _signed(session, who, tiers=tuple(people_decide))
    _proposed(session, who, person_cap_pence=60_000)
    return {"policy_version": signed, "looked": looked.id, "due_look": due.id}


def _signed(session: Session, who: dict[str, Seat], **changed: Any) -> int:
    number = _proposed(session, who, **changed).number
    for name in ("approver", "approver_two"):
        versions.sign(session, actor=who[name].actor, number=number)
    session.commit()
    return number


def _proposed(session: Session, who: dict[str, Seat], **changed: Any) -> PolicyVersion:
    held = standing.in_force(session)
    policy = replace(standing.now(session), **changed)
    made = versions.propose(session, actor=who["admin"].actor, policy=policy, replaces=held.number if held else 0, reason=WHY)
    session.commit()
    return made

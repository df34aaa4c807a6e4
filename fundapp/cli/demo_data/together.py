"""Decisions of these days that take several people: one that an approver has signed, and one on which the panel votes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.core.actor import Actor
from fundapp.grants import asking, awards, deciding, persons
from fundapp.grants.asking import Answers
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.together import panel
from fundapp.grants.together.proposing import Terms

KIND, PENCE, SHOP = "furniture", 52_000, "the furniture reuse charity, Carr House Road"
GOAL = "I have the keys and nothing in it. I want my children to stay the weekend."
UNBLOCKS = "The family worker can say yes to weekends."


def decide(session: Session, world: World) -> None:
    """Sign the newest that takes two, and put a larger one to the panel; each out of the fund that is proposed."""
    going = (GrantRequest.status == Status.WAITING, GrantRequest.asked_pence > 10_000, GrantRequest.asked_pence <= 50_000)
    request = session.scalar(select(GrantRequest).where(*going).order_by(GrantRequest.id.desc()).limit(1))
    approver = world.approvers[0]
    if request is not None and (fund := _fund(session, request)):
        deciding.agree(session, actor=approver, request_id=request.id, version=request.version, fund_code=fund)
    large = _ask(session, world, world.workers[0])
    if fund := _fund(session, large):
        why, terms = "All three rooms at once, or the weekends do not begin.", Terms((fund,))
        panel.put_to_panel(session, actor=approver, request_id=large.id, version=large.version, terms=terms, reason=why)


def _ask(session: Session, world: World, worker: Actor) -> GrantRequest:
    key, item = UUID(int=world.items[KIND] + 7), world.items[KIND]
    draft = asking.start_request(session, actor=worker, form_key=key, item_id=item, detail_words="Beds, a table and a cooker")
    answers = Answers(
        person_id=persons.issue_code(session, actor=worker).id,
        goal_words=GOAL,
        unblocks_words=UNBLOCKS,
        price_pence=PENCE,
        supplier=SHOP,
        consent_how="in_person",
        consents=True,
    )
    request = asking.save_answers(session, actor=worker, request_id=draft.id, answers=answers)
    return asking.send(session, actor=worker, request_id=request.id, version=request.version)


def _fund(session: Session, request: GrantRequest) -> str | None:
    found = awards.fund_choices(session, request.asked_pence or 0)
    return next((one.code for one in found if one.can_pay), None)

"""Requests in every state of their life (grants/lifecycle.py), made by the rooms' own services."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.finance.contributions import receive_contribution
from fundapp.grants import asking, covering, deciding, persons, queries
from fundapp.grants.models import GrantRequest
from fundapp.payouts import service as payouts
from tests.builders import grants as build
from tests.builders.grants import Seat


def make(session: Session, who: dict[str, Seat]) -> dict[str, object]:
    """Each request's number by the name of its state, and what else addresses of these pages hold."""
    seats: Any = SimpleNamespace(**who)
    # The demonstration spends what its public gives.
    receive_contribution(
        session,
        actor=seats.finance.actor,
        once_key="stage",
        received_from="Doncaster Rotary Club",
        fund_code="public-giving",
        amount_pence=80_000,
        received_on=clock.today(),
        bank_reference="ROTARY",
    )
    session.commit()
    made = {**_asked(session, seats), **_answered(session, seats), **_paid(session, seats)}
    names: dict[str, object] = {name: request.id for name, request in made.items()}
    session.commit()
    return names | {
        "person": made["draft"].person_id,
        "item": made["draft"].things[0].item_id,
        "bill": queries.bills(session, made["in_hands"].id)[0].id,
    }


def _asked(session: Session, who: Any) -> dict[str, GrantRequest]:
    begun = asking.start_request(session, actor=who.worker.actor, form_key=uuid4(), item_id=build.item(session).id, detail_words="")
    persons.issue_code(session, actor=who.worker.actor)
    session.commit()
    question = build.waiting(session, who.worker)
    deciding.ask_question(session, actor=who.approver.actor, request_id=question.id, version=1, words="Does it come with a SIM?")
    aside = build.waiting(session, who.worker)
    deciding.step_aside(session, actor=who.approver_two.actor, request_id=aside.id, version=1)
    withdrawn = build.waiting(session, who.worker)
    asking.withdraw(session, actor=who.worker.actor, request_id=withdrawn.id, version=1, words="Their sister had a spare one.")
    return {
        "begun": begun,
        "draft": build.draft(session, who.worker),
        "several": _several(session, who),
        "waiting": build.waiting(session, who.worker),
        "dear": build.waiting(session, who.worker, price_pence=7_499),
        "unaffordable": build.waiting(session, who.worker, code="furniture", price_pence=9_000_000),
        "question": question,
        "aside": aside,
        "withdrawn": withdrawn,
    }


def _several(session: Session, who: Any) -> GrantRequest:
    """A draft for two things, by a day, for somebody who was not asked yet."""
    several = build.draft(session, who.worker, more=[("bedding", 4_500)])
    besides = asking.Answers(consents=False, needed_by=clock.today() + timedelta(days=9), needed_for="move-in", person_group="care-leaver")
    asking.save_answers(session, actor=who.worker.actor, request_id=several.id, answers=besides)
    session.commit()
    return several


def _answered(session: Session, who: Any) -> dict[str, GrantRequest]:
    declined, part = build.waiting(session, who.worker), build.waiting(session, who.worker)
    reason = "The council gives these for nothing. If they say no, ask again."
    deciding.decline(session, actor=who.approver.actor, request_id=declined.id, version=1, reason=reason)
    less = {"amount_pence": 2_000, "reason": "A plainer one does."}
    deciding.agree_part(session, actor=who.approver.actor, request_id=part.id, version=1, fund_code="public-giving", **less)
    given_back = build.agreed(session, who.worker, who.approver)
    deciding.release_award(
        session, actor=who.approver.actor, request_id=given_back.id, version=given_back.version, reason="They moved away."
    )
    return {
        "declined": declined,
        "part_agreed": part,
        "given_back": given_back,
        "agreed": build.agreed(session, who.worker, who.approver),
    }


def _paid(session: Session, who: Any) -> dict[str, GrantRequest]:
    came_back = build.paid(session, who)
    payouts.take_back_payment(
        session, actor=who.finance.actor, request_id=came_back.id, version=came_back.version, number=1, reason="The account is closed."
    )
    next_part = build.part_paid(session, who)
    build.enter(session, who.finance, next_part)
    sent_back = build.entered(session, who)
    payouts.refuse_payment(
        session, actor=who.finance_two.actor, request_id=sent_back.id, version=sent_back.version, reason="The bill says £37.50."
    )
    paid = build.paid(session, who)
    # Of a bill's shape.
    photo = build.photo(900, 1_200)
    covering.take_in(session, actor=who.worker.actor, request_id=paid.id, version=paid.version, photo=photo)
    return {
        "being_paid": build.entered(session, who, amount_pence=3_750),
        "part_paid": build.part_paid(session, who),
        "next_part": next_part,
        "sent_back": sent_back,
        "came_back": came_back,
        "paid": paid,
        "in_hands": build.in_hands(session, who),
        "closed": build.closed(session, who),
    }

"""Any people, in any order, at any request: no sequence gets past the rules or loses a penny."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import FundError
from fundapp.core.roles import Role
from fundapp.grants import asking, confirming, deciding, queries
from fundapp.grants.confirming import Result
from fundapp.grants.lifecycle import COMMITTED, PENDING, TABLE, Action, Status, why_not
from fundapp.grants.lifecycle import rule as table_rule
from fundapp.grants.models import Conflict, GrantRequest, RequestEvent
from fundapp.grants.steps import ties
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.payouts import service as payouts
from fundapp.payouts.models import Payment
from tests.builders import files
from tests.builders import grants as build
from tests.builders import people as seats
from tests.support.properties import examples

FUND = "public-giving"
POT = 12_000
DECIDED = {Action.AGREE.value, Action.AGREE_PART.value}


Act = Callable[[Session, dict[str, Any], int, str], object]
# Every step but sending, by name: session, who and on what, an amount, and words.
ACTS: dict[Action, Act] = {
    Action.ASK_QUESTION: lambda s, on, _, words: deciding.ask_question(s, words=words, **on),
    Action.ANSWER: lambda s, on, _, words: asking.answer_question(s, words=words, **on),
    Action.AGREE: lambda s, on, *_: deciding.agree(s, fund_code=FUND, **on),
    Action.AGREE_PART: lambda s, on, pence, words: deciding.agree_part(s, fund_code=FUND, amount_pence=pence, reason=words, **on),
    Action.DECLINE: lambda s, on, _, words: deciding.decline(s, reason=words, **on),
    Action.WITHDRAW: lambda s, on, _, words: asking.withdraw(s, words=words, **on),
    Action.STEP_ASIDE: lambda s, on, _, words: deciding.step_aside(s, words=words, **on),
    Action.RELEASE_AWARD: lambda s, on, _, words: deciding.release_award(s, reason=words, **on),
    Action.RELEASE_REST: lambda s, on, _, words: deciding.release_rest(s, reason=words, **on),
    Action.ENTER_PAYMENT: lambda s, on, pence, _: payouts.enter_payment(
        s, amount_pence=pence, paid_on=clock.today(), supplier="A shop", bank_reference="X", is_last=pence % 2 == 1, **on
    ),
    # Which of two it is follows from the payment: both names try the same.
    **dict.fromkeys((Action.RELEASE_PAYMENT, Action.RELEASE_PART), lambda s, on, *_: payouts.release_payment(s, **on)),
    **dict.fromkeys((Action.REFUSE_PAYMENT, Action.REFUSE_NEXT), lambda s, on, _, words: payouts.refuse_payment(s, reason=words, **on)),
    **dict.fromkeys(
        (Action.TAKE_BACK, Action.TAKE_BACK_PART),
        lambda s, on, pence, words: payouts.take_back_payment(s, number=1 + pence % 3, reason=words, **on),
    ),
    Action.CONFIRM: lambda s, on, *_: confirming.confirm(s, bill=files.pdf(), **on),
    Action.TELL_OUTCOME: lambda s, on, *_: confirming.tell_outcome(s, result=Result.HAS_ID, **on),
}
# What keeps a request going, drawn more often than what ends it, so that runs get far.
ONWARDS = [Action.AGREE, Action.AGREE_PART, Action.ENTER_PAYMENT, Action.RELEASE_PAYMENT, Action.CONFIRM, Action.TELL_OUTCOME]
KINDS = {"grant.awarded", "grant.paid", "grant.released", "reversal"}


class Machine(RuleBasedStateMachine):
    """Several requests in one fund that cannot pay for all of them; people with one seat and people with several."""

    session: Session
    crowd: list[Actor]
    workers: list[build.Seat]
    persons: dict[int, int]
    reached: set[Status]

    @initialize()
    def begin(self) -> None:
        """Every run starts with a full pot and no request."""
        self.requests: list[int] = []
        missing = POT - ledger.available_pence(self.session, FUND)
        if missing > 0:
            build.books.pay_in(self.session, missing, FUND)
        self.session.commit()

    @precondition(lambda self: len(self.requests) < 6)
    @rule(by=st.integers(0, 1), pence=st.sampled_from([1, 900, 3_999, 5_000, 12_000, 12_001]))
    def ask(self, by: int, pence: int) -> None:
        """Somebody asks for something."""
        worker = self.workers[by]
        request = build.waiting(self.session, worker, price_pence=pence, person_id=self.persons[worker.id])
        self.requests.append(request.id)
        self.reached.add(request.status)

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), action=st.sampled_from([*ACTS, *ONWARDS]), pence=st.sampled_from([900, 500, 1, 3_999, 0, -1, 99_999]))
    def anybody_tries_anything(self, data: st.DataObject, action: Action, pence: int) -> None:
        """Most of this is refused, and then nothing may have changed."""
        request = self.session.get_one(GrantRequest, data.draw(st.sampled_from(self.requests)), populate_existing=True)
        self.attempt(request, data.draw(st.sampled_from(self.crowd)), action, pence, data.draw(st.sampled_from(["Because.", " "])))

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def somebody_who_may_takes_a_step(self, data: st.DataObject) -> None:
        """What the table lets somebody do, one of them does; a fund that is short still says no."""
        request = self.session.get_one(GrantRequest, data.draw(st.sampled_from(self.requests)), populate_existing=True)
        steps = [one.action for one in TABLE if one.start == request.status and one.action in ACTS]
        if steps:
            action = data.draw(st.sampled_from([*steps, *([one for one in steps if one in ONWARDS] * 6)]))
            able = [actor for actor in self.crowd if self.may(request, action, actor)]
            if able:
                pence = min(data.draw(st.sampled_from([901, 300])), request.set_aside_pence or 900)
                self.attempt(request, data.draw(st.sampled_from(able)), action, pence, "Because.")

    def may(self, request: GrantRequest, action: Action, actor: Actor) -> bool:
        """Whether the table lets this person take this step now."""
        found = table_rule(request.status, action)
        if found is None or found.roles.isdisjoint(actor.roles):
            return False
        return why_not(found, actor.roles, ties(self.session, request, actor)) is None

    def attempt(self, request: GrantRequest, actor: Actor, action: Action, pence: int, words: str) -> None:
        """Try a step. Whoever is refused has changed nothing."""
        version = request.version
        try:
            ACTS[action](self.session, {"actor": actor, "request_id": request.id, "version": version}, pence, words)
            self.session.commit()
            self.reached.add(request.status)
        except FundError:
            self.session.rollback()
            self.session.refresh(request)
            assert request.version == version

    @invariant()
    def no_commitment_is_lost_and_no_fund_is_overdrawn(self) -> None:
        """What is agreed and not yet paid is the payable account, at every step."""
        assert queries.agreed_not_paid_pence(self.session) == ledger.balance_pence(self.session, chart.GRANTS_PAYABLE)
        assert ledger.available_pence(self.session, FUND) >= 0
        assert ledger.cash_pence(self.session, FUND) >= ledger.balance_pence(self.session, chart.GRANTS_PAYABLE, FUND)

    @invariant()
    def every_request_is_what_its_ledger_says(self) -> None:
        """Per request: agreed, paid and given back as its row says, payment by payment, and never more than was agreed."""
        for request_id in getattr(self, "requests", []):
            request = self.session.get_one(GrantRequest, request_id, populate_existing=True)
            moved = dict.fromkeys(KINDS, 0)
            keys = set()
            for entry in ledger.entries_for(self.session, request.subject):
                moved[entry.kind] += entry.amount_pence
                keys.add(entry.event_key.removeprefix(f"{request.subject}:"))
            assert moved["grant.awarded"] == (request.agreed_pence or 0)
            assert moved["grant.released"] == request.released_pence
            assert moved["grant.paid"] - moved["reversal"] == request.paid_pence
            assert (request.set_aside_pence > 0) == (request.status in COMMITTED)
            payments = self.session.scalars(select(Payment).where(Payment.request_id == request_id)).all()
            assert request.paid_pence == sum(one.amount_pence for one in payments if one.stands_paid)
            assert {key for key in keys if key.startswith("payment:") and key.count(":") == 1} == {
                f"payment:{one.number}" for one in payments if one.released_at
            }

    @invariant()
    def the_rules_of_the_seats_held(self) -> None:
        """Read back from what was written, whoever it was."""
        for request_id in getattr(self, "requests", []):
            request = self.session.get_one(GrantRequest, request_id)
            events = self.session.scalars(select(RequestEvent).where(RequestEvent.request_id == request_id).order_by(RequestEvent.id)).all()
            assert [one.to_status for one in events][-1:] == [request.status.value]
            assert all(before.to_status == after.from_status for before, after in pairwise(events))
            deciders = {one.user_id for one in events if one.action in DECIDED}
            assert len([one for one in events if one.action in DECIDED]) <= 1
            payments = self.session.scalars(select(Payment).where(Payment.request_id == request_id)).all()
            payers = {one.entered_by for one in payments} | {one.released_by for one in payments if one.released_by}
            assert all(one.released_by != one.entered_by for one in payments)
            assert not deciders & payers
            assert not (deciders | payers) & self.outsiders(request)
            assert request.status is not Status.PAID or any(one.stands_paid for one in payments)

    def outsiders(self, request: GrantRequest) -> set[int]:
        """Who must have had no part in deciding or paying: the team that asked, and administrators."""
        team = {actor.user_id for actor in self.crowd if actor.team_id == request.team_id}
        admins = {actor.user_id for actor in self.crowd if actor.has(Role.ADMIN)}
        return {one for one in team | admins if one is not None}

    @invariant()
    def whoever_stepped_aside_did_nothing_afterwards(self) -> None:
        """A conflict shuts every later decision and payment."""
        late = (
            select(func.count())
            .select_from(RequestEvent)
            .join(Conflict, (Conflict.request_id == RequestEvent.request_id) & (Conflict.user_id == RequestEvent.user_id))
            .where(RequestEvent.at > Conflict.declared_at, RequestEvent.action.not_in(("step_aside", "send", "answer", "withdraw")))
            .where(RequestEvent.action.not_in(("confirm", "tell_outcome")))
        )
        assert self.session.scalar(late) == 0


@pytest.mark.timeout(300)
def test_no_sequence_of_people_gets_past_the_rules_or_loses_a_penny(session: Session) -> None:
    who = build.cast(session)
    build.money(session, POT)
    build.item(session)
    several = [
        seats.user(session, Role.APPROVER, Role.FINANCE).actor,
        seats.user(session, Role.APPROVER, Role.FINANCE).actor,
        seats.user(session, Role.KEY_WORKER, Role.APPROVER, Role.FINANCE, at=seats.team(session, "Amber", of=seats.HOLDER)).actor,
        seats.user(session, *Role).actor,
    ]
    single = [who.seat(name).actor for name in ("worker", "amber", "approver", "finance", "finance_two", "panel", "auditor")]
    workers = [who.worker, who.amber]
    machine = type("Begun", (Machine,), {"session": session, "crowd": [*several, *single], "workers": workers, "reached": set()})
    machine.persons = {one.id: _person(session, one) for one in workers}
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(4), stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        ),
    )
    # A machine that never gets anywhere proves nothing.
    assert machine.reached == set(Status) - {Status.DRAFT} - PENDING


def _person(session: Session, worker: build.Seat) -> int:
    person = build.persons.issue_code(session, actor=worker.actor)
    session.commit()
    return person.id

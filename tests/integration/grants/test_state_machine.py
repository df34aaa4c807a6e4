"""Any people, in any order, at any request: no sequence gets past the rules or loses a penny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
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
from fundapp.grants.lifecycle import COMMITTED, FORWARD, PENDING, SIGNING, TABLE, Action, Status, why_not
from fundapp.grants.lifecycle import rule as table_rule
from fundapp.grants.models import Conflict, GrantRequest, RequestEvent
from fundapp.grants.policy import caps
from fundapp.grants.policy.models import CapOverride
from fundapp.grants.policy.tiers import UNSIGNED
from fundapp.grants.slips import pausing
from fundapp.grants.slips.models import PersonSlip
from fundapp.grants.steps import ties
from fundapp.grants.together import panel, proposing, signing, standing
from fundapp.grants.together.models import Award, AwardPart, PanelVote, Signature
from fundapp.grants.together.proposing import Terms
from fundapp.grants.together.signers import SEATS
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.payouts import service as payouts
from fundapp.payouts.models import Payment
from tests.builders import files
from tests.builders import grants as build
from tests.builders import people as seats
from tests.support.properties import examples

FUND, OTHER = "public-giving", "general"
POT = 160_000
# Steps with which something is agreed.
AGREEING = {Action.AGREE, Action.AGREE_PART, Action.COUNTERSIGN, Action.AGREE_URGENTLY, Action.PANEL_AGREE}


Act = Callable[[Session, dict[str, Any], int, str], object]
# Every step but sending, by name: session, who and on what, an amount, and words.
ACTS: dict[Action, Act] = {
    Action.ASK_QUESTION: lambda s, on, _, words: deciding.ask_question(s, words=words, **on),
    Action.ANSWER: lambda s, on, _, words: asking.answer_question(s, words=words, **on),
    # Which of them it is follows from the amount: alone, or as the first who signs. Now out of one fund, now over two.
    **dict.fromkeys(
        (Action.AGREE, Action.SIGN),
        lambda s, on, pence, _: deciding.agree_on(s, terms=Terms((FUND, OTHER), most={FUND: pence}) if pence % 2 else Terms((FUND,)), **on),
    ),
    Action.AGREE_PART: lambda s, on, pence, words: deciding.agree_part(s, fund_code=FUND, amount_pence=pence, reason=words, **on),
    Action.COUNTERSIGN: lambda s, on, *_: signing.countersign(s, **on),
    Action.AGREE_URGENTLY: lambda s, on, _, words: signing.agree_urgently(s, reason=words, **on),
    Action.DISAGREE: lambda s, on, _, words: signing.disagree(s, reason=words, **on),
    Action.REOPEN: lambda s, on, _, words: signing.reopen(s, reason=words, **on),
    Action.PUT_TO_PANEL: lambda s, on, *_: panel.put_to_panel(s, terms=Terms((FUND,)), **on),
    Action.VOTE: lambda s, on, pence, _: panel.vote(s, agrees=pence % 2 == 1, **on),
    Action.LIFT_CAP: lambda s, on, _, words: caps.lift(s, reason=words, **on),
    Action.RESUME: lambda s, on, *_: pausing.resume(s, **on),
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
ONWARDS = [
    *(Action.AGREE, Action.AGREE_PART, Action.COUNTERSIGN, Action.VOTE, Action.PUT_TO_PANEL, Action.ENTER_PAYMENT),
    *(Action.RELEASE_PAYMENT, Action.CONFIRM, Action.TELL_OUTCOME),
]
KINDS = {"grant.awarded", "grant.paid", "grant.released", "reversal"}
FUNDS = (FUND, OTHER)


class Machine(RuleBasedStateMachine):
    """Several requests in two funds that cannot pay for all of them; people with one seat and people with several."""

    session: Session
    crowd: list[Actor]
    workers: list[build.Seat]
    persons: dict[int, int]
    reached: set[Status]

    @initialize()
    def begin(self) -> None:
        """Every run starts with full pots and no request."""
        self.requests: list[int] = []
        # People of its own, so that what earlier runs were given counts to nobody's cap here.
        self.persons = {one.id: _person(self.session, one) for one in self.workers}
        for fund, pot in ((FUND, POT), (OTHER, POT // 4)):
            missing = pot - ledger.available_pence(self.session, fund)
            if missing > 0:
                build.books.pay_in(self.session, missing, fund)
        self.session.commit()

    @precondition(lambda self: len(self.requests) < 6)
    @rule(by=st.integers(0, 1), pence=st.sampled_from([1, 3_999, 10_000, 10_001, 30_000, 60_000, POT + 1]), anew=st.booleans())
    def ask(self, by: int, pence: int, anew: bool) -> None:
        """Somebody asks for something: for somebody new, or for somebody who was helped already."""
        worker = self.workers[by]
        person_id = _person(self.session, worker) if anew else self.persons[worker.id]
        request = build.waiting(self.session, worker, price_pence=pence, person_id=person_id)
        self.requests.append(request.id)
        self.reached.add(request.status)

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), action=st.sampled_from([*ACTS, *ONWARDS]), pence=st.sampled_from([900, 501, 1, 3_999, 0, -1, 999_999]))
    def anybody_tries_anything(self, data: st.DataObject, action: Action, pence: int) -> None:
        """Most of this is refused, and then nothing may have changed."""
        request = self.session.get_one(GrantRequest, data.draw(st.sampled_from(self.requests)), populate_existing=True)
        self.attempt(request, data.draw(st.sampled_from(self.crowd)), action, pence, data.draw(st.sampled_from(["Because.", " "])))

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def somebody_who_may_takes_a_step(self, data: st.DataObject) -> None:
        """What the table lets somebody do, one of them does; a fund that is short, a cap or the policy still says no."""
        request = self.session.get_one(GrantRequest, data.draw(st.sampled_from(self.requests)), populate_existing=True)
        steps = [one.action for one in TABLE if one.start == request.status and one.action in ACTS]
        if steps:
            action = data.draw(st.sampled_from([*steps, *([one for one in steps if one in ONWARDS] * 6)]))
            able = [actor for actor in self.crowd if self.may(request, action, actor)]
            if able:
                pence = min(data.draw(st.sampled_from([300, 901, 300])), request.set_aside_pence or 900)
                self.attempt(request, data.draw(st.sampled_from(able)), action, pence, "Because.")

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def the_person_pauses_it(self, data: st.DataObject) -> None:
        """Whoever it is for says stop, with their slip."""
        request = self.session.get_one(GrantRequest, data.draw(st.sampled_from(self.requests)), populate_existing=True)
        slip = self.session.scalar(select(PersonSlip).where(PersonSlip.person_id == request.person_id))
        if slip is None:
            slip = PersonSlip(person_id=request.person_id, code_hash=request.form_key.bytes * 2, issued_by=request.asked_by)
            slip.issued_at = clock.now()
            self.session.add(slip)
            self.session.flush()
        try:
            pausing.pause(self.session, slip=slip, request_id=request.id)
            self.session.commit()
        except FundError:
            self.session.rollback()

    @precondition(lambda self: self.requests)
    @rule()
    def every_vote_closes(self) -> None:
        """Some days later, whatever was put to the panel is settled, or waits anew."""
        with clock.at(clock.now() + timedelta(days=14)):
            panel.close_votes(self.session)
            self.session.commit()
        for request_id in self.requests:
            request = self.session.get_one(GrantRequest, request_id, populate_existing=True)
            assert request.status is not Status.PANEL or request.paused_at is not None
            self.reached.add(request.status)

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
        """What is agreed and not yet paid is the payable account, at every step, in every fund."""
        assert queries.agreed_not_paid_pence(self.session) == ledger.balance_pence(self.session, chart.GRANTS_PAYABLE)
        left = func.sum(AwardPart.agreed_pence - AwardPart.paid_pence - AwardPart.released_pence)
        agreed = select(AwardPart.fund_code, left).join(Award, Award.id == AwardPart.award_id).where(Award.agreed_at.is_not(None))
        by_fund = dict(iter(self.session.execute(agreed.group_by(AwardPart.fund_code))))
        for fund in FUNDS:
            assert by_fund.get(fund, 0) == ledger.balance_pence(self.session, chart.GRANTS_PAYABLE, fund)
            assert ledger.available_pence(self.session, fund) >= 0
            assert ledger.cash_pence(self.session, fund) >= ledger.balance_pence(self.session, chart.GRANTS_PAYABLE, fund)

    @invariant()
    def every_request_is_what_its_ledger_says(self) -> None:
        """Per request: agreed, paid and given back as its awards say, payment by payment, and never more than was agreed."""
        for request_id in getattr(self, "requests", []):
            request = self.session.get_one(GrantRequest, request_id, populate_existing=True)
            moved = dict.fromkeys(KINDS, 0)
            keys = set()
            for entry in ledger.entries_for(self.session, request.subject):
                moved[entry.kind] += entry.amount_pence
                keys.add(entry.event_key.removeprefix(f"{request.subject}:"))
            parts = self.parts(request)
            assert moved["grant.awarded"] == sum(part.agreed_pence for part in parts)
            assert moved["grant.released"] == sum(part.released_pence for part in parts)
            assert moved["grant.paid"] - moved["reversal"] == request.paid_pence == sum(part.paid_pence for part in parts)
            assert (request.set_aside_pence > 0) == (request.status in COMMITTED)
            payments = self.session.scalars(select(Payment).where(Payment.request_id == request_id)).all()
            assert request.paid_pence == sum(one.amount_pence for one in payments if one.stands_paid)
            assert {key for key in keys if key.startswith("payment:") and key.count(":") == 1} == {
                f"payment:{one.number}" for one in payments if one.released_at
            }

    def parts(self, request: GrantRequest) -> list[AwardPart]:
        """Every part of what was ever agreed of a request, whether it stands or was opened again."""
        agreed = (Award.request_id == request.id, Award.agreed_at.is_not(None))
        return list(self.session.scalars(select(AwardPart).join(Award, Award.id == AwardPart.award_id).where(*agreed)))

    @invariant()
    def what_stands_is_what_its_award_says(self) -> None:
        """The request's own sums are its standing award's; what was signed is unchanged; and what waits has no money."""
        for request_id in getattr(self, "requests", []):
            request = self.session.get_one(GrantRequest, request_id)
            award = standing.award(self.session, request)
            assert (award is not None) == (request.status in PENDING or request.agreed_at is not None)
            if award is None or award.agreed_at is None:
                assert (request.agreed_pence, request.paid_pence, request.released_pence) == (None, 0, 0)
                continue
            parts = standing.parts(self.session, award)
            assert request.agreed_pence == award.agreed_pence == sum(part.agreed_pence for part in parts)
            assert request.released_pence == sum(part.released_pence for part in parts)
            assert sum(thing.agreed_pence or 0 for thing in request.things) == request.agreed_pence
            proposing.require_unchanged(self.session, request, award)

    @invariant()
    def nothing_is_agreed_that_the_policy_does_not_allow(self) -> None:
        """Every award has the words that its amount takes: of the right seats, of different people, of nobody who may not."""
        for request_id in getattr(self, "requests", []):
            request = self.session.get_one(GrantRequest, request_id)
            awards = self.session.scalars(select(Award).where(Award.request_id == request_id, Award.agreed_at.is_not(None))).all()
            for award in awards:
                signed = self.session.scalars(select(Signature).where(Signature.award_id == award.id)).all()
                people = [one.user_id for one in signed if one.user_id is not None]
                assert len(people) == len(set(people)) >= 1
                assert not set(people) & self.outsiders(request)
                seats = Counter(one.seat for one in signed)
                if seats["panel"]:
                    self.carried(award)
                elif any(one.is_urgent for one in signed):
                    assert len(people) >= 2
                    assert seats["approver"] >= 1
                else:
                    wanted = Counter(seat.value for seat in SEATS[UNSIGNED.tier_for(award.agreed_pence).signers])
                    assert seats == wanted
                if award.agreed_pence > UNSIGNED.person_cap_pence:
                    lifted = set(self.session.scalars(select(CapOverride.given_by).where(CapOverride.request_id == request_id)))
                    assert lifted
                    assert seats["panel"] or set(people) - lifted

    def carried(self, award: Award) -> None:
        """A majority of those without a conflict voted for it, and enough of them."""
        late = (Conflict.user_id == PanelVote.user_id, Conflict.request_id == award.request_id, Conflict.declared_at < award.agreed_at)
        counted = select(PanelVote.agrees).where(PanelVote.award_id == award.id, ~select(Conflict.id).where(*late).exists())
        votes = Counter(self.session.scalars(counted))
        assert votes[True] > votes[False]
        assert votes.total() >= UNSIGNED.panel_quorum

    @invariant()
    def the_rules_of_the_seats_held(self) -> None:
        """Read back from what was written, whoever it was."""
        for request_id in getattr(self, "requests", []):
            request = self.session.get_one(GrantRequest, request_id)
            events = self.session.scalars(select(RequestEvent).where(RequestEvent.request_id == request_id).order_by(RequestEvent.id)).all()
            assert [one.to_status for one in events][-1:] == [request.status.value]
            assert all(before.to_status == after.from_status for before, after in pairwise(events))
            agreed = [one for one in events if one.action in AGREEING]
            reopened = [one for one in events if one.action == Action.REOPEN]
            assert len(reopened) <= len(agreed) <= len(reopened) + 1
            deciders = {one.user_id for one in events if one.action in SIGNING}
            payments = self.session.scalars(select(Payment).where(Payment.request_id == request_id)).all()
            payers = {one.entered_by for one in payments} | {one.released_by for one in payments if one.released_by}
            assert all(one.released_by != one.entered_by for one in payments)
            assert not deciders & payers
            assert not (deciders | payers) & self.outsiders(request)
            assert request.status is not Status.PAID or any(one.stands_paid for one in payments)

    @invariant()
    def nothing_goes_forward_while_it_is_paused(self) -> None:
        """Between the person's stop and the key worker's going on there is no decision and no payment."""
        for request_id in getattr(self, "requests", []):
            paused = False
            events = self.session.scalars(select(RequestEvent).where(RequestEvent.request_id == request_id).order_by(RequestEvent.id))
            for event in events:
                assert not (paused and Action(event.action) in FORWARD)
                paused = event.action == Action.PAUSE or (paused and event.action != Action.RESUME)

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
            .where(RequestEvent.action.not_in(("confirm", "tell_outcome", "resume")))
        )
        assert self.session.scalar(late) == 0


@pytest.mark.timeout(1800)
def test_no_sequence_of_people_gets_past_the_rules_or_loses_a_penny(session: Session) -> None:
    who = build.cast(session)
    build.money(session, POT)
    build.item(session)
    several = [
        seats.user(session, Role.APPROVER, Role.FINANCE).actor,
        seats.user(session, Role.APPROVER, Role.FINANCE, Role.PANEL).actor,
        seats.user(session, Role.KEY_WORKER, Role.APPROVER, Role.FINANCE, at=seats.team(session, "Amber", of=seats.HOLDER)).actor,
        seats.user(session, *Role).actor,
        *(seats.user(session, Role.PANEL).actor for _nth in range(2)),
    ]
    names = ("worker", "amber", "approver", "approver_two", "finance", "finance_two", "panel", "auditor")
    single = [who.seat(name).actor for name in names]
    workers = [who.worker, who.amber]
    machine = type("Begun", (Machine,), {"session": session, "crowd": [*several, *single], "workers": workers, "reached": set()})
    machine.persons = {one.id: _person(session, one) for one in workers}
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(5), stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        ),
    )
    # A machine that never gets anywhere proves nothing. At the gate it is a short one.
    assert machine.reached >= {Status.SIGNED, Status.AGREED}
    if examples(1) > 1:
        assert machine.reached == set(Status) - {Status.DRAFT}


def _person(session: Session, worker: build.Seat) -> int:
    person = build.persons.issue_code(session, actor=worker.actor)
    session.commit()
    return person.id

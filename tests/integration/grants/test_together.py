"""Decisions that take several people: two signatures, the panel, an emergency; and awards out of several funds for several things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.errors import Conflict, FundError, NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.grants import deciding, queries
from fundapp.grants.demand import declining
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.steps import AlreadyDone
from fundapp.grants.thing_models import RequestThing
from fundapp.grants.together import moving, panel, signing, standing
from fundapp.grants.together.models import Signature
from fundapp.grants.together.proposing import Terms
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.payouts import service as payouts
from fundapp.people import covering
from tests.builders import grants as build
from tests.builders import people, together
from tests.integration.grants.test_two_at_once import all_at_once

Cast = build.Cast


@pytest.fixture
def who(session: Session) -> Cast:
    build.money(session, 200_000)
    cast = build.cast(session)
    # Whoever is first named is made then: not in the middle of what must change nothing. The panel is each test's own.
    for name in set(cast.names) - {"panel"}:
        cast.seat(name)
    return cast


def refused(session: Session, act: Callable[[], object], kind: type[FundError] = Refused) -> str:
    """Its sentence; and nothing has changed."""
    before = build.footprint(session)
    with pytest.raises(kind) as said:
        act()
    session.rollback()
    assert build.footprint(session) == before
    return said.value.sentence


def second(session: Session, by: build.Seat, request: GrantRequest) -> None:
    signing.countersign(session, actor=by.actor, request_id=request.id, version=request.version)
    session.commit()


def members(session: Session, count: int) -> list[build.Seat]:
    users = [people.user(session, Role.PANEL, at=people.team(session, "Fund office", of=people.HOLDER)) for _nth in range(count)]
    return [build.Seat(user, user.actor, user.id) for user in users]


def vote(session: Session, by: build.Seat, request: GrantRequest, agrees: bool) -> None:
    panel.vote(session, actor=by.actor, request_id=request.id, version=request.version, agrees=agrees)
    session.commit()


def several(session: Session, who: Cast, prices: dict[str, int]) -> GrantRequest:
    """A request for several things that waits."""
    request = build.draft(session, who.worker, price_pence=next(iter(prices.values())))
    for place, (code, pence) in list(enumerate(prices.items(), 1))[1:]:
        kind = build.item(session, code)
        request.things.append(
            RequestThing(position=place, item=kind, detail_words="", supplier="a shop", typed={}, price_pence=pence, agreed_pence=None)
        )
    session.commit()
    build.asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    return request


def test_what_takes_a_finance_officer_too_is_agreed_by_neither_alone(session: Session, who: Cast) -> None:
    request = together.signed(session, who.worker, who.approver)
    assert (request.status, request.agreed_pence) == (Status.SIGNED, None)
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0
    again = {"actor": who.approver.actor, "request_id": request.id}
    refused(session, lambda: deciding.agree(session, version=1, fund_code="public-giving", **again), AlreadyDone)
    refused(session, lambda: signing.countersign(session, version=request.version, **again), NotAllowed)
    refused(session, lambda: second(session, who.approver_two, request), NotAllowed)
    second(session, who.finance, request)
    assert (request.status, request.agreed_pence) == (Status.AGREED, 30_000)
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 30_000
    # Who signed does not pay.
    said = refused(session, lambda: build.enter(session, who.finance, request), NotAllowed)
    assert said == "You agreed this one, so two other people pay it."
    build.enter(session, who.finance_two, request)


def test_above_that_a_second_approver_signs_and_a_finance_officer_does_not_do(session: Session, who: Cast) -> None:
    request = together.signed(session, who.worker, who.approver, price_pence=together.PANEL)
    refused(session, lambda: second(session, who.finance, request), NotAllowed)
    assert "over the cap" in refused(session, lambda: second(session, who.approver_two, request))
    together.lifted(session, request, who.approver_two)
    # Whoever let it over the cap is one of two: the other one signed it.
    second(session, who.approver_two, request)
    assert request.status is Status.AGREED


def test_what_is_taken_back_or_withdrawn_has_no_signature_any_more(session: Session, who: Cast) -> None:
    request = together.signed(session, who.worker, who.approver)
    signing.disagree(session, actor=who.finance.actor, request_id=request.id, version=request.version, reason="It is cheaper elsewhere.")
    session.commit()
    assert (request.status, standing.award(session, request)) == (Status.WAITING, None)
    deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code="public-giving")
    build.asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    assert (request.status, standing.award(session, request)) == (Status.WITHDRAWN, None)
    assert ledger.entries_for(session, request.subject) == []


def test_the_word_of_somebody_who_then_steps_aside_stands_no_longer(session: Session, who: Cast) -> None:
    request = together.signed(session, who.worker, who.approver)
    version = request.version
    deciding.step_aside(session, actor=who.approver.actor, request_id=request.id, version=version)
    session.commit()
    assert (request.status, standing.award(session, request)) == (Status.WAITING, None)
    # Neither a page from before, nor they themselves, bring it back.
    again = {"request_id": request.id, "version": version}
    refused(session, lambda: signing.countersign(session, actor=who.approver_two.actor, **again), Conflict)
    fund = {"request_id": request.id, "version": request.version, "fund_code": "public-giving"}
    refused(session, lambda: deciding.agree(session, actor=who.approver.actor, **fund), NotAllowed)
    deciding.agree(session, actor=who.approver_two.actor, **fund)
    second(session, who.finance, request)
    assert request.status is Status.AGREED


def test_an_emergency_takes_a_second_person_and_a_reason_and_is_told_and_listed(session: Session, who: Cast) -> None:
    request = together.signed(session, who.worker, who.approver)
    act = {"request_id": request.id, "version": request.version}
    refused(session, lambda: signing.agree_urgently(session, actor=who.approver.actor, reason="Tonight.", **act), NotAllowed)
    refused(session, lambda: signing.agree_urgently(session, actor=who.approver_two.actor, reason=" ", **act))
    signing.agree_urgently(session, actor=who.approver_two.actor, reason="They sleep outside tonight.", **act)
    session.commit()
    assert request.status is Status.AGREED
    tasks = session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
    assert "grants_together.tell_of_emergency" in tasks
    assert [one.id for one in session.scalars(queries.emergencies())] == [request.id]


def test_a_deputy_signs_for_whoever_is_away_and_the_signature_says_so(session: Session, who: Cast) -> None:
    away = {"user_id": who.approver.id, "deputy_id": who.approver_two.id, "starts_on": clock.today(), "ends_on": clock.today()}
    covering.set_absence(session, actor=who.approver.actor, **away)
    request = together.signed(session, who.worker, who.approver_two)
    signed = session.scalars(select(Signature)).one()
    assert (signed.user_id, signed.for_user_id) == (who.approver_two.id, who.approver.id)
    refused(session, lambda: second(session, who.approver_two, request), NotAllowed)


def test_the_panel_agrees_by_a_majority_and_nobody_reads_who_voted_how(session: Session, who: Cast) -> None:
    one, two, three = members(session, 3)
    request = together.lifted(session, together.with_panel(session, who.worker, who.approver), who.approver_two)
    vote(session, one, request, True)
    assert request.status is Status.PANEL
    refused(session, lambda: vote(session, one, request, False), NotAllowed)
    vote(session, two, request, False)
    assert request.status is Status.PANEL
    vote(session, three, request, True)
    assert (request.status, request.agreed_pence) == (Status.AGREED, 60_000)
    kinds = session.scalars(select(AuditEvent).where(AuditEvent.kind == "request.voted")).all()
    assert [set(one.facts) for one in kinds] == [{"from", "to", "award"}] * 3
    # Whoever voted does not pay, whichever other seat they hold; and the panel as a whole agreed it.
    assert [one.actor for one in session.scalars(select(Signature).order_by(Signature.id))][-1].startswith("panel:")


def test_a_tie_declines_and_a_member_with_a_conflict_is_not_counted(session: Session, who: Cast) -> None:
    one, two, three = members(session, 3)
    request = together.with_panel(session, who.worker, who.approver)
    vote(session, one, request, True)
    vote(session, two, request, False)
    assert request.status is Status.PANEL
    # With the third out of it, no vote is to come: one against one.
    deciding.step_aside(session, actor=three.actor, request_id=request.id, version=request.version)
    session.commit()
    assert request.status is Status.DECLINED
    assert declining.reason_of(session, request.id) is Reason.PANEL


def test_too_few_votes_leave_it_to_be_decided_anew(session: Session, who: Cast) -> None:
    one, two = members(session, 2)
    alone = build.waiting(session, who.worker, price_pence=together.PANEL)
    deciding.step_aside(session, actor=two.actor, request_id=alone.id, version=alone.version)
    session.commit()
    put = {"actor": who.approver.actor, "request_id": alone.id, "version": alone.version, "terms": Terms(("public-giving",))}
    assert "Fewer than 2 of the panel" in refused(session, lambda: panel.put_to_panel(session, **put))
    request = together.with_panel(session, who.worker, who.approver)
    vote(session, one, request, True)
    with clock.at(clock.now() + timedelta(days=14)):
        panel.close_votes(session)
        session.commit()
    assert (request.status, standing.award(session, request)) == (Status.WAITING, None)


def test_a_small_sum_needs_no_panel_and_money_that_is_gone_by_then_has_it_decided_anew(session: Session, who: Cast) -> None:
    one, two = members(session, 2)
    small = build.waiting(session, who.worker)
    put = {"actor": who.approver.actor, "request_id": small.id, "version": small.version, "terms": Terms(("public-giving",))}
    assert "no panel" in refused(session, lambda: panel.put_to_panel(session, **put))
    request = together.lifted(session, together.with_panel(session, who.worker, who.approver), who.approver_two)
    gone = build.books.Line(chart.TRANSFERS_BETWEEN_FUNDS, chart.BANK, "public-giving", 150_000)
    build.books.service.force(
        session, event_key="test:gone", kind="test.gone", happened_on=clock.today(), lines=[gone], actor="system", subject="test:1"
    )
    session.commit()
    vote(session, one, request, True)
    vote(session, two, request, True)
    assert (request.status, request.agreed_pence) == (Status.WAITING, None)
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0


def test_several_things_out_of_two_funds_are_paid_thing_by_thing_and_the_rest_goes_back_where_it_came_from(
    session: Session, who: Cast
) -> None:
    build.books.pay_in(session, 50_000, "general")
    request = several(session, who, {"phone": 4_000, "bedding": 3_000, "id": 2_000})
    phone, bedding, papers = (thing.id for thing in request.things)
    terms = Terms(("general", "public-giving"), {phone: 4_000, bedding: 2_500, papers: 2_000}, {"general": 5_000})
    act = {"actor": who.approver.actor, "request_id": request.id, "version": request.version}
    refused(session, lambda: deciding.agree_on(session, terms=terms, **act))
    deciding.agree_on(session, terms=terms, reason="The bedding is dear there.", **act)
    session.commit()
    assert [thing.agreed_pence for thing in request.things] == [4_000, 2_500, 2_000]
    assert moving.set_aside_pence(session, request) == {"general": 5_000, "public-giving": 3_500}
    how = {"request_id": request.id, "paid_on": clock.today(), "supplier": "Shops", "bank_reference": "X"}

    def enter(pence: int, costs: dict[int, int] | None, is_last: bool) -> None:
        version = request.version
        actor = who.finance.actor
        payouts.enter_payment(session, actor=actor, version=version, amount_pence=pence, costs=costs, is_last=is_last, **how)

    assert "for Bedding" in refused(session, lambda: enter(5_000, {bedding: 2_501, phone: 2_499}, is_last=False))
    assert "together £60.00" in refused(session, lambda: enter(5_000, {bedding: 2_000, phone: 4_000}, is_last=False))
    enter(5_400, {phone: 3_900, bedding: 1_500}, is_last=False)
    payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    session.commit()
    # The phone was all general's; of the bedding's, general gave the first £10.
    assert moving.set_aside_pence(session, request) == {"general": 100, "public-giving": 3_000}
    enter(2_000, {papers: 2_000}, is_last=True)
    payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    session.commit()
    assert (request.status, request.paid_pence, request.released_pence) == (Status.PAID, 7_400, 1_100)
    assert moving.set_aside_pence(session, request) == {"general": 0, "public-giving": 0}
    assert ledger.available_pence(session, "general") == 50_000 - 4_900


def test_what_changed_since_it_was_signed_is_not_paid_but_opened_again(session: Session, who: Cast) -> None:
    request = build.agreed(session, who.worker, who.approver)
    session.execute(update(RequestThing).where(RequestThing.request_id == request.id).values(agreed_pence=3_998))
    session.commit()
    session.refresh(request)
    assert "Open it again" in refused(session, lambda: build.enter(session, who.finance, request))
    signing.reopen(session, actor=who.finance.actor, request_id=request.id, version=request.version, reason="A figure is not right.")
    session.commit()
    assert (request.status, request.agreed_pence, request.agreed_at) == (Status.WAITING, None, None)
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0
    deciding.agree(session, actor=who.approver_two.actor, request_id=request.id, version=request.version, fund_code="public-giving")
    session.commit()
    build.enter(session, who.finance_two, request)
    keys = [entry.event_key.removeprefix(f"{request.subject}:") for entry in ledger.entries_for(session, request.subject)]
    assert keys == ["award", "release", "award:2"]
    # They opened it again and did not decide on it, so they may pay it: but who signed either time may not.
    payouts.release_payment(session, actor=who.finance.actor, request_id=request.id, version=request.version)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE grant_request SET agreed_pence = agreed_pence - 1",
        "UPDATE award_part SET released_pence = 1",
        "UPDATE award_part SET paid_pence = 1",
        "UPDATE award SET void_at = now()",
    ],
)
def test_the_database_keeps_a_request_equal_to_its_award(session: Session, who: Cast, change: str) -> None:
    build.agreed(session, who.worker, who.approver)
    session.execute(text(change))
    with pytest.raises(IntegrityError, match="award"):
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.rollback()


@pytest.mark.parametrize("what", ["award_signature", "panel_vote", "payment_part"])
def test_nobody_changes_or_takes_away_a_signature_a_vote_or_what_a_payment_cleared(session: Session, what: str) -> None:
    for change in (f"DELETE FROM {what}", f"UPDATE {what} SET {'amount_pence = 1' if what == 'payment_part' else 'user_id = 1'}"):
        with pytest.raises(Exception, match="permission denied"):
            session.execute(text(change))
        session.rollback()


def test_eight_sign_as_the_second_at_once_and_it_is_agreed_once(own_database: Database) -> None:
    with own_database.session() as session:
        build.money(session, 200_000)
        who = build.cast(session)
        request = together.signed(session, who.worker, who.approver)
        officers = [who.finance.actor, who.finance_two.actor, who.finance_three.actor]
        number, version = request.id, request.version
    raised = all_at_once(
        own_database,
        [
            lambda session, by=officers[nth % 3]: signing.countersign(session, actor=by, request_id=number, version=version)
            for nth in range(8)
        ],
    )
    assert Counter(isinstance(error, Conflict) for error in raised) == {True: 7, False: 1}
    with own_database.session() as session:
        assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 30_000
        assert len(session.scalars(select(Signature)).all()) == 2


def test_two_last_votes_at_once_settle_it_once(own_database: Database) -> None:
    with own_database.session() as session:
        build.money(session, 200_000)
        who = build.cast(session)
        voters = [one.actor for one in members(session, 3)]
        request = together.lifted(session, together.with_panel(session, who.worker, who.approver), who.approver_two)
        number, version = request.id, request.version
    raised = all_at_once(
        own_database,
        [lambda session, by=by: panel.vote(session, actor=by, request_id=number, version=version, agrees=True) for by in voters],
    )
    # The third comes too late, and is told so.
    assert Counter(type(error) for error in raised) == {type(None): 2, Conflict: 1}
    with own_database.session() as session:
        assert session.get_one(GrantRequest, number).status is Status.AGREED
        assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 60_000

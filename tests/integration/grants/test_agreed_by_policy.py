"""What the standing policy agrees when a request is sent: at once, within its limits, looked at again, and never twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import FundError, NotAllowed, NotFound, Refused
from fundapp.grants import asking, deciding, persons, steps
from fundapp.grants.asking import Answers
from fundapp.grants.lifecycle import Status, Tie
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.grants.policy import caps, flags, looks
from fundapp.grants.policy.models import CapOverride, PolicyAnswer, PolicyLook, PolicyLookAnswer
from fundapp.grants.policy.standing_tier import WhyNot
from fundapp.grants.policy.tiers import FIRST_TIERS
from fundapp.ledger import queries as ledger
from tests.builders import grants as build
from tests.builders import ledger as books
from tests.builders import policy
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once


def reason(session: Session, request: GrantRequest) -> str | None:
    found = session.get(PolicyAnswer, request.id)
    return found.why_not if found else "not asked"


def everybody(who: build.Cast) -> None:
    """Have everybody there before anything is counted."""
    for name in who.names:
        who.seat(name)


def fund(session: Session, request: GrantRequest) -> str | None:
    return session.get_one(PolicyAnswer, request.id).fund_code


def test_a_thing_of_the_catalogue_at_its_guide_price_is_agreed_as_it_is_sent(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    number = policy.signed(session, who).number
    request = build.waiting(session, who.worker)
    assert (request.status, request.agreed_pence, fund(session, request)) == (Status.AGREED, 3_999, "public-giving")
    assert reason(session, request) is None
    assert [(one.action, one.actor, one.user_id) for one in session.scalars(select(RequestEvent).order_by(RequestEvent.id))] == [
        ("send", who.worker.actor.reference, who.worker.id),
        ("agree_by_policy", f"policy:{number}", None),
    ]
    entry = ledger.entries_for(session, request.subject)[0]
    assert (entry.kind, entry.actor, [line.amount_pence for line in entry.lines]) == ("grant.awarded", f"policy:{number}", [3_999])
    # Nobody signed it, so everybody of finance may pay it.
    assert Tie.DECIDED_IT not in steps.ties(session, request, who.finance.actor)
    build.enter(session, who.finance, request)


def test_without_a_policy_that_two_signed_people_decide_on_everything(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    assert build.waiting(session, who.worker).status == Status.WAITING
    policy.proposed(session, who)
    assert build.waiting(session, who.worker).status == Status.WAITING
    assert session.scalar(select(func.count()).select_from(PolicyAnswer)) == 0


def test_what_is_not_allowed_goes_on_to_people_and_keeps_why(session: Session) -> None:
    who = build.cast(session)
    build.money(session, 5_000)
    policy.signed(session, who)
    build.item(session, "boots", low=500, high=4_000, asks_what=True)
    boots = build.draft(session, who.worker, code="boots", price_pence=3_000)
    asking.save_answers(session, actor=who.worker.actor, request_id=boots.id, answers=Answers(detail_words="work boots"))
    asking.send(session, actor=who.worker.actor, request_id=boots.id, version=boots.version)
    passed = {WhyNot.ABOVE_GUIDE: build.waiting(session, who.worker, price_pence=4_501), WhyNot.NOT_IN_CATALOGUE: boots}
    assert build.waiting(session, who.worker).status == Status.AGREED
    passed[WhyNot.NO_FUND] = build.waiting(session, who.worker)
    for why, request in passed.items():
        assert (request.status, reason(session, request)) == (Status.WAITING, why.value)
        assert flags.of(session, request.id)[-1] == f"The policy did not agree it by itself: {why.words}"
    # What is more than the policy agrees by itself is asked of it in no case.
    assert reason(session, build.waiting(session, who.worker, price_pence=5_001)) == "not asked"


def test_a_week_is_full_for_a_worker_a_person_and_a_fund_and_begins_anew_on_monday(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    limits = {"weekly_worker_pence": 8_000, "weekly_person_pence": 4_000, "weekly_fund_pence": 12_000}
    # A Monday in the week after which the clocks go back, so that it is an hour longer.
    monday = datetime(2026, 10, 19, 0, 0, tzinfo=clock.LONDON)
    with clock.at(monday - timedelta(hours=5)):
        policy.signed(session, who, **limits)
        person = persons.issue_code(session, actor=who.worker.actor).id
    with clock.at(monday):
        assert build.waiting(session, who.worker, person_id=person).status == Status.AGREED
        assert reason(session, build.waiting(session, who.worker, price_pence=100, person_id=person)) == WhyNot.PERSON_WEEK
        assert build.waiting(session, who.worker).status == Status.AGREED
        assert reason(session, build.waiting(session, who.worker)) == WhyNot.WORKER_WEEK
        assert build.waiting(session, who.other_worker).status == Status.AGREED
    with clock.at(datetime(2026, 10, 25, 23, 59, tzinfo=clock.LONDON)):
        assert reason(session, build.waiting(session, who.amber)) == WhyNot.FUND_WEEK
    with clock.at(datetime(2026, 10, 26, 0, 0, tzinfo=clock.LONDON)):
        assert build.waiting(session, who.worker, person_id=person).status == Status.AGREED


def test_the_next_best_fund_pays_when_the_week_of_the_best_is_full(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    books.pay_in(session, 100_000, "general")
    policy.signed(session, who, weekly_fund_pence=4_000)
    assert [fund(session, build.waiting(session, who.worker)) for _ in range(2)] == ["public-giving", "general"]
    assert reason(session, build.waiting(session, who.worker)) == WhyNot.FUND_WEEK


def test_sent_twice_and_from_a_stale_page_it_is_agreed_once(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    policy.signed(session, who)
    request = build.waiting(session, who.worker)
    before = build.footprint(session)
    for version in (0, 1, 2):
        with pytest.raises(FundError):
            asking.send(session, actor=who.worker.actor, request_id=request.id, version=version)
    with pytest.raises(FundError):
        deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code="public-giving")
    assert build.footprint(session) == before


def test_of_many_sent_at_once_no_weekly_limit_is_passed(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        build.money(session)
        policy.signed(session, who, weekly_worker_pence=13_000, weekly_fund_pence=16_000)
        drafts = [build.draft(session, by) for by in (who.worker, who.other_worker) for _ in range(4)]
        sent = [(who.worker if nth < 4 else who.other_worker, one.id, one.version) for nth, one in enumerate(drafts)]
        jobs = [(by.actor, number, version) for by, number, version in sent]
        session.commit()

    def send(nth: int) -> None:
        actor, number, version = jobs[nth]
        with own_database.session() as session, transaction(session):
            asking.send(session, actor=actor, request_id=number, version=version)

    at_once(send)
    with own_database.session() as session:
        rows = session.scalars(select(PolicyAnswer)).all()
        assert len(rows) == 8
        assert sum(row.agreed_pence for row in rows) == 4 * 3_999
        for worker in {row.worker_id for row in rows}:
            assert sum(row.agreed_pence for row in rows if row.worker_id == worker) <= 13_000
        assert {row.why_not for row in rows} <= {None, "worker_week", "fund_week"}


def test_one_in_so_many_is_drawn_by_the_key_alone_and_looked_at_on_the_next_working_day(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    number = policy.signed(session, who, look_at_one_in=1).number
    # A Friday evening.
    with clock.at(datetime(2026, 11, 20, 19, 0, tzinfo=clock.LONDON)):
        request = build.waiting(session, who.worker)
    look = session.scalars(select(PolicyLook)).one()
    assert (look.request_id, look.due_on) == (request.id, date(2026, 11, 23))
    drawn = [looks.draw(session, policy_number=number or 0, request_id=nth, one_in=10) for nth in range(2_000)]
    assert drawn == [looks.draw(session, policy_number=number or 0, request_id=nth, one_in=10) for nth in range(2_000)]
    # One in ten, give or take five standard deviations.
    assert 133 <= drawn.count(0) <= 267
    assert drawn[:50] != [looks.draw(session, policy_number=(number or 0) + 1, request_id=nth, one_in=10) for nth in range(50)]


def test_who_looks_is_an_approver_who_could_have_decided_and_says_so_once(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    policy.signed(session, who, look_at_one_in=1)
    request = build.waiting(session, who.worker)
    other = build.waiting(session, who.other_worker)
    deciding.step_aside(session, actor=who.approver_two.actor, request_id=request.id, version=request.version)
    assert [row.request_id for row in session.scalars(looks.waiting(who.approver.actor))] == [request.id, other.id]
    assert [row.request_id for row in session.scalars(looks.waiting(who.approver_two.actor))] == [other.id]
    everybody(who)
    before = build.footprint(session)
    for seat, fault in (("worker", NotAllowed), ("finance", NotAllowed), ("auditor", NotAllowed), ("approver_two", NotAllowed)):
        with pytest.raises(fault):
            looks.answer(session, actor=who.seat(seat).actor, request_id=request.id, is_fine=True, reason="")
    for seat in ("panel", "admin"):
        with pytest.raises(NotFound):
            looks.answer(session, actor=who.seat(seat).actor, request_id=request.id, is_fine=True, reason="")
    with pytest.raises(Refused, match="Say what is not fine"):
        looks.answer(session, actor=who.approver.actor, request_id=request.id, is_fine=False, reason="  ")
    assert build.footprint(session) == before
    looks.answer(session, actor=who.approver.actor, request_id=request.id, is_fine=False, reason="They have a phone already.")
    with pytest.raises(Refused, match="already"):
        looks.answer(session, actor=who.approver_three.actor, request_id=request.id, is_fine=True, reason="")
    assert looks.reasons(session, [request.id]) == {request.id: "They have a phone already."}
    assert session.scalars(select(PolicyLookAnswer.is_fine)).all() == [False]
    assert looks.how_many_wait(session, who.approver.actor) == 1
    # Not fine, and not paid yet: the money goes back the way it always can.
    deciding.release_award(session, actor=who.approver.actor, request_id=request.id, version=request.version, reason="They have one.")


def test_over_a_cap_it_is_sent_flagged_and_left_to_two_people(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    policy.signed(session, who, person_cap_pence=5_000)
    person = persons.issue_code(session, actor=who.worker.actor).id
    build.waiting(session, who.worker, person_id=person)
    request = build.waiting(session, who.worker, person_id=person)
    assert (request.status, reason(session, request)) == (Status.WAITING, WhyNot.OVER_CAP)
    assert flags.of(session, request.id) == [
        "£29.98 over the cap for one person in 12 months",
        "The policy did not agree it by itself: over a cap",
    ]
    shares = caps.shares(request)
    with pytest.raises(Refused, match=r"£79\.98 in 12 months; the cap is £50\.00"):
        caps.require(session, request, shares, signed_by=[who.approver.id])
    everybody(who)
    before = build.footprint(session)
    for seat in ("worker", "amber", "finance", "panel", "auditor", "admin"):
        with pytest.raises((NotAllowed, NotFound)):
            caps.lift(session, actor=who.seat(seat).actor, request_id=request.id, version=request.version, reason="They start work.")
    with pytest.raises(Refused, match="in a few words"):
        caps.lift(session, actor=who.approver.actor, request_id=request.id, version=request.version, reason=" ")
    assert build.footprint(session) == before
    session.rollback()
    caps.lift(session, actor=who.approver.actor, request_id=request.id, version=request.version, reason="They start work on Monday.")
    with pytest.raises(Refused, match="already"):
        caps.lift(session, actor=who.approver_two.actor, request_id=request.id, version=request.version, reason="So do I.")
    with pytest.raises(Refused, match="somebody else agrees it"):
        caps.require(session, request, shares, signed_by=[who.approver.id])
    caps.require(session, request, shares, signed_by=[who.approver.id, who.finance.id])
    caps.require(session, request, shares, signed_by=[who.approver_two.id])
    caps.require(session, request, shares, signed_by=[])
    # Lifted as far as it went: what was agreed meanwhile takes it over again.
    assert session.scalars(select(CapOverride.over_pence)).all() == [2_998]
    assert Tie.DECIDED_IT in steps.ties(session, request, who.approver.actor)


def test_a_cap_counts_twelve_months_what_went_back_and_each_kind_by_itself(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    kind = build.item(session, "phone")
    kind.cap_pence = 6_000
    session.commit()
    now = clock.now()
    person = persons.issue_code(session, actor=who.worker.actor).id
    with clock.at(now - timedelta(days=300)):
        old = build.agreed(session, who.worker, who.approver, person_id=person)
        gone = build.agreed(session, who.worker, who.approver, person_id=person, price_pence=1_000)
        deciding.release_award(session, actor=who.approver.actor, request_id=gone.id, version=gone.version, reason="Not needed.")
    request = build.waiting(session, who.worker, person_id=person)
    found = caps.standing_of(session, request).caps
    assert [(one.kind, one.had_pence, one.over_pence) for one in found] == [("", 3_999, 0), ("Phone", 3_999, 1_998)]
    with pytest.raises(Refused, match="of “Phone”"):
        caps.require(session, request, caps.shares(request), signed_by=[who.approver.id])
    # Part of it, under the cap, needs nobody.
    caps.require(session, request, {kind.id: 2_001}, signed_by=[who.approver.id])
    with clock.at(
        clock.start_of(clock.day_of(now - timedelta(days=300)).replace(year=clock.day_of(now - timedelta(days=300)).year + 1))
        + timedelta(days=1)
    ):
        assert [one.had_pence for one in caps.standing_of(session, request).caps] == [0, 0]
    assert old.agreed_pence == 3_999


def test_a_policy_that_agrees_nothing_by_itself_leaves_all_to_people(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    policy.signed(session, who, tiers=FIRST_TIERS[1:])
    request = build.waiting(session, who.worker, price_pence=100)
    assert (request.status, reason(session, request)) == (Status.WAITING, "not asked")

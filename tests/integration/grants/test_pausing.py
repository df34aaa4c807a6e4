"""What its person paused goes no further, whoever tries; it ends or goes back as ever; and their key worker takes it up again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core.actor import slip_holder, standing_policy
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound
from fundapp.grants import asking, deciding, queries, steps
from fundapp.grants.lifecycle import FORWARD, PAUSABLE, Action, Status, rule
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.grants.slips import pausing, service
from fundapp.grants.slips.models import PersonSlip
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.payouts import service as payouts
from fundapp.web.app import fund_of
from tests.builders import grants as build
from tests.builders.grants import Cast
from tests.support.web import Client

SignIn = Callable[..., None]


@pytest.fixture
def who(session: Session) -> Cast:
    build.money(session)
    return build.cast(session)


def slip_of(session: Session, app: Flask, who: Cast, request: GrantRequest) -> tuple[PersonSlip, str]:
    issued = service.issue(session, actor=who.worker.actor, keys=fund_of(app).keys, person_id=request.person_id or 0)
    session.commit()
    return issued.slip, issued.code


def paused(session: Session, app: Flask, who: Cast, request: GrantRequest) -> GrantRequest:
    slip, _code = slip_of(session, app, who, request)
    pausing.pause(session, slip=slip, request_id=request.id)
    session.commit()
    return request


@pytest.mark.parametrize(
    "state", [pytest.param("waiting", marks=pytest.mark.long), "agreed", pytest.param("entered", marks=pytest.mark.long), "part_paid"]
)
def test_nothing_goes_forward_by_anybody_s_hand(session: Session, app: Flask, who: Cast, state: str) -> None:
    make = {
        "waiting": lambda: build.waiting(session, who.worker),
        "agreed": lambda: build.agreed(session, who.worker, who.approver),
        "entered": lambda: build.entered(session, who),
        "part_paid": lambda: build.part_paid(session, who),
    }
    request = paused(session, app, who, make[state]())
    everybody = [who.seat(name).actor for name in Cast.names] + [standing_policy(1), slip_holder(1)]
    before = build.footprint(session)
    forward = [action for action in FORWARD if rule(request.status, action)]
    assert forward
    for action in forward:
        for actor in everybody:
            with pytest.raises((NotAllowed, NotFound)):
                steps.hold(session, request_id=request.id, action=action, actor=actor, version=request.version)
            session.rollback()
    assert build.footprint(session) == before


def test_the_services_refuse_it_too_and_nothing_has_changed(session: Session, app: Flask, who: Cast) -> None:
    waits, agreed = build.waiting(session, who.worker), build.agreed(session, who.worker, who.approver)
    entered = build.entered(session, who)
    for request in (waits, agreed, entered):
        paused(session, app, who, request)
    who.seat("finance_two"), who.seat("approver_two")
    before = build.footprint(session)
    agree = {"request_id": waits.id, "version": waits.version, "fund_code": "public-giving"}
    with pytest.raises(NotAllowed, match="paused"):
        deciding.agree(session, actor=who.approver_two.actor, **agree)
    session.rollback()
    with pytest.raises(NotAllowed, match="paused"):
        build.enter(session, who.finance, agreed)
    session.rollback()
    with pytest.raises(NotAllowed, match="paused"):
        payouts.release_payment(session, actor=who.finance_two.actor, request_id=entered.id, version=entered.version)
    session.rollback()
    assert build.footprint(session) == before


def test_it_ends_and_goes_back_as_ever_and_no_penny_is_lost(session: Session, app: Flask, who: Cast) -> None:
    agreed, entered = build.agreed(session, who.worker, who.approver), build.entered(session, who)
    for request in (agreed, entered):
        paused(session, app, who, request)
    asking.withdraw(session, actor=who.worker.actor, request_id=agreed.id, version=agreed.version, words="They said no.")
    payouts.refuse_payment(session, actor=who.finance_two.actor, request_id=entered.id, version=entered.version, reason="Paused.")
    session.commit()
    assert agreed.status is Status.WITHDRAWN
    assert entered.status is Status.AGREED
    assert entered.paused_at is not None
    assert queries.agreed_not_paid_pence(session) == ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 3_999


def test_a_page_from_before_the_pause_is_old(session: Session, app: Flask, who: Cast) -> None:
    request = build.waiting(session, who.worker)
    shown_for = request.version
    paused(session, app, who, request)
    with pytest.raises(Conflict, match="paused this"):
        deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=shown_for, fund_code="public-giving")


def test_pausing_twice_is_pausing_once_and_the_key_worker_is_told_once(session: Session, app: Flask, who: Cast) -> None:
    request = build.waiting(session, who.worker)
    slip, code = slip_of(session, app, who, request)
    client = Client(app, session)
    page = client.get(f"/person/{code}").form('form[action$="/pause"]').submit("Pause this")
    assert "You paused it" in page.words
    assert not page.soup.select('form[action$="/pause"]')
    before = build.footprint(session)
    client.post(f"/person/{code}/requests/{request.id}/pause", {}, token=False)
    assert build.footprint(session) == before
    events = session.scalars(select(RequestEvent).where(RequestEvent.action == Action.PAUSE.value)).all()
    assert [(one.user_id, one.actor) for one in events] == [(None, f"slip:{slip.id}")]


def test_their_key_worker_alone_takes_it_up_again_and_then_it_goes_on(
    session: Session, app: Flask, client: Client, who: Cast, sign_in_as: SignIn
) -> None:
    request = paused(session, app, who, build.waiting(session, who.worker))
    others = [who.seat(name).actor for name in ("other_worker", "approver", "finance", "admin", "auditor", "panel")]
    slip = session.scalars(select(PersonSlip)).one()
    before = build.footprint(session)
    for actor in (*others, service.holder(slip)):
        with pytest.raises((NotAllowed, NotFound)):
            pausing.resume(session, actor=actor, request_id=request.id, version=request.version)
        session.rollback()
    assert build.footprint(session) == before
    sign_in_as(client, who.teammate.user)
    page = client.get(f"/requests/{request.id}")
    assert "They paused it" in page.words
    after = page.form('form[action$="/resume"]').submit("They want it: take it up again")
    assert "They paused it" not in after.words
    session.refresh(request)
    assert request.paused_at is None
    deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code="public-giving")


def test_what_is_paid_or_has_ended_is_not_paused_and_they_are_told(session: Session, app: Flask, who: Cast) -> None:
    paid, declined = build.paid(session, who), build.waiting(session, who.worker)
    deciding.decline(session, actor=who.approver.actor, request_id=declined.id, version=declined.version, reason="No.")
    session.commit()
    for request in (paid, declined):
        _slip, code = slip_of(session, app, who, request)
        before = build.footprint(session)
        page = Client(app, session).post(f"/person/{code}/requests/{request.id}/pause", {}, token=False)
        assert page.status == 409
        assert "too late" in page.words
        assert build.footprint(session) == before


def test_a_pause_leaves_every_time_of_the_request_as_it_was(session: Session, app: Flask, who: Cast) -> None:
    request = build.agreed(session, who.worker, who.approver)
    times = ("sent_at", "decided_at", "agreed_at", "paid_at", "in_hands_at", "ended_at")
    before = {name: getattr(request, name) for name in times}
    paused(session, app, who, request)
    pausing.resume(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    assert {name: getattr(request, name) for name in times} == before


def test_no_draft_is_paused(session: Session, app: Flask, who: Cast) -> None:
    request = build.draft(session, who.worker)
    slip, _code = slip_of(session, app, who, request)
    with pytest.raises(NotFound):
        pausing.pause(session, slip=slip, request_id=request.id)
    assert Status.DRAFT not in PAUSABLE
    assert session.scalar(select(func.count()).select_from(RequestEvent)) == 0
    with pytest.raises(FundError):
        pausing.resume(session, actor=who.worker.actor, request_id=request.id, version=request.version)


def test_their_key_worker_finds_it_among_what_needs_them(
    session: Session, app: Flask, client: Client, who: Cast, sign_in_as: SignIn, run_jobs: Callable[[], list[str]]
) -> None:
    request = paused(session, app, who, build.agreed(session, who.worker, who.approver))
    assert "grants.tell_asker" in run_jobs()
    assert [one.id for one in queries.needs_worker(session, who.worker.actor)] == [request.id]
    sign_in_as(client, who.worker.user)
    assert "Speak with them: they paused it" in client.get("/requests").words
    pausing.resume(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    assert not queries.needs_worker(session, who.worker.actor)

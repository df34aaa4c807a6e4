"""The finance desk shows the ledger's own figures, what waits, and what needs a look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.finance.desk import desk
from fundapp.giving import alarms
from fundapp.giving import queries as giving
from fundapp.jobs import enqueue
from fundapp.jobs import queries as jobs
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from tests.builders import grants, people
from tests.builders import ledger as books
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def test_held_less_agreed_less_not_yet_money_is_free(session: Session) -> None:
    who = grants.cast(session)
    grants.money(session, 100_000)
    grants.agreed(session, who.worker, who.approver)
    for fund in desk(session).funds:
        assert fund.balance_pence - fund.not_yet_money_pence == fund.available_pence
    public = next(fund for fund in desk(session).funds if fund.code == "public-giving")
    assert (public.balance_pence + public.committed_pence, public.committed_pence) == (100_000, 3_999)


def test_all_places_together_are_what_the_funds_hold(session: Session) -> None:
    books.open_books(session)
    books.pay_in(session, 5_000)
    books.award(session, 1_200)
    shown = desk(session)
    assert sum(place.total_pence for place in shown.places) == sum(fund.balance_pence + fund.committed_pence for fund in shown.funds)


def test_the_two_ways_to_count_what_is_agreed_are_compared_and_a_gap_is_told(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = grants.cast(session)
    grants.money(session, 100_000)
    request = grants.agreed(session, who.worker, who.approver)
    assert desk(session).controls.hold
    # Somebody writes into the ledger behind the services' backs.
    penny = grants.books.Line(request.things[0].item.account_code, chart.GRANTS_PAYABLE, "public-giving", 1)
    grants.books.service.spend(
        session, event_key="test:penny", kind="test.penny", happened_on=clock.today(), lines=[penny], actor="system", subject="test:1"
    )
    session.commit()
    assert not desk(session).controls.hold
    sign_in_as(client, people.user(session, Role.FINANCE))
    assert "Pay nothing until somebody has looked" in client.get("/finance").words


def test_the_page_shows_the_ledgers_figures_to_the_penny(client: Client, session: Session, sign_in_as: SignIn) -> None:
    books.open_books(session)
    books.pay_in(session, 123_456, "general")
    books.pay_in(session, 99, "rough-sleepers")
    sign_in_as(client, people.user(session, Role.AUDITOR))
    page = client.get("/finance")
    for position in ledger.fund_positions(session):
        assert pounds(position.available_pence) in page.words
    assert pounds(ledger.balance_pence(session, chart.BANK)) in page.words
    trial = client.get("/finance/trial-balance")
    assert pounds(123_456) in trial.words


def test_the_desk_asks_the_database_a_bounded_number_of_questions(client: Client, session: Session, sign_in_as: SignIn) -> None:
    books.open_books(session)
    for _ in range(30):
        books.pay_in(session, 100)
    sign_in_as(client, people.user(session, Role.FINANCE))
    asked: list[str] = []
    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    client.get("/finance")
    assert len([one for one in asked if one.lstrip().upper().startswith(("SELECT", "WITH"))]) <= 35


def test_a_failed_job_is_seen_and_can_be_run_again_once(client: Client, session: Session, sign_in_as: SignIn) -> None:
    job = enqueue(session, "people.send_invitation", invitation_id=7)
    session.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": job})
    session.execute(text("SELECT procrastinate_finish_job_v1(:id, 'failed', false)"), {"id": job})
    session.commit()
    assert [one.id for one in jobs.failed(session)] == [job]
    sign_in_as(client, people.user(session, Role.FINANCE))
    page = client.get("/finance/needs-a-look")
    assert "An invitation could not be sent" in page.words
    assert "people.send_invitation" in page.words
    again = client.post(f"/finance/needs-a-look/jobs/{job}/run-again").follow()
    assert "in the queue again" in again.words
    twice = client.post(f"/finance/needs-a-look/jobs/{job}/run-again").follow()
    assert "not among the failed any more" in twice.words
    waiting = session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND args->>'invitation_id' = '7'"))
    assert waiting == 1


def test_an_alarm_stays_until_finance_says_what_it_was(client: Client, session: Session, sign_in_as: SignIn) -> None:
    alarms.raise_alarm(session, kind=alarms.AlarmKind.PAID_TWICE, about="ch_2", subject="donation:x")
    alarms.raise_alarm(session, kind=alarms.AlarmKind.PAID_TWICE, about="ch_2", subject="donation:x")
    session.commit()
    (alarm,) = giving.open_alarms(session)
    with pytest.raises(NotAllowed):
        alarms.close_alarm(session, actor=Actor("user:9", 9, frozenset({Role.ADMIN})), alarm_id=alarm.id, words="fine")
    with pytest.raises(Refused, match="Say what you found"):
        alarms.close_alarm(session, actor=Actor("user:9", 9, frozenset({Role.FINANCE})), alarm_id=alarm.id, words=" ")
    sign_in_as(client, people.user(session, Role.FINANCE))
    page = client.get("/finance/needs-a-look")
    assert "paid twice" in page.words
    closed = client.post(f"/finance/needs-a-look/alarms/{alarm.id}/close", {"words": "The donor was rung; one is given back."}).follow()
    assert "Closed" in closed.words
    assert giving.open_alarms(session) == []


def test_an_auditor_reads_and_changes_nothing(client: Client, session: Session, sign_in_as: SignIn) -> None:
    books.open_books(session)
    sign_in_as(client, people.user(session, Role.AUDITOR))
    assert client.get("/finance/contributions").status == 200
    assert client.get("/finance/contributions/new").status == 403
    assert client.post("/finance/needs-a-look/jobs/1/run-again").status == 403

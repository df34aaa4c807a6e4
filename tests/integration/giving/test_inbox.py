"""Bells that could not be answered: seen, tried again, acted on again by hand; and Stripe's silence, and its other languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session

from fundapp.cli.check import stripe_faults
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import hearing, inbox, queries
from fundapp.giving.alarms import AlarmKind
from fundapp.giving.answering import ANSWERS
from fundapp.giving.models import StripeEvent
from fundapp.giving.settling import settle_session
from fundapp.giving.sweeping import sweep_due
from tests.builders import people
from tests.builders.giving import gateway_of, hear, ledger_of, ring, started
from tests.builders.stand_in import Bell, StandIn
from tests.builders.stripe_calls import client_of
from tests.integration.giving.test_sweep import command
from tests.integration.giving.test_webhook import jobs, kept, signed
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
RunJobs = Callable[[], list[str]]


@pytest.fixture
def bell(books: Session, stripe: StripeGateway, stand_in: StandIn) -> Bell:
    """The bell of a gift of £5 that was paid."""
    stand_in.pay(started(books, stripe).session_id or "")
    return next(one for one in stand_in.bells() if one.type == "checkout.session.completed")


def row_of(session: Session, bell: Bell) -> StripeEvent:
    statement = select(StripeEvent).where(StripeEvent.id == bell.event_id).execution_options(populate_existing=True)
    return session.scalars(statement).one()


def refuse(books: Session, stripe: StripeGateway, stand_in: StandIn, bell: Bell, times: int = 1) -> None:
    """Take a bell in, and let Stripe refuse to say more."""
    stand_in.trouble(path="/v1/checkout/sessions/.*", method="GET", status=403, times=times)
    for _ in range(times):
        with pytest.raises(StripeFault):
            hear(books, stripe, bell)


def grow_old(session: Session, **ago: float) -> None:
    """Let every bell have come, and been tried, this long ago."""
    then = clock.now() - timedelta(**ago)
    with transaction(session):
        session.execute(update(StripeEvent).values(received_at=then))
        session.execute(update(StripeEvent).where(StripeEvent.failed_at.is_not(None)).values(failed_at=then))


def test_what_could_not_be_answered_says_how_often_and_why_until_it_is(
    books: Session, stripe: StripeGateway, stand_in: StandIn, bell: Bell
) -> None:
    refuse(books, stripe, stand_in, bell, times=2)
    row = row_of(books, bell)
    assert (row.tries, row.acted_at, (row.fault or "").partition(":")[0]) == (2, None, "PermissionError")
    assert ledger_of(books) == {}
    assert hearing.heard(books).unanswered == 1
    inbox.act_on(books, stripe, bell.event_id)
    row = row_of(books, bell)
    assert (row.tries, row.failed_at, row.fault) == (0, None, None)
    assert row.acted_at
    assert ledger_of(books)["donations"] == 500
    assert hearing.heard(books).unanswered == 0


def test_a_fault_of_our_own_is_seen_too_and_says_nothing_of_what_was_read(
    books: Session, stripe: StripeGateway, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("mary@example.org")

    monkeypatch.setitem(ANSWERS, "checkout.session", broken)
    with pytest.raises(KeyError):
        hear(books, stripe, bell)
    row = row_of(books, bell)
    assert (row.tries, row.fault) == (1, "KeyError")


def test_what_fails_is_tried_again_ever_more_seldom_and_holds_up_no_sweep(
    books: Session, stripe: StripeGateway, stand_in: StandIn, bell: Bell
) -> None:
    refuse(books, stripe, stand_in, bell, times=3)

    def is_due(**ago: float) -> bool:
        grow_old(books, **ago)
        return hearing.unanswered_events(books, due_at=clock.now()) == [bell.event_id]

    # After three tries it waits for eight minutes, and after any number for a day; the job has its ten minutes in any case.
    assert not is_due(minutes=7)
    assert is_due(minutes=11)
    with transaction(books):
        books.execute(update(StripeEvent).values(tries=10_000))
    assert not is_due(hours=23)
    assert sweep_due(books, stripe, last_good=None).failed == []
    assert is_due(hours=25)
    assert hearing.unanswered_events(books) == [bell.event_id]


def test_fetching_a_charge_answers_its_bells_and_no_bell_that_calls_for_something_else(
    books: Session, stripe: StripeGateway, stand_in: StandIn, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(books, stripe, bell)
    charge = books.scalar(text("SELECT charge_id FROM donation"))
    told = json.loads(next(one for one in stand_in.bells() if one.type == "charge.updated").body)
    dispute = {
        "data": {"object": {"object": "dispute", "id": "dp_1", "charge": charge}},
        "id": "evt_dispute",
        "type": "charge.dispute.created",
    }
    monkeypatch.setitem(ANSWERS, "dispute", lambda *_: None)
    with transaction(books):
        for one in (told, told | {"id": "evt_twin"}, told | dispute):
            made = signed(one, stand_in.webhook_secret)
            inbox.take_in(books, stripe.verify_event(made.body, made.signature))
    inbox.act_on(books, stripe, told["id"])
    assert hearing.unanswered_events(books) == ["evt_dispute"]


def test_the_desk_shows_what_was_not_recorded_and_asks_again(
    client: Client,
    books: Session,
    stripe: StripeGateway,
    stand_in: StandIn,
    bell: Bell,
    sign_in_as: SignIn,
    run_jobs: RunJobs,
) -> None:
    refuse(books, stripe, stand_in, bell)
    sign_in_as(client, people.user(books, Role.FINANCE))
    desk = client.get("/finance")
    assert "1 not recorded" in desk.words
    page = client.get(desk.link("Stripe last rang just now"))
    assert "Stripe last rang on" in page.words
    assert bell.event_id in page.words
    assert "PermissionError" in page.words
    page.form(f'form[action="/finance/stripe/{bell.event_id}/act-again"]').submit("Ask again")
    assert "giving.act_on_event" in run_jobs()
    assert ledger_of(books)["donations"] == 500
    assert "Nothing waits." in client.get("/finance/stripe").words
    before = jobs(books)
    assert client.post(f"/finance/stripe/{bell.event_id}/act-again", {}).status == 303
    assert client.post("/finance/stripe/evt_nobody/act-again", {}).status == 303
    assert jobs(books) == before


def test_an_auditor_reads_and_cannot_ask_again(
    client: Client,
    books: Session,
    stripe: StripeGateway,
    stand_in: StandIn,
    bell: Bell,
    sign_in_as: SignIn,
) -> None:
    refuse(books, stripe, stand_in, bell)
    sign_in_as(client, people.user(books, Role.AUDITOR))
    page = client.get("/finance/stripe")
    assert bell.event_id in page.words
    assert not page.soup.select("form[action*=act-again]")
    before = jobs(books)
    assert client.post(f"/finance/stripe/{bell.event_id}/act-again", {}).status == 403
    assert jobs(books) == before


def test_asking_again_about_nothing_or_about_what_is_done_is_refused(books: Session, stripe: StripeGateway, bell: Bell) -> None:
    hear(books, stripe, bell)
    before = jobs(books)
    for event_id, refusal in (("evt_nobody", NotFound), (bell.event_id, Refused)):
        with pytest.raises(refusal), transaction(books):
            inbox.ask_again(books, event_id)
    assert jobs(books) == before


def test_a_long_list_of_bells_takes_few_questions(client: Client, books: Session, sign_in_as: SignIn) -> None:
    now = clock.now()
    with transaction(books):
        for number in range(60):
            values = {"id": f"evt_{number:03}", "type": "charge.updated", "object_type": "charge", "object_id": f"ch_{number}"}
            books.add(
                StripeEvent(**values, api_version=None, charge_id=None, rung_at=now, received_at=now, acted_at=now if number % 2 else None)
            )
    sign_in_as(client, people.user(books, Role.FINANCE))
    client.get("/finance/stripe")
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append(statement)

    event.listen(books.connection(), "before_cursor_execute", note)
    page = client.get("/finance/stripe?page=2")
    event.remove(books.connection(), "before_cursor_execute", note)
    assert len(asked) <= 12, asked
    assert "another version" in page.words


def test_another_version_is_taken_in_answered_and_flagged_once(
    client: Client,
    books: Session,
    stand_in: StandIn,
    bell: Bell,
    sign_in_as: SignIn,
    run_jobs: RunJobs,
) -> None:
    told = json.loads(bell.body)
    for number in range(2):
        other = told | {"id": f"evt_other{number}", "api_version": "2025-01-01.acacia"}
        assert ring(client, signed(other, stand_in.webhook_secret)).status == 200
    run_jobs()
    assert ledger_of(books)["donations"] == 500
    (alarm,) = queries.open_alarms(books)
    assert (alarm.about, alarm.sentence) == ("2025-01-01.acacia", AlarmKind.OTHER_VERSION.sentence)
    sign_in_as(client, people.user(books, Role.FINANCE))
    assert "another version 2025-01-01.acacia" in client.get("/finance/stripe").words


def paid_and_found(session: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    """A gift that nobody rang about, found by asking."""
    donation = started(session, stripe)
    stand_in.pay(donation.session_id or "")
    settle_session(session, stripe, donation.session_id or "")


def alarms_about_silence(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM giving_alarm WHERE kind = 'silence'")) or 0


def test_gifts_and_no_bell_for_an_hour_raise_one_alarm_for_each_silence(
    client: Client,
    books: Session,
    stripe: StripeGateway,
    stand_in: StandIn,
    sign_in_as: SignIn,
) -> None:
    paid_and_found(books, stripe, stand_in)
    sweep_due(books, stripe, last_good=None)
    assert (alarms_about_silence(books), hearing.heard(books).silent_since) == (0, None)
    with clock.at(clock.now() + timedelta(minutes=61)):
        for _ in range(2):
            sweep_due(books, stripe, last_good=clock.now())
        assert alarms_about_silence(books) == 1
        assert hearing.heard(books).silent_since
    with transaction(books):
        books.execute(text("UPDATE donation SET paid_at = paid_at - interval '2 hours'"))
    sign_in_as(client, people.user(books, Role.FINANCE))
    assert "too quiet" in client.get("/finance").words
    assert "Stripe has not rung since" in client.get("/finance/stripe").words


def test_a_bell_ends_the_silence_and_a_quiet_night_is_none(books: Session, stripe: StripeGateway, stand_in: StandIn, bell: Bell) -> None:
    hear(books, stripe, bell)
    with clock.at(clock.now() + timedelta(days=3)):
        assert hearing.heard(books).is_well
        sweep_due(books, stripe, last_good=clock.now())
    assert alarms_about_silence(books) == 0


def test_the_check_says_in_plain_words_when_stripe_is_not_heard() -> None:
    now = clock.now()
    assert list(stripe_faults(hearing.Heard(now, 0, None))) == []
    silent, unanswered = stripe_faults(hearing.Heard(None, 2, now))
    assert "Stripe has never rung" in silent
    assert unanswered.startswith("2 of Stripe’s bells are not recorded.")


def test_a_replay_since_a_moment_acts_again_on_all_of_it_and_changes_nothing(town: OwnDatabase, stand_in: StandIn, tmp_path: Path) -> None:
    stripe = gateway_of(stand_in)
    with town.session() as session:
        donation = started(session, stripe)
        stand_in.pay(donation.session_id or "")
        for one in stand_in.bells():
            hear(session, stripe, one)
        settled = ledger_of(session)
        count = kept(session)
    client_of(stand_in)
    replayed = command(town, stand_in, tmp_path, "replay", "--since", "1h")
    assert replayed.exit_code == 0, replayed.stderr
    assert len(replayed.stdout.splitlines()) == count
    assert command(town, stand_in, tmp_path, "replay", "--since", "2999-01-01").stdout == ""
    refused = command(town, stand_in, tmp_path, "replay", "--since", "yesterday")
    assert refused.exit_code == 2
    assert "Write a day like 2026-11-22" in refused.stderr
    with town.session() as session:
        assert ledger_of(session) == settled

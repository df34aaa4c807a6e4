"""Where Stripe rings: what is believed, once, and what is turned away."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import stripe as library
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.giving.models import Donation, StripeEvent
from fundapp.jobs import JobContext, worker
from fundapp.jobs_registry import ROOMS
from fundapp.web.app import fund_of
from tests.builders.giving import Donor, gateway_of, ledger_of, ring, started
from tests.builders.stand_in import Bell, StandIn
from tests.support.outside import BASE_URL
from tests.support.postgres import OwnDatabase
from tests.support.web import Client, settings_for, stripe_of


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StripeEvent)) or 0


def jobs(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.act_on_event'")) or 0


@pytest.fixture
def bell(donor: Donor) -> Bell:
    donor.choose("5")
    donor.pay()
    return next(bell for bell in donor.stand_in.bells() if bell.type == "checkout.session.completed")


def signed(body: object, secret: str) -> Bell:
    words = body if isinstance(body, str) else json.dumps(body)
    return Bell("evt_test", "test", words.encode(), library.WebhookSignature.generate_signature_header(words, secret))


def test_a_bell_is_kept_once_and_asks_for_its_work_in_the_same_breath(client: Client, bell: Bell, books: Session) -> None:
    for _ in range(3):
        assert ring(client, bell).status == 200
    assert (kept(books), jobs(books)) == (1, 1)
    row = books.scalars(select(StripeEvent)).one()
    assert (row.id, row.type, row.object_type) == (bell.event_id, bell.type, "checkout.session")
    assert row.acted_at is None


def test_a_bell_makes_the_gift_paid_without_the_donor_coming_back(
    client: Client, bell: Bell, books: Session, donor: Donor, run_jobs
) -> None:  # type: ignore[no-untyped-def]
    ring(client, bell)
    assert donor.gift.status == "started"
    assert run_jobs() == ["giving.act_on_event", "giving.send_receipt"]
    assert donor.gift.status == "paid"
    assert ledger_of(books)["donations"] == 500
    assert books.scalars(select(StripeEvent)).one().acted_at


def test_no_body_is_kept(client: Client, donor: Donor, books: Session) -> None:
    donor.choose("5")
    donor.pay("mary@example.org")
    for bell in donor.stand_in.bells():
        ring(client, bell)
    assert kept(books) >= 4
    told = books.scalar(text("SELECT string_agg(stripe_event::text, ' ') FROM stripe_event")) or ""
    assert "mary" not in told


def test_what_stripe_did_not_sign_is_turned_away_with_one_sentence(client: Client, bell: Bell, books: Session) -> None:
    forged = bell.signature[:-1] + ("1" if bell.signature.endswith("0") else "0")
    for signature in ("", "t=1,v1=abc", "nonsense", forged, "ü"):
        answer = ring(client, Bell(bell.event_id, bell.type, bell.body, signature))
        assert answer.status == 400
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.body.decode().count("\n") == 1
    changed = bell.body.replace(b"500", b"900")
    assert ring(client, Bell(bell.event_id, bell.type, changed, bell.signature)).status == 400
    assert kept(books) == 0


@pytest.mark.parametrize("age", [301, 28 * 3600, -61, -3600])
def test_what_was_signed_long_ago_or_in_the_future_is_turned_away(client: Client, donor: Donor, books: Session, age: int) -> None:
    donor.choose("5")
    donor.pay()
    for bell in donor.stand_in.bells(age_seconds=age):
        assert ring(client, bell).status == 400
    assert kept(books) == 0


def test_an_old_secret_is_turned_away(client: Client, donor: Donor, books: Session) -> None:
    donor.choose("5")
    donor.pay()
    for bell in donor.stand_in.bells(secrets=["whsec_old"]):
        assert ring(client, bell).status == 400
    assert kept(books) == 0


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        "not json",
        {"object": "event"},
        {"object": "event", "id": "evt_1", "type": "x", "created": 1, "livemode": True, "data": {"object": {"object": "charge"}}},
        {"object": "event", "id": "", "type": "x", "created": 1, "livemode": False, "data": {"object": {"object": "charge"}}},
    ],
)
def test_what_is_signed_and_is_no_event_for_us_is_turned_away(client: Client, stand_in: StandIn, books: Session, body: object) -> None:
    assert ring(client, signed(body, stand_in.webhook_secret)).status == 400
    assert kept(books) == 0


def test_a_huge_body_is_not_read(client: Client, stand_in: StandIn, books: Session) -> None:
    assert ring(client, signed("x" * 600_000, stand_in.webhook_secret)).status == 413
    assert kept(books) == 0


def test_a_kind_of_event_without_a_rule_is_kept_and_changes_nothing(client: Client, stand_in: StandIn, books: Session, run_jobs) -> None:  # type: ignore[no-untyped-def]
    body = {
        "object": "event", "id": "evt_new", "type": "customer.created", "created": 1_790_000_000, "livemode": False,
        "api_version": "2030-01-01.future", "data": {"object": {"object": "customer", "id": "cus_1"}},
    }  # fmt: skip
    assert ring(client, signed(body, stand_in.webhook_secret)).status == 200
    assert run_jobs() == ["giving.act_on_event"]
    assert ledger_of(books) == {}
    assert books.scalars(select(StripeEvent)).one().acted_at


def test_reading_the_webhooks_address_is_no_way_in(client: Client, books: Session) -> None:
    assert client.get("/webhooks/stripe").status == 405


def own_app(town: OwnDatabase, stand_in: StandIn, folder: Path) -> Flask:
    return create_app(settings_for(town, folder, **stripe_of(stand_in)), database=town)


def test_eight_threads_with_fifty_replays_of_one_event_leave_one_gift(town: OwnDatabase, stand_in: StandIn, tmp_path: Path) -> None:
    stripe = gateway_of(stand_in)
    app = own_app(town, stand_in, tmp_path)
    with town.session() as session:
        gift = started(session, stripe)
        stand_in.pay(gift.session_id or "", "mary@example.org")
    bell = next(bell for bell in stand_in.bells() if bell.type == "checkout.session.completed")

    def replay(_: int) -> set[int]:
        client = app.test_client()
        headers = {"Stripe-Signature": bell.signature}
        return {client.post("/webhooks/stripe", data=bell.body, headers=headers, base_url=BASE_URL).status_code for _ in range(50)}

    with ThreadPoolExecutor(8) as threads:
        assert set().union(*threads.map(replay, range(8))) == {200}
    fund = fund_of(app)
    context = JobContext(fund.settings, town, fund.gateways, fund.keys)
    worker.run_waiting(context, ROOMS, database_url=town.app_url)
    with town.session() as session:
        assert (kept(session), jobs(session)) == (1, 1)
        assert session.scalar(select(func.count()).select_from(Donation)) == 1
        assert ledger_of(session) == {"stripe-balance": 472, "donations": 500, "processing-fees": 28}
        receipts = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.send_receipt'"
        assert session.scalar(text(receipts)) == 1


def test_eight_threads_that_answer_every_bell_of_a_gift_post_each_fact_once(town: OwnDatabase, stand_in: StandIn) -> None:
    from fundapp.core.db import transaction
    from fundapp.core.errors import Busy
    from fundapp.giving import inbox

    stripe = gateway_of(stand_in)
    with town.session() as session:
        gift = started(session, stripe)
        stand_in.pay(gift.session_id or "")
        events = [stripe.verify_event(bell.body, bell.signature) for bell in stand_in.bells()]
        with transaction(session):
            for event in events:
                inbox.take_in(session, event)

    def answer(_: int) -> None:
        with town.session() as session:
            for event in events:
                try:
                    inbox.act_again(session, stripe, event.id)
                except Busy:
                    session.rollback()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, range(8)))
    with town.session() as session:
        assert ledger_of(session) == {"stripe-balance": 472, "donations": 500, "processing-fees": 28}
        entries = session.scalar(text("SELECT count(*) FROM entry WHERE subject LIKE 'donation:%'"))
        assert entries == 2

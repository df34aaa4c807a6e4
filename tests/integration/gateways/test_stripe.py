"""Our gateway, the unmodified library and the stand-in, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import stripe

from fundapp.core.errors import OutsideFault
from fundapp.gateways.stripe import CheckoutSession, StripeFault, StripeGateway
from tests.builders.stand_in import SECRET_KEY, WEBHOOK_SECRET, StandIn

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """The process behind `stand_in`."""
    with StandIn(tmp_path_factory.mktemp("stand-in")) as running:
        yield running


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    """A stand-in with an empty store."""
    running.reset()
    return running


@pytest.fixture
def gateway(stand_in: StandIn) -> StripeGateway:
    """The gateway under test."""
    return StripeGateway(SECRET_KEY, stand_in.api_base, [WEBHOOK_SECRET])


def open_gift(gateway: StripeGateway, pence: int = 1000, key: str = "donation:1:session:1", **more: Any) -> CheckoutSession:
    """A session for one gift."""
    return gateway.create_donation_session(
        donation_id="6a0d8c56-2f0e-4f0e-9d5e-8d8a3c1f0b11",
        amount_pence=pence,
        product_name="A gift to the Changing Lives Fund",
        description="At the Corn Exchange café",
        success_url="http://localhost:8000/gifts/x/return?session={CHECKOUT_SESSION_ID}",
        cancel_url="http://localhost:8000/g/7K4M2",
        idempotency_key=key,
        **more,
    )


def test_a_session_carries_our_id_and_no_other_currency(gateway: StripeGateway, stand_in: StandIn) -> None:
    expires_at = datetime.now(UTC) + timedelta(minutes=31)

    session = open_gift(gateway, expires_at=expires_at, statement_suffix="DONCASTER GIFT")

    assert session.url is not None
    assert session.url.startswith(stand_in.api_base)
    assert (session.status, session.payment_status, session.amount_total_pence, session.currency) == ("open", "unpaid", 1000, "gbp")
    assert session.donation_id == session.client_reference_id == "6a0d8c56-2f0e-4f0e-9d5e-8d8a3c1f0b11"
    assert session.expires_at == expires_at.replace(microsecond=0)
    assert (session.payment_intent_id, session.charge, session.email) == (None, None, None)
    [asked] = stand_in.requests()
    assert asked["params"]["submit_type"] == "donate"
    assert asked["params"]["adaptive_pricing"] == {"enabled": "false"}
    assert asked["params"]["payment_intent_data"]["metadata"] == {"donation_id": session.donation_id}
    assert (asked["idempotency_key"], asked["stripe_version"]) == ("donation:1:session:1", "2026-10-28.endive")


def test_the_same_key_leads_to_the_same_page(gateway: StripeGateway) -> None:
    assert open_gift(gateway) == open_gift(gateway)


def test_a_paid_session_tells_all_that_settling_needs_in_one_fetch(gateway: StripeGateway, stand_in: StandIn) -> None:
    session = open_gift(gateway)
    stand_in.pay(session.id, email="giver@example.org")
    stand_in.control("/requests/clear")

    told = gateway.fetch_session(session.id)

    assert len(stand_in.requests()) == 1
    assert (told.status, told.payment_status, told.payment_intent_status, told.url) == ("complete", "paid", "succeeded", None)
    assert told.email == "giver@example.org"
    charge = told.charge
    assert charge is not None
    assert (charge.amount_pence, charge.paid, charge.status, charge.refusal) == (1000, True, "succeeded", None)
    assert (charge.donation_id, charge.payment_intent_id, charge.refunds) == (session.donation_id, told.payment_intent_id, ())
    txn = charge.balance_transaction
    assert txn is not None
    assert (txn.amount_pence, txn.fee_pence, txn.net_pence, txn.currency, txn.source_id) == (1000, 35, 965, "gbp", charge.id)
    assert (txn.type, txn.reporting_category) == ("charge", "charge")
    assert abs(txn.created_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_fee_not_known_yet_is_none_and_comes_later(gateway: StripeGateway, stand_in: StandIn) -> None:
    stand_in.settings(fee_delay_seconds=3600)
    session = open_gift(gateway)
    stand_in.pay(session.id)
    charge = gateway.fetch_session(session.id).charge
    assert charge is not None
    assert charge.balance_transaction is None

    stand_in.settle()

    later = gateway.fetch_charge(charge.id)
    assert later.balance_transaction is not None
    assert later.balance_transaction.fee_pence == 35


def test_a_declined_card_is_told_with_its_reason(gateway: StripeGateway, stand_in: StandIn) -> None:
    session = open_gift(gateway)
    stand_in.decline(session.id)

    told = gateway.fetch_session(session.id)

    assert (told.status, told.payment_status, told.payment_intent_status) == ("open", "unpaid", "requires_payment_method")
    assert told.charge is not None
    assert (told.charge.paid, told.charge.refusal) == (False, "Your card was declined.")


def test_refunds_come_oldest_first_the_failed_ones_too(gateway: StripeGateway, stand_in: StandIn) -> None:
    session = open_gift(gateway)
    stand_in.pay(session.id)
    charge = gateway.fetch_session(session.id).charge
    assert charge is not None
    client = stripe.StripeClient(SECRET_KEY, base_addresses={"api": stand_in.api_base})
    first = client.v1.refunds.create({"charge": charge.id, "amount": 300})
    second = client.v1.refunds.create({"charge": charge.id, "amount": 200})
    stand_in.fail_refund(second.id)

    told = gateway.fetch_session(session.id).charge

    assert told is not None
    assert told.amount_refunded_pence == 300
    assert told.refunds == gateway.refunds_of(charge.id) == gateway.fetch_charge(charge.id).refunds
    assert [(one.id, one.amount_pence, one.status) for one in told.refunds] == [(first.id, 300, "succeeded"), (second.id, 200, "failed")]
    good, bad = told.refunds
    assert good.balance_transaction is not None
    assert (good.balance_transaction.net_pence, good.failure_balance_transaction) == (-300, None)
    assert bad.failure_balance_transaction is not None
    assert (bad.failure_balance_transaction.net_pence, bad.failure_balance_transaction.reporting_category) == (200, "refund_failure")


def test_a_sweep_finds_sessions_and_movements_by_time_over_pages(
    gateway: StripeGateway, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fundapp.gateways.stripe.PAGE", 2)
    early = [open_gift(gateway, key=f"early-{n}") for n in range(2)]
    for session in early:
        stand_in.pay(session.id)
    stand_in.advance(100)
    late = [open_gift(gateway, key=f"late-{n}") for n in range(3)]
    for session in late:
        stand_in.pay(session.id)
    since = datetime.now(UTC) + timedelta(seconds=50)

    assert [one.id for one in gateway.find_sessions(since)] == [session.id for session in reversed(late)]
    assert [one.id for one in gateway.find_sessions(LONG_AGO)] == [session.id for session in reversed(early + late)]
    assert all(one.charge is not None and one.charge.balance_transaction is not None for one in gateway.find_sessions(LONG_AGO))
    assert len(list(gateway.balance_transactions(since))) == 3
    everything = list(gateway.balance_transactions(LONG_AGO))
    assert [one.net_pence for one in everything] == [965] * 5
    assert {one.source_id for one in everything} == {one.charge.id for one in gateway.find_sessions(LONG_AGO) if one.charge}


def test_the_receipts_address_is_fetched_when_it_is_wanted(gateway: StripeGateway, stand_in: StandIn) -> None:
    with_address, without = open_gift(gateway, key="1"), open_gift(gateway, key="2")
    stand_in.pay(with_address.id, email="giver@example.org")
    stand_in.pay(without.id)

    assert gateway.fetch_receipt_email(with_address.id) == "giver@example.org"
    assert gateway.fetch_receipt_email(without.id) is None


def test_an_open_session_can_be_closed_and_a_closed_one_not(gateway: StripeGateway) -> None:
    session = open_gift(gateway)

    assert gateway.expire_session(session.id).status == "expired"
    with pytest.raises(StripeFault) as fault:
        gateway.expire_session(session.id)
    assert (fault.value.http_status, fault.value.passing) == (400, False)


def test_an_answer_lost_on_the_way_is_asked_for_again_and_nothing_is_done_twice(gateway: StripeGateway, stand_in: StandIn) -> None:
    stand_in.trouble(path="/v1/checkout/sessions", deed="drop", moment="after")

    session = open_gift(gateway)

    assert [one.id for one in gateway.find_sessions(LONG_AGO)] == [session.id]


@pytest.mark.parametrize(
    ("trouble", "kind", "passing"),
    [
        ({"status": 500, "times": 9}, "APIError", True),
        ({"status": 429, "times": 9}, "RateLimitError", True),
        ({"deed": "drop", "times": 9}, "APIConnectionError", True),
    ],
)
def test_trouble_at_stripe_becomes_one_sentence(
    gateway: StripeGateway, stand_in: StandIn, trouble: dict[str, Any], kind: str, passing: bool
) -> None:
    stand_in.trouble(**trouble)

    with pytest.raises(OutsideFault) as fault:
        open_gift(gateway)

    assert isinstance(fault.value, StripeFault)
    assert (fault.value.kind, fault.value.passing) == (kind, passing)
    assert fault.value.sentence.endswith("Please try again in a minute.")
    assert fault.value.__cause__ is None


def test_nobody_at_stripes_address_is_trouble_as_well() -> None:
    with pytest.raises(StripeFault) as fault:
        StripeGateway(SECRET_KEY, "http://127.0.0.1:9").fetch_session("cs_test_x")

    assert fault.value.kind == "APIConnectionError"


def test_an_answer_that_leads_elsewhere_is_not_followed() -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/somewhere-else")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(StripeFault):
            StripeGateway(SECRET_KEY, f"http://127.0.0.1:{server.server_port}").fetch_session("cs_test_x")
        server.shutdown()
    assert {path.partition("?")[0] for path in asked} == {"/v1/checkout/sessions/cs_test_x"}


def test_a_refused_address_does_not_show_in_the_fault(gateway: StripeGateway) -> None:
    with pytest.raises(StripeFault) as fault:
        open_gift(gateway, customer_email="giver-example-org")

    assert (fault.value.code, fault.value.http_status) == ("email_invalid", 400)
    assert "giver" not in f"{fault.value} {fault.value.sentence}"


def test_an_unknown_session_and_a_refused_key_are_told_apart(gateway: StripeGateway, stand_in: StandIn) -> None:
    with pytest.raises(StripeFault) as unknown:
        gateway.fetch_session("cs_test_nothing")
    with pytest.raises(StripeFault) as refused:
        StripeGateway("pk_test_not_a_secret_key", stand_in.api_base).fetch_session("cs_test_nothing")

    assert (unknown.value.code, unknown.value.http_status) == ("resource_missing", 404)
    assert (refused.value.kind, refused.value.http_status) == ("AuthenticationError", 401)


def test_the_environments_proxy_is_not_asked_for_this_machine(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert open_gift(StripeGateway(SECRET_KEY, stand_in.api_base)).status == "open"


def test_a_live_key_goes_nowhere_but_stripe() -> None:
    for base in ("http://127.0.0.1:8001", "http://fund.example.org", "https://elsewhere.example"):
        with pytest.raises(ValueError, match="nowhere else"):
            StripeGateway("sk_live_abc", base)
    assert StripeGateway("rk_live_abc").livemode is True
    assert StripeGateway(SECRET_KEY).livemode is False


def test_the_library_sends_no_telemetry(gateway: StripeGateway) -> None:
    assert gateway.livemode is False
    assert stripe.enable_telemetry is False


def test_the_stand_ins_bells_are_believed(gateway: StripeGateway, stand_in: StandIn) -> None:
    session = open_gift(gateway)
    stand_in.pay(session.id)

    events = [gateway.verify_event(bell.body, bell.signature) for bell in stand_in.bells()]

    [done] = [event for event in events if event.type == "checkout.session.completed"]
    assert {event.type for event in events} == {"charge.succeeded", "payment_intent.succeeded", "charge.updated", done.type}
    assert (done.object_type, done.object_id) == ("checkout.session", session.id)
    assert (done.livemode, done.api_version) == (False, "2026-10-28.endive")
    assert done.body["data"]["object"]["payment_status"] == "paid"
    assert done.created_at.tzinfo is UTC

"""Bells: signed, retried, kept over a kill, and led astray on demand."""

from __future__ import annotations

import time

import pytest
import stripe

from tests.builders.stand_in import WEBHOOK_SECRET, StandIn
from tests.builders.webhook_endpoint import WebhookEndpoint
from tests.integration.stripe_stand_in.conftest import Opened

PAID = {"charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.updated"}


def until(condition: object, seconds: float = 10) -> None:
    """Wait for something to come true."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_paid_session_rings_four_bells_that_the_library_believes(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened, endpoint: WebhookEndpoint
) -> None:
    stand_in.ring_at(endpoint.url)

    stand_in.pay(open_gift().id)

    assert {event["type"] for event in endpoint.wait(4)} == PAID
    for body, header in endpoint.calls:
        event = client.construct_event(body, header, WEBHOOK_SECRET)
        assert (event.api_version, event.livemode) == ("2026-10-28.endive", False)
    until(lambda: all(row["state"] == "delivered" for row in stand_in.deliveries()))


def test_a_bell_that_is_not_answered_with_2xx_rings_again_with_a_fresh_time(
    stand_in: StandIn, open_gift: Opened, endpoint: WebhookEndpoint
) -> None:
    stand_in.settings(retry_first_seconds=1.1)
    endpoint.answers = [500, 302]
    session = open_gift()
    stand_in.ring_at(endpoint.url)

    stand_in.control(f"/sessions/{session.id}/decline")

    events = endpoint.wait(4)
    assert sorted(event["type"] for event in events) == [
        "charge.failed",
        "charge.failed",
        "payment_intent.payment_failed",
        "payment_intent.payment_failed",
    ]
    times = {event["id"]: [] for event in events}  # type: dict[str, list[str]]
    for event, (_, header) in zip(events, endpoint.calls, strict=True):
        times[event["id"]].append(header.split(",")[0])
    assert all(len(set(stamps)) == 2 for stamps in times.values())
    until(lambda: [row["attempts"] for row in stand_in.deliveries()] == [2, 2])


def test_a_bell_nobody_hears_is_kept_over_a_kill(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened, endpoint: WebhookEndpoint
) -> None:
    stand_in.settings(retry_first_seconds=0.2)
    stand_in.ring_at("http://127.0.0.1:9/webhooks/stripe")
    session = open_gift()
    stand_in.pay(session.id)
    until(lambda: all(row["last"] == "ConnectionRefusedError" for row in stand_in.deliveries()))

    stand_in.kill()
    stand_in.webhook_url = endpoint.url
    stand_in.start()

    assert {event["type"] for event in endpoint.wait(4)} == PAID
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_held_bells_ring_when_released(stand_in: StandIn, open_gift: Opened, endpoint: WebhookEndpoint) -> None:
    stand_in.hold()
    stand_in.ring_at(endpoint.url)
    stand_in.pay(open_gift().id)
    time.sleep(0.1)
    assert endpoint.calls == []

    stand_in.release()

    assert len(endpoint.wait(4)) == 4


def test_a_delayed_bell_rings_after_the_others(stand_in: StandIn, open_gift: Opened, endpoint: WebhookEndpoint) -> None:
    stand_in.hold()
    stand_in.ring_at(endpoint.url)
    stand_in.pay(open_gift().id)
    assert len(stand_in.delay(0.5, types=["charge.succeeded"])) == 1
    stand_in.settings(held=False)

    assert [event["type"] for event in endpoint.wait(4)][-1] == "charge.succeeded"


def test_bells_ring_in_any_order_and_any_number_of_times(stand_in: StandIn, open_gift: Opened, endpoint: WebhookEndpoint) -> None:
    stand_in.hold()
    stand_in.ring_at(endpoint.url)
    stand_in.pay(open_gift().id)

    backwards = stand_in.deliver(order="reversed", types=["charge.succeeded", "charge.updated"])
    assert [one["type"] for one in backwards] == ["charge.updated", "charge.succeeded"]
    assert all(one["status"] == 200 for one in backwards)
    shuffled = stand_in.deliver(order="shuffled", seed=1, times=3)
    assert sorted(one["type"] for one in shuffled) == ["checkout.session.completed"] * 3 + ["payment_intent.succeeded"] * 3
    one = shuffled[0]["event_id"]
    again = stand_in.deliver(event_ids=[one], times=40, threads=8)
    assert [outcome["status"] for outcome in again] == [200] * 40
    assert {row["state"] for row in stand_in.deliveries()} == {"delivered"}


def test_a_dropped_bell_never_rings_and_can_be_found(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened, endpoint: WebhookEndpoint
) -> None:
    stand_in.hold()
    stand_in.ring_at(endpoint.url)
    stand_in.pay(open_gift().id)

    [dropped] = stand_in.drop(types=["checkout.session.completed"])
    stand_in.release()

    endpoint.wait(3)
    until(lambda: [event.id for event in client.v1.events.list({"delivery_success": False}).data] == [dropped])
    assert len(client.v1.events.list({"delivery_success": True}).data) == 3


@pytest.mark.parametrize("how", [{"secrets": ["whsec_rolled_away"]}, {"age_seconds": 301}])
def test_a_bell_badly_signed_or_stale_is_made_on_demand(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened, endpoint: WebhookEndpoint, how: dict[str, object]
) -> None:
    stand_in.hold()
    stand_in.ring_at(endpoint.url)
    stand_in.pay(open_gift().id)

    stand_in.deliver(types=["charge.succeeded"], **how)

    [(body, header)] = endpoint.calls
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body, header, WEBHOOK_SECRET)
    # It was no honest attempt, so the bell is still to come.
    assert {row["state"] for row in stand_in.deliveries()} == {"pending"}


def test_while_a_secret_is_rolled_both_sign(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    stand_in.control("/secrets", secrets=["whsec_new", WEBHOOK_SECRET])
    stand_in.pay(open_gift().id)

    for bell in stand_in.bells():
        for secret in ("whsec_new", WEBHOOK_SECRET):
            assert client.construct_event(bell.body, bell.signature, secret).id == bell.event_id


def test_bells_ring_on_this_machine_alone(stand_in: StandIn) -> None:
    with pytest.raises(AssertionError, match="this machine alone"):
        stand_in.ring_at("https://fund.example.org/webhooks/stripe")


def test_an_event_keeps_the_object_as_it_was(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    stand_in.pay(open_gift().id)

    [event] = client.v1.events.list({"type": "charge.succeeded"}).data
    snapshot = event.to_dict()["data"]["object"]
    assert (snapshot["object"], snapshot["balance_transaction"]) == ("charge", None)
    assert client.v1.charges.retrieve(snapshot["id"]).balance_transaction is not None
    assert client.v1.events.retrieve(event.id).id == event.id
    assert len(client.v1.events.list({"type": "charge.*"}).data) == 2

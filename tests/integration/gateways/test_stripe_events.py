"""Believing events (docs.stripe.com/webhooks#verify-manually), and every trap that the library leaves open."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import stripe

from fundapp.gateways.stripe import BadEvent, StripeGateway
from tests.builders.stand_in import SECRET_KEY, WEBHOOK_SECRET

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "charge.succeeded",
    "api_version": "2026-10-28.endive",
    "created": 1_793_000_000,
    "livemode": False,
    "data": {"object": {"id": "ch_1", "object": "charge"}},
}


def signed(body: Any, *, secret: str = WEBHOOK_SECRET, at: float | None = None) -> tuple[bytes, str]:
    """A body and its good signature."""
    text = body if isinstance(body, str) else json.dumps(body)
    return text.encode(), stripe.WebhookSignature.generate_signature_header(text, secret, int(at or time.time()))


OFFLINE = StripeGateway(SECRET_KEY, "http://127.0.0.1:9", ["whsec_newest\n", " ", WEBHOOK_SECRET])


@pytest.mark.parametrize("secret", ["whsec_newest", WEBHOOK_SECRET])
def test_each_secret_is_tried_while_one_is_rolled(secret: str) -> None:
    assert OFFLINE.verify_event(*signed(EVENT, secret=secret)).object_id == "ch_1"


def test_an_event_about_something_without_an_id_is_believed() -> None:
    event = OFFLINE.verify_event(*signed({**EVENT, "type": "balance.available", "data": {"object": {"object": "balance"}}}))

    assert (event.object_type, event.object_id) == ("balance", "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([EVENT], "not an event"),
        ("null", "not an event"),
        ("{", "not JSON"),
        ('"' + "[" * 5, "not JSON"),
        ({**EVENT, "object": "v2.core.event"}, "not an event"),
        ({**EVENT, "id": None}, "no id"),
        ({**EVENT, "id": ""}, "no id"),
        ({**EVENT, "id": 7}, "no id"),
        ({**EVENT, "created": "yesterday"}, "no type or no time"),
        ({**EVENT, "created": 10**30}, "makes no sense"),
        ({**EVENT, "livemode": True}, "a live event in test mode"),
        ({key: value for key, value in EVENT.items() if key != "livemode"}, "no mode"),
        ({**EVENT, "data": None}, "about nothing"),
        ({**EVENT, "data": {"object": []}}, "about nothing"),
    ],
)
def test_a_signed_body_that_is_no_event_for_us_is_refused(body: Any, reason: str) -> None:
    with pytest.raises(BadEvent) as refused:
        OFFLINE.verify_event(*signed(body))

    assert reason in refused.value.reason


def test_a_test_event_is_refused_in_live_mode() -> None:
    with pytest.raises(BadEvent, match="a test event in live mode"):
        StripeGateway("sk_live_abc", None, [WEBHOOK_SECRET]).verify_event(*signed(EVENT))


@pytest.mark.parametrize(("seconds", "reason"), [(-301, "too old"), (-100_000, "too old"), (65, "future"), (3600, "future")])
def test_an_event_of_another_time_is_refused(seconds: int, reason: str) -> None:
    with pytest.raises(BadEvent, match=reason):
        OFFLINE.verify_event(*signed(EVENT, at=time.time() + seconds))


@pytest.mark.parametrize("seconds", [-290, 0, 50])
def test_an_event_of_about_now_is_believed(seconds: int) -> None:
    assert OFFLINE.verify_event(*signed(EVENT, at=time.time() + seconds)).id == "evt_1"


@pytest.mark.parametrize("header", ["", "t=1", "v1=abc", "t=x,v1=abc", "t=1,v1=é", "nonsense", "t=1,v0=abc", "t=" + "9" * 5000 + ",v1=a"])
def test_a_header_that_is_no_signature_is_refused(header: str) -> None:
    with pytest.raises(BadEvent):
        OFFLINE.verify_event(signed(EVENT)[0], header)


def test_a_changed_body_another_secret_or_bytes_that_are_no_text_are_refused() -> None:
    body, header = signed(EVENT)

    for bad in (body.replace(b"ch_1", b"ch_2"), body + b"\n", b"\xff\xfe" + body, b""):
        with pytest.raises(BadEvent):
            OFFLINE.verify_event(bad, header)
    with pytest.raises(BadEvent, match="does not match"):
        OFFLINE.verify_event(*signed(EVENT, secret="whsec_guess"))


@pytest.mark.parametrize("secrets", [[], [""], ["  \n"]])
def test_without_a_secret_nothing_is_believed(secrets: list[str]) -> None:
    gateway = StripeGateway(SECRET_KEY, None, secrets)

    with pytest.raises(BadEvent, match="does not match"):
        gateway.verify_event(*signed(EVENT, secret="x"))


def test_a_second_timestamp_in_the_header_cannot_pass_for_the_signed_one() -> None:
    body, header = signed(EVENT, at=time.time() - 4000)

    for forged in (header.replace(",", "=9999999999,", 1), f"t={int(time.time())},{header}", f"{header},t={int(time.time())}"):
        with pytest.raises(BadEvent):
            OFFLINE.verify_event(body, forged)

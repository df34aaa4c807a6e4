"""What Stripe refuses, the stand-in refuses, in the same form."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
import stripe

from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift

PRICE = {"currency": "gbp", "unit_amount": 1000, "product_data": {"name": "A gift"}}


def line(**price: Any) -> list[dict[str, Any]]:
    """Line items whose price has these values instead; None leaves one out."""
    data = {key: value for key, value in (PRICE | price).items() if value is not None}
    return [{"quantity": 1, "price_data": data}]


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"donation": "1"}, "donation", "parameter_unknown"),
        ({"line_items": line(colour="red")}, "line_items[0][price_data][colour]", "parameter_unknown"),
        ({"payment_intent_data": {"metadate": {"a": "b"}}}, "payment_intent_data[metadate]", "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"submit_type": "gift"}, "submit_type", None),
        ({"ui_mode": "hosted"}, "ui_mode", None),
        ({"mode": "subscription"}, "line_items[0]", None),
        ({"customer": "cus_1"}, "customer", "stand_in_not_modelled"),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]", "parameter_missing"),
        ({"line_items": [{"price_data": PRICE}]}, "line_items[0][quantity]", "parameter_missing"),
        ({"line_items": line(unit_amount=None)}, "line_items[0][price_data][unit_amount]", "parameter_missing"),
        ({"line_items": line(product_data={})}, "line_items[0][price_data][product_data]", "parameter_missing"),
        ({"line_items": line(unit_amount="10.5")}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"line_items": line(unit_amount=-1)}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"line_items": line(unit_amount=29)}, "line_items", "amount_too_small"),
        ({"line_items": line(currency="eur")}, "line_items[0][price_data][currency]", "stand_in_not_modelled"),
        ({"line_items": line(recurring={"interval": "month"})}, "line_items[0]", None),
        (
            {"line_items": line(recurring={"interval": "week"})},
            "line_items[0][price_data][recurring][interval]",
            "stand_in_not_modelled",
        ),
        ({"success_url": "/gifts"}, "success_url", "url_invalid"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"client_reference_id": "x" * 201}, "client_reference_id", "parameter_invalid_string_length"),
        ({"client_reference_id": ""}, "client_reference_id", "parameter_invalid_empty"),
        (
            {"payment_intent_data": {"statement_descriptor_suffix": "x" * 23}},
            "payment_intent_data[statement_descriptor_suffix]",
            "parameter_invalid_string_length",
        ),
        ({"payment_intent_data": {"statement_descriptor_suffix": "<gift>"}}, "payment_intent_data[statement_descriptor_suffix]", None),
        ({"adaptive_pricing": {"enabled": True}}, "adaptive_pricing[enabled]", "stand_in_not_modelled"),
        ({"expand": ["payment_intent.latest_charge.refunds.data.charge"]}, "expand", None),
        ({"expand": ["donor"]}, "expand", None),
    ],
)
def test_a_session_that_stripe_would_refuse_is_refused(shared: StandIn, params: dict[str, Any], param: str, code: str | None) -> None:
    client = client_of(shared)
    asked = {key: value for key, value in gift(**params).items() if value is not None}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(asked)  # type: ignore[arg-type]

    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert refused.value.request_id is not None
    assert client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize("seconds", [30 * 60 - 5, 24 * 3600 + 60])
def test_a_session_lasts_from_30_minutes_to_24_hours(shared: StandIn, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client_of(shared).v1.checkout.sessions.create(gift(expires_at=int(time.time()) + seconds))  # type: ignore[arg-type]

    assert refused.value.param == "expires_at"


def test_lists_refuse_a_mistyped_filter(shared: StandIn) -> None:
    client = client_of(shared)

    for bad in ({"created": {"since": 1}}, {"limit": 0}, {"limit": 101}, {"type": "gift"}, {"starting_after": "txn_nothing"}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.balance_transactions.list(bad)  # type: ignore[arg-type]
        assert refused.value.http_status == 400


@pytest.mark.parametrize("key", ["sk_live_51abcdefghijk", "pk_test_51abcdefghijk", "rk_live_51abcdefghijk", "nonsense-key"])
def test_other_keys_than_test_keys_are_refused(shared: StandIn, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        client_of(shared, key=key).v1.balance.retrieve()

    assert refused.value.http_status == 401
    assert key not in str(refused.value)


def test_a_restricted_test_key_is_taken(shared: StandIn) -> None:
    assert client_of(shared, key="rk_test_51abcdefghijk").v1.balance.retrieve().livemode is False


def test_an_unknown_object_is_404(shared: StandIn) -> None:
    client = client_of(shared)

    for call in (client.v1.checkout.sessions, client.v1.payment_intents, client.v1.charges, client.v1.refunds, client.v1.events):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            call.retrieve("xx_nothing")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_an_address_that_is_not_modelled_is_404_in_json(shared: StandIn) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client_of(shared).v1.coupons.list()

    assert refused.value.http_status == 404
    assert "Unrecognized request URL" in str(refused.value)


def test_another_version_of_the_api_is_refused(shared: StandIn) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="2014-01-31"):
        client_of(shared).v1.balance.retrieve(options={"stripe_version": "2014-01-31"})


def test_answers_carry_stripes_headers(shared: StandIn) -> None:
    answer = requests.get(f"{shared.api_base}/v1/balance", headers={"Authorization": f"Bearer {shared.secret_key}"}, timeout=10)

    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
    assert answer.headers["Content-Type"] == "application/json"


def test_a_json_body_and_a_missing_key_are_refused(shared: StandIn) -> None:
    url = f"{shared.api_base}/v1/refunds"
    key = {"Authorization": f"Bearer {shared.secret_key}"}

    assert requests.post(url, json={"charge": "ch_1"}, headers=key, timeout=10).status_code == 400
    assert requests.post(url, data={"charge": "ch_1"}, timeout=10).status_code == 401


def test_names_that_merely_lead_to_this_machine_are_refused(shared: StandIn) -> None:
    answer = requests.get(f"{shared.api_base}/_control", headers={"Host": "rebound.example:80"}, timeout=10)

    assert answer.status_code == 421


def test_no_form_on_a_web_page_can_steer_the_stand_in(shared: StandIn) -> None:
    answer = requests.post(
        f"{shared.api_base}/_control/deliveries/hold", data='{"a": 1}', headers={"Content-Type": "text/plain"}, timeout=10
    )

    assert answer.status_code == 400
    assert shared.control("", "GET")["settings"]["held"] is False

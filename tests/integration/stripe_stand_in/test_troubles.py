"""Misbehaviour on demand, restarts, and the log of what was asked."""

from __future__ import annotations

import contextlib

import pytest
import stripe

from tests.builders.stand_in import StandIn, StandInFault
from tests.builders.stripe_calls import client_of, gift
from tests.integration.stripe_stand_in.conftest import Opened

CREATE = {"path": "/v1/checkout/sessions", "method": "POST"}


def test_an_answer_lost_after_the_act_leaves_one_session(stand_in: StandIn) -> None:
    client = client_of(stand_in, retries=2)
    stand_in.trouble(**CREATE, deed="drop", moment="after")

    session = client.v1.checkout.sessions.create(gift(), {"idempotency_key": "gift-1"})  # type: ignore[arg-type]

    assert [one.id for one in client.v1.checkout.sessions.list().data] == [session.id]
    asked = [row for row in stand_in.requests() if row["method"] == "POST"]
    assert [(row["status"], row["replayed"]) for row in asked] == [(None, False), (200, True)]


def test_a_request_dropped_before_the_act_does_nothing(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    stand_in.trouble(**CREATE, deed="drop")

    with pytest.raises(stripe.APIConnectionError):
        open_gift()

    assert client.v1.checkout.sessions.list().data == []


def test_a_429_and_a_500_are_answered_as_often_as_asked(stand_in: StandIn, open_gift: Opened) -> None:
    stand_in.trouble(**CREATE, status=429)
    stand_in.trouble(**CREATE, status=500, times=2)

    with pytest.raises(stripe.RateLimitError):
        open_gift()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            open_gift()
    assert open_gift().status == "open"


@pytest.mark.parametrize(
    ("status", "fault", "code"),
    [
        (400, stripe.InvalidRequestError, None),
        (401, stripe.AuthenticationError, None),
        (402, stripe.CardError, "card_declined"),
        (403, stripe.PermissionError, None),
        (404, stripe.InvalidRequestError, "resource_missing"),
        (409, stripe.APIError, None),
        (429, stripe.RateLimitError, None),
        (500, stripe.APIError, None),
        (503, stripe.APIError, None),
    ],
)
def test_each_refusal_is_made_on_demand_in_stripes_own_form(
    stand_in: StandIn, client: stripe.StripeClient, status: int, fault: type[stripe.StripeError], code: str | None
) -> None:
    stand_in.trouble(path="/v1/balance", status=status)

    with pytest.raises(fault) as told:
        client.v1.balance.retrieve()

    # The library keeps the code of what may be put right by the caller alone.
    assert (told.value.http_status, told.value.code) == (status, code)
    assert client.v1.balance.retrieve().object == "balance"


@pytest.mark.parametrize(("status", "says", "asked"), [(500, "", 2), (500, "false", 1), (429, "", 1), (429, "true", 2), (409, "", 2)])
def test_the_library_asks_again_as_the_header_says(stand_in: StandIn, status: int, says: str, asked: int) -> None:
    stand_in.trouble(path="/v1/balance", status=status, should_retry=says)

    with contextlib.suppress(stripe.StripeError):
        client_of(stand_in, retries=1).v1.balance.retrieve()

    assert len(stand_in.requests()) == asked


def test_a_hanging_answer_runs_into_the_callers_time_limit(stand_in: StandIn) -> None:
    stand_in.trouble(path="/v1/balance", deed="hang", seconds=5)

    with pytest.raises(stripe.APIConnectionError):
        client_of(stand_in, timeout=0.2).v1.balance.retrieve()


def test_everything_survives_a_kill(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    stand_in.settings(fee_delay_seconds=0, fee_fixed_pence=25)
    session = open_gift(1000)
    stand_in.pay(session.id)

    stand_in.kill()
    stand_in.start()

    told = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}).to_dict()
    assert told["payment_intent"]["latest_charge"]["balance_transaction"]["fee"] == 40
    assert len(client.v1.events.list().data) == 4


def test_two_stand_ins_never_share_a_store(stand_in: StandIn) -> None:
    with pytest.raises(StandInFault, match="Another stand-in is using"):
        StandIn(stand_in.folder).start()


@pytest.mark.parametrize(
    "values", [{"fee_delay_seconds": -1}, {"fee_basis_points": 1.5}, {"held": 1}, {"colour": "red"}, {"refunds_begin": "never"}]
)
def test_a_setting_that_makes_no_sense_is_refused(shared: StandIn, values: dict[str, object]) -> None:
    before = shared.control("", "GET")["settings"]

    with pytest.raises(StandInFault):
        shared.settings(**values)

    assert shared.control("", "GET")["settings"] == before


def test_the_log_never_holds_a_key(stand_in: StandIn, open_gift: Opened) -> None:
    open_gift()

    assert stand_in.secret_key not in str(stand_in.requests())

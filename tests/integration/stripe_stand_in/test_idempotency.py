"""Idempotency keys, as docs.stripe.com/api/idempotent_requests tells them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift

CREATE = {"path": "/v1/checkout/sessions", "method": "POST"}


def create(client: stripe.StripeClient, key: str, pence: int = 1000) -> stripe.checkout.Session:
    """Open a session under a key."""
    return client.v1.checkout.sessions.create(gift(pence), {"idempotency_key": key})  # type: ignore[arg-type]


def sessions(client: stripe.StripeClient) -> int:
    """How many there are."""
    return len(client.v1.checkout.sessions.list({"limit": 100}).data)


def test_the_same_key_is_answered_with_the_same_answer_and_done_once(stand_in: StandIn, client: stripe.StripeClient) -> None:
    first, again = create(client, "gift-1"), create(client, "gift-1")

    assert again.to_dict() == first.to_dict()
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id  # type: ignore[union-attr]
    assert sessions(client) == 1


def test_the_same_key_survives_a_kill(stand_in: StandIn, client: stripe.StripeClient) -> None:
    first = create(client, "gift-1")

    stand_in.kill()
    stand_in.start()

    assert create(client, "gift-1").id == first.id
    assert sessions(client) == 1


def test_the_same_key_with_other_parameters_is_an_error(client: stripe.StripeClient) -> None:
    create(client, "gift-1", 1000)

    with pytest.raises(stripe.IdempotencyError) as refused:
        create(client, "gift-1", 1001)

    assert refused.value.http_status == 400
    assert sessions(client) == 1


def test_the_same_key_while_the_first_request_is_under_way_is_a_409(stand_in: StandIn, client: stripe.StripeClient) -> None:
    stand_in.trouble(**CREATE, deed="hang", seconds=0.5)

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(create, client, "gift-1") for _ in range(2)]
        refused = [answer.exception() for answer in answers]

    [clash] = [fault for fault in refused if fault is not None]
    assert isinstance(clash, stripe.APIError)
    assert (clash.http_status, clash.json_body["error"]["code"]) == (409, "idempotency_key_in_use")  # type: ignore[index]
    assert sessions(client) == 1


def test_the_library_gets_through_a_409_by_trying_again(stand_in: StandIn) -> None:
    client = client_of(stand_in, retries=2)
    stand_in.trouble(**CREATE, deed="hang", seconds=0.3)

    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda _: create(client, "gift-1").id, range(2)))

    assert opened[0] == opened[1]


def test_a_refused_request_leaves_its_key_free(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client, "gift-1", 1)

    create(client, "gift-1", 1000)


def test_a_500_is_remembered_with_what_was_done(stand_in: StandIn, client: stripe.StripeClient) -> None:
    stand_in.trouble(**CREATE, status=500, moment="after")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            create(client, "gift-1")

    assert sessions(client) == 1


def test_a_key_is_forgotten_after_a_day(stand_in: StandIn, client: stripe.StripeClient) -> None:
    first = create(client, "gift-1")

    stand_in.advance(24 * 3600 + 1)

    assert create(client, "gift-1").id != first.id


def test_a_key_is_255_characters_at_most(client: stripe.StripeClient) -> None:
    create(client, "k" * 255)
    with pytest.raises(stripe.InvalidRequestError):
        create(client, "k" * 256)

"""The stand-in and the unmodified library that speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import stripe

from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift
from tests.builders.webhook_endpoint import WebhookEndpoint

Opened = Callable[..., stripe.checkout.Session]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """One stand-in for a module whose tests do not disturb one another."""
    with StandIn(tmp_path_factory.mktemp("stand-in")) as running:
        yield running


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """The process behind `stand_in`."""
    with StandIn(tmp_path_factory.mktemp("stand-in"), allowed_return_origins=["http://localhost:8000"]) as running:
        yield running


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    """A stand-in with an empty store."""
    running.webhook_url = None
    running.reset()
    return running


@pytest.fixture
def client(stand_in: StandIn) -> stripe.StripeClient:
    """The library, speaking to the test's own stand-in."""
    return client_of(stand_in)


@pytest.fixture
def open_gift(client: stripe.StripeClient) -> Opened:
    """Opens a session: `open_gift(500)`."""
    return lambda pence=1000, **params: client.v1.checkout.sessions.create(gift(pence, **params))  # type: ignore[arg-type]


@pytest.fixture
def endpoint() -> Iterator[WebhookEndpoint]:
    """Where bells are rung."""
    with WebhookEndpoint() as running:
        yield running

"""Books that are open, a stand-in with an empty store, and a donor at the door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from tests.builders import ledger, people
from tests.builders.giving import Donor, gateway_of
from tests.builders.stand_in import StandIn
from tests.support.outside import BASE_URL
from tests.support.postgres import OwnDatabase
from tests.support.web import Client


@pytest.fixture(scope="session")
def running_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """The process behind `stand_in`."""
    with StandIn(tmp_path_factory.mktemp("stand-in"), allowed_return_origins=[BASE_URL]) as running:
        yield running


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> StandIn:
    """A stand-in with an empty store, whose fees are known at once. It rings nowhere by itself: see `bells`."""
    running_stand_in.reset()
    running_stand_in.settings(fee_delay_seconds=0)
    return running_stand_in


@pytest.fixture
def stripe(stand_in: StandIn) -> StripeGateway:
    """The gateway, speaking to the test's stand-in."""
    return gateway_of(stand_in)


@pytest.fixture
def books(session: Session) -> Session:
    """The test's session, with accounts, funds and the charity's facts."""
    return _open(session)


@pytest.fixture
def town(own_database: OwnDatabase) -> OwnDatabase:
    """A database of the test's own, with accounts, funds and the charity's facts."""
    with own_database.session() as session, transaction(session):
        _open(session)
    return own_database


@pytest.fixture
def donor(client: Client, stand_in: StandIn, books: Session) -> Donor:
    """Somebody who may give."""
    return Donor(client, stand_in, books)


def _open(session: Session) -> Session:
    ledger.open_books(session)
    people.fund_holder(session)
    session.commit()
    return session

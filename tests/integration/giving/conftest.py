"""Books that are open, and a donor at the door."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import ledger, people
from tests.builders.giving import Donor
from tests.builders.stand_in import StandIn
from tests.support.web import Client


@pytest.fixture(autouse=True)
def open_books(request: pytest.FixtureRequest) -> None:
    """The accounts and funds, and the charity's facts, in whichever database the test uses."""
    if "session" not in request.fixturenames:
        return
    session: Session = request.getfixturevalue("session")
    ledger.open_books(session)
    people.fund_holder(session)
    session.commit()


@pytest.fixture
def donor(client: Client, stand_in: StandIn) -> Donor:
    """Somebody who may give."""
    return Donor(client, stand_in)

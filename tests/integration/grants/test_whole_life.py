"""One request from the first question to what came of it, by the services."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.grants import queries
from fundapp.grants.lifecycle import Status
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from tests.builders import grants as build


def test_a_request_goes_from_asked_to_done_and_every_penny_stands_in_the_ledger(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    request = build.closed(session, who, amount_pence=3_750)
    assert request.status is Status.CLOSED
    assert (request.asked_pence, request.agreed_pence, request.released_pence) == (3_999, 3_999, 249)
    assert ledger.balance_pence(session, "help-phone") == 3_750
    assert ledger.balance_pence(session, chart.GRANTS_PAYABLE) == 0 == queries.agreed_not_paid_pence(session)
    assert ledger.balance_pence(session, chart.BANK) == 100_000 - 3_750
    assert ledger.available_pence(session, "public-giving") == 100_000 - 3_750
    keys = [entry.event_key for entry in ledger.entries_for(session, request.subject)]
    assert keys == [f"{request.subject}:award", f"{request.subject}:payment:1", f"{request.subject}:release"]

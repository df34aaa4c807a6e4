"""What Stripe tells of days whose books are shut by then: dated on the first open day, once, and saying which day it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.giving.sweeping import sweep_all
from fundapp.ledger import periods
from fundapp.ledger import queries as ledger
from fundapp.ledger.posting import TOLD_ON
from fundapp.ledger.verify import verify
from tests.builders.giving import ledger_of, started
from tests.builders.stand_in import StandIn
from tests.support.postgres import OwnDatabase

THEN = datetime(2026, 9, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
def september(stand_in: StandIn) -> StandIn:
    """A stand-in at the end of September."""
    stand_in.settings(clock_offset_seconds=(THEN - datetime.now(UTC)).total_seconds(), available_after_days=0)
    return stand_in


def test_a_dispute_its_end_and_a_payout_of_a_shut_month_are_told_in_the_next_and_once(
    town: OwnDatabase, stripe: StripeGateway, september: StandIn
) -> None:
    # Shut days are not opened again by a rollback: in books of its own.
    with town.session() as books:
        _tell(books, stripe, september)


def _tell(books: Session, stripe: StripeGateway, september: StandIn) -> None:
    with clock.at(THEN):
        gifts = [started(books, stripe, pence) for pence in (1000, 4000)]
        for gift in gifts:
            september.pay(gift.session_id or "")
            settle_session(books, stripe, gift.session_id or "")
    made = september.dispute(gifts[0].charge_id or "")
    september.in_dispute(made["id"], "reinstate", amount=600)
    paid_out = september.pay_out()
    september.payout(paid_out["id"], "reconcile")
    with clock.at(THEN + timedelta(days=10)):
        with transaction(books):
            periods.open_period(books, starts_on=THEN.date().replace(day=1), ends_on=THEN.date().replace(day=30))
            periods.close(books, ends_on=THEN.date().replace(day=30), actor="user:1")
        for _ in range(2):
            sweep_all(books, stripe, last_good=THEN)
        september.in_dispute(made["id"], "lose")
        for _ in range(2):
            settle_charge(books, stripe, gifts[0].charge_id or "")
            settle_payout(books, stripe, paid_out["id"])
        late = [*ledger.entries_for(books, gifts[0].subject)[2:], *ledger.entries_for(books, f"stripe-payout:{paid_out['id']}")]
        assert [entry.kind for entry in late] == ["gift.disputed", "gift.reinstated", "gift.lost", "stripe.paid-out"]
        assert [entry.happened_on.isoformat() for entry in late] == ["2026-10-01", "2026-10-01", "2026-10-09", "2026-10-01"]
        assert [entry.private_particulars.get(TOLD_ON) for entry in late] == ["2026-09-29", "2026-09-29", None, "2026-09-29"]
        assert ledger_of(books)["payouts-in-transit"] == paid_out["amount"]
        with transaction(books):
            assert verify(books).holds

"""Whatever happens to gifts, and in whatever order, how often and whether at all its bells ring: the ledger ends the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import hypothesis.strategies as some
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.db import Database, transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import queries
from fundapp.giving.models import Donation
from fundapp.giving.sweeping import sweep_all
from fundapp.ledger import queries as ledger
from fundapp.ledger.verify import verify
from tests.builders.giving import hear, ledger_of, started
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of
from tests.support.postgres import OwnDatabase
from tests.support.properties import examples


@dataclass(frozen=True)
class Life:
    """What happens to one gift."""

    pence: int
    declines: int
    pays: bool
    # Pence given back, and whether it comes back to us.
    refunds: tuple[tuple[int, bool], ...] = ()


@dataclass
class Expected:
    """What the books must say in the end."""

    donations: int = 0
    refunds: int = 0
    statuses: list[str] = field(default_factory=list)


lives = some.builds(
    Life,
    pence=some.integers(100, 20_000),
    declines=some.integers(0, 2),
    pays=some.sampled_from([True, True, True, False]),
    refunds=some.lists(some.tuples(some.integers(1, 60), some.booleans()), max_size=2).map(tuple),
)


def live(session: Session, stripe: StripeGateway, stand_in: StandIn, life: Life, expected: Expected) -> None:
    """Let it happen at Stripe. Of all this the Fund hears by bells alone."""
    donation = started(session, stripe, life.pence)
    session_id = donation.session_id or ""
    for _ in range(life.declines):
        stand_in.decline(session_id)
    if not life.pays:
        stripe.expire_session(session_id)
        expected.statuses.append("expired")
        return
    stand_in.pay(session_id)
    expected.statuses.append("paid")
    expected.donations += life.pence
    charge = stripe.fetch_session(session_id).charge
    assert charge
    left = life.pence
    for share, comes_back in life.refunds:
        pence = max(1, life.pence * share // 100)
        if pence > left:
            continue
        made = client_of(stand_in).v1.refunds.create({"charge": charge.id, "amount": pence})
        if comes_back:
            stand_in.fail_refund(made.id)
        else:
            left -= pence
            expected.refunds += pence


@given(
    histories=some.lists(lives, min_size=1, max_size=3),
    lost=some.sets(some.integers(0, 40)),
    repeated=some.sets(some.integers(0, 40)),
    shuffle=some.randoms(use_true_random=False),
    late_fees=some.booleans(),
)
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_bells_in_any_order_with_repeats_and_losses_and_a_sweep_end_in_the_same_books(
    town: OwnDatabase,
    stand_in: StandIn,
    stripe: StripeGateway,
    histories: list[Life],
    lost: set[int],
    repeated: set[int],
    shuffle: Random,
    late_fees: bool,
) -> None:
    stand_in.reset()
    stand_in.settings(fee_delay_seconds=3600 if late_fees else 0)
    expected = Expected()
    with town.engine.connect() as connection:
        outer = connection.begin()
        with Database.on(connection).session() as session:
            for life in histories:
                live(session, stripe, stand_in, life, expected)
            bells = [bell for number, bell in enumerate(stand_in.bells()) if number not in lost]
            bells += [bell for number, bell in enumerate(bells) if number in repeated]
            shuffle.shuffle(bells)
            for bell in bells:
                hear(session, stripe, bell)
            stand_in.settle()
            swept = sweep_all(session, stripe, last_good=None)
            assert not swept.failed
            _check(session, stand_in, expected)
        outer.rollback()


def _check(session: Session, stand_in: StandIn, expected: Expected) -> None:
    found = ledger_of(session)
    balance = client_of(stand_in).v1.balance.retrieve()
    at_stripe = sum(part.amount for part in [*balance.available, *balance.pending])
    assert found.get("stripe-balance", 0) == at_stripe
    assert "stripe-clearing" not in found
    assert "suspense" not in found
    assert (found.get("donations", 0), found.get("refunds", 0)) == (expected.donations, expected.refunds)
    gifts = session.scalars(select(Donation).order_by(Donation.created_at)).all()
    assert [str(gift.status) for gift in gifts] == expected.statuses
    for gift in gifts:
        keys = [entry.event_key for entry in ledger.entries_for(session, gift.subject)]
        assert len(keys) == len(set(keys))
        assert sum(key.startswith("charge:") for key in keys) == (gift.status == "paid")
        assert queries.figures(session, gift).fee_known == (gift.status == "paid")
    with transaction(session):
        assert verify(session).holds

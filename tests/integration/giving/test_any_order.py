"""Whatever happens to gifts, and in whatever order, how often and whether at all its bells ring: the ledger ends the same."""

from __future__ import annotations

from random import Random

import hypothesis.strategies as some
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, RootTransaction

from fundapp.core.db import Database
from fundapp.gateways.stripe import StripeGateway
from tests.builders.stand_in import StandIn
from tests.support.histories import IN_ORDER, NOTHING, Hearing, History, books_after
from tests.support.postgres import OwnDatabase
from tests.support.properties import examples

# In order, with nothing lost, is what the others are held against.
WAYS = (Hearing(shuffled=True, lost=30, repeated=50, hours_between=3), NOTHING)
MORE_WAYS = (*WAYS, Hearing(shuffled=True, repeated=100), Hearing(lost=80, hours_between=12), Hearing(shuffled=True, hours_between=1))
amounts = some.integers(100, 20_000)
places = some.integers(0, 9)


class AnyOrder(RuleBasedStateMachine):
    """A history of gifts at Stripe, then its bells in several orders, each in books where none of it was heard."""

    database: OwnDatabase
    stripe: StripeGateway
    stand_in: StandIn

    def __init__(self) -> None:
        super().__init__()
        self.connection: Connection = self.database.engine.connect()
        self.outer: RootTransaction = self.connection.begin()
        self.session = Database.on(self.connection).session()
        self.history = History(self.session, self.stripe, self.stand_in)
        self.seed = 0

    @initialize(seed=some.integers(0, 2**32), amounts=some.lists(amounts, min_size=3, max_size=3))
    def begin(self, seed: int, amounts: list[int]) -> None:
        """Somebody gives by card, somebody each month, somebody from their bank, whatever else happens."""
        self.seed = seed
        for pence, each_month, deed in zip(amounts, (False, True, False), ("pay", "pay", "bank-debit"), strict=True):
            self.history.open_page(pence, each_month=each_month)
            self.history.at_page(-1, deed)

    @rule(pence=amounts, deed=some.sampled_from(["pay", "pay", "pay", "decline", "bank-debit", "expire"]), each_month=some.booleans())
    def open_page(self, pence: int, deed: str, each_month: bool) -> None:
        self.history.open_page(pence, each_month=each_month)
        self.history.at_page(-1, deed)

    @rule(which=places, deed=some.sampled_from(["pay", "decline", "expire", "bank-debit"]))
    def at_page(self, which: int, deed: str) -> None:
        self.history.at_page(which, deed)

    @precondition(lambda self: self.history.debits)
    @rule(which=places, deed=some.sampled_from(["bank-accepts", "bank-refuses", "bank-takes-back"]))
    def bank_says(self, which: int, deed: str) -> None:
        self.history.bank_says(which, deed)

    @rule(which=places, share=some.sampled_from([1, 30, 60, 100]), pending=some.booleans())
    def refund(self, which: int, share: int, pending: bool) -> None:
        self.history.refund(which, share, pending=pending)

    @rule(which=places, deed=some.sampled_from(["finish", "fail"]))
    def end_refund(self, which: int, deed: str) -> None:
        self.history.end_refund(which, deed)

    @rule(which=places, warning=some.booleans())
    def dispute(self, which: int, warning: bool) -> None:
        self.history.dispute(which, warning=warning)

    @rule(which=places, deed=some.sampled_from(["withdraw", "escalate", "review", "reinstate", "win", "lose", "drop", "overturn"]))
    def in_dispute(self, which: int, deed: str) -> None:
        self.history.in_dispute(which, deed)

    @rule(hours=some.integers(72, 200))
    def pay_out(self, hours: int) -> None:
        self.history.later(hours)
        self.history.pay_out()

    @rule(which=places, deed=some.sampled_from(["reconcile", "send", "arrive", "fail", "cancel"]))
    def in_payout(self, which: int, deed: str) -> None:
        self.history.in_payout(which, deed)

    @rule(which=places, deed=some.sampled_from(["renew", "renew", "declines", "works", "cancel"]))
    def in_month(self, which: int, deed: str) -> None:
        self.history.in_month(which, deed)

    @rule(pence=amounts, kind=some.sampled_from(["stripe_fee", "topup", "adjustment", "reserve_transaction"]), added=some.booleans())
    def at_account(self, pence: int, kind: str, added: bool) -> None:
        self.history.at_account(kind, pence if added else -pence)

    @rule(hours=some.integers(1, 48))
    def later(self, hours: int) -> None:
        self.history.later(hours)

    def teardown(self) -> None:
        """Hear of it in every way, and compare the books."""
        try:
            bells = self.history.end()
            first = books_after(self.connection, self.stripe, bells, IN_ORDER, Random(self.seed))
            assert first.entries
            for number, way in enumerate(WAYS if examples(1) == 1 else MORE_WAYS):
                books = books_after(self.connection, self.stripe, bells, way, Random(self.seed + number))
                assert books.differences(first) == [], way
        finally:
            self.session.close()
            self.outer.rollback()
            self.connection.close()


def test_bells_in_any_order_with_repeats_and_losses_and_a_sweep_end_in_the_same_books(
    town: OwnDatabase, stand_in: StandIn, stripe: StripeGateway
) -> None:
    machine = type("OfThisTown", (AnyOrder,), {"database": town, "stripe": stripe, "stand_in": stand_in})
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(2), stateful_step_count=6 if examples(1) == 1 else 30, deadline=None, suppress_health_check=slow
        ),
    )

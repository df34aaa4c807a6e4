"""Payouts: one transfer for each fund, from what each is made of; back again when it fails, even after it was paid."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import queries
from fundapp.giving.bank import payouts
from fundapp.giving.bank.models import PayoutMovement, StripePayout
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_session
from fundapp.giving.sweeping import sweep_all, sweep_due
from fundapp.ledger import queries as ledger
from fundapp.ledger.verify import verify
from tests.builders import giving as gifts
from tests.builders.giving import hear, ledger_of, started
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once

# £10 and £20 to public giving, £5 to the general fund, less fees.
PUBLIC, GENERAL = 965 + 1950, 472


@pytest.fixture
def ready(stand_in: StandIn) -> StandIn:
    """A stand-in whose money can be paid out at once."""
    stand_in.settings(available_after_days=0)
    return stand_in


def give(session: Session, stripe: StripeGateway, stand_in: StandIn, pence: int, fund: str = "public-giving") -> Donation:
    """A gift to a fund, paid and settled."""
    donation = started(session, stripe, pence)
    with transaction(session):
        session.get_one(Donation, donation.id).fund_code = fund
    stand_in.pay(donation.session_id or "")
    settle_session(session, stripe, donation.session_id or "")
    return donation


@pytest.fixture
def three(books: Session, stripe: StripeGateway, ready: StandIn) -> list[Donation]:
    """Gifts to two funds."""
    sums = ((1000, "public-giving"), (2000, "public-giving"), (500, "general"))
    return [give(books, stripe, ready, pence, fund) for pence, fund in sums]


def row(session: Session, payout_id: str) -> StripePayout:
    return session.scalars(select(StripePayout).where(StripePayout.id == payout_id).execution_options(populate_existing=True)).one()


def transit(session: Session) -> dict[str, int]:
    found = {fund: ledger.balance_pence(session, "payouts-in-transit", fund) for fund in ("public-giving", "general", "rough-sleepers")}
    return {fund: pence for fund, pence in found.items() if pence}


def at_stripe(stand_in: StandIn) -> int:
    balance = client_of(stand_in).v1.balance.retrieve()
    return sum(part.amount for part in [*balance.available, *balance.pending])


def alarms(session: Session) -> list[str]:
    return [alarm.sentence for alarm in queries.open_alarms(session)]


def test_a_payout_waits_for_its_reconciliation_and_then_goes_fund_by_fund(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    made = ready.pay_out()
    settle_payout(books, stripe, made["id"])
    assert transit(books) == {}
    assert (row(books, made["id"]).is_settled, row(books, made["id"]).status) == (False, "pending")
    ready.payout(made["id"], "reconcile")
    for deed in ("send", "arrive"):
        ready.payout(made["id"], deed)
        settle_payout(books, stripe, made["id"])
        assert transit(books) == {"public-giving": PUBLIC, "general": GENERAL}
    assert ledger_of(books).get("stripe-balance", 0) == at_stripe(ready) == 0
    assert (row(books, made["id"]).is_settled, row(books, made["id"]).status) == (True, "paid")
    (entry,) = ledger.entries_for(books, f"stripe-payout:{made['id']}")
    assert [(line.debit, line.credit, line.fund, line.amount_pence) for line in entry.lines] == [
        ("payouts-in-transit", "stripe-balance", "general", GENERAL),
        ("payouts-in-transit", "stripe-balance", "public-giving", PUBLIC),
    ]
    assert books.scalar(select(func.count()).select_from(PayoutMovement)) == 3
    assert alarms(books) == []


def test_in_whatever_order_its_bells_ring_it_ends_the_same(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    ready.drop()
    made = ready.pay_out()
    for deed in ("send", "reconcile", "arrive", "fail"):
        ready.payout(made["id"], deed)
    bells = ready.bells()
    for order in list(permutations(bells))[::47]:
        for bell in [*order, order[0]]:
            hear(books, stripe, bell)
        assert (transit(books), ledger_of(books)["stripe-balance"]) == ({}, PUBLIC + GENERAL)
    keys = [entry.event_key for entry in ledger.entries_for(books, f"stripe-payout:{made['id']}")]
    assert len(keys) == len(set(keys)) == 2


def test_paid_and_then_failed_brings_each_fund_its_own_back_and_the_next_payout_takes_it(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    made = ready.pay_out()
    ready.payout(made["id"], "reconcile")
    ready.payout(made["id"], "arrive")
    settle_payout(books, stripe, made["id"])
    ready.payout(made["id"], "fail")
    sweep_due(books, stripe, last_good=clock.now())
    assert (transit(books), ledger_of(books)["stripe-balance"]) == ({}, at_stripe(ready))
    assert any("did not reach the bank" in sentence for sentence in alarms(books))
    again = ready.pay_out()
    ready.payout(again["id"], "reconcile")
    settle_payout(books, stripe, again["id"])
    assert transit(books) == {"public-giving": PUBLIC, "general": GENERAL}


def test_when_the_second_is_told_first_the_failed_one_is_recorded_on_the_way(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    first = ready.pay_out()
    for deed in ("reconcile", "fail"):
        ready.payout(first["id"], deed)
    again = ready.pay_out()
    ready.payout(again["id"], "reconcile")
    settle_payout(books, stripe, again["id"])
    assert transit(books) == {"public-giving": PUBLIC, "general": GENERAL}
    assert row(books, first["id"]).is_settled


def test_money_that_nobody_knows_and_the_accounts_own_fees_go_with_the_general_fund(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    session = client_of(ready).v1.checkout.sessions.create(gift(1000))  # type: ignore[arg-type]
    ready.pay(session.id)
    ready.move("stripe_fee", -150)
    made = ready.pay_out()
    ready.payout(made["id"], "reconcile")
    settle_payout(books, stripe, made["id"])
    assert transit(books) == {"public-giving": PUBLIC, "general": GENERAL + 965 - 150}
    assert ledger_of(books, "general")["processing-fees"] == 28 + 35 + 150


def test_a_fund_that_gave_back_more_than_it_got_pays_its_part(books: Session, stripe: StripeGateway, ready: StandIn) -> None:
    small = give(books, stripe, ready, 1000, "general")
    first = ready.pay_out()
    ready.payout(first["id"], "reconcile")
    settle_payout(books, stripe, first["id"])
    give(books, stripe, ready, 5000)
    client_of(ready).v1.refunds.create({"charge": small.charge_id or ""})
    second = ready.pay_out()
    ready.payout(second["id"], "reconcile")
    settle_payout(books, stripe, second["id"])
    assert second["amount"] == 4905 - 1000
    assert transit(books) == {"public-giving": 4905, "general": 965 - 1000}
    assert "stripe-balance" not in ledger_of(books)
    with transaction(books):
        assert verify(books).holds


def test_one_made_by_hand_is_told_to_finance_and_moves_nothing(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    made = ready.pay_out(manual=True)
    for _ in range(2):
        sweep_all(books, stripe, last_good=None)
    assert transit(books) == {}
    assert not row(books, made["id"]).is_settled
    assert [sentence for sentence in alarms(books) if "by hand" in sentence]
    assert ledger.entries_for(books, f"stripe-payout:{made['id']}") == []


def test_parts_that_do_not_add_up_are_not_posted(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ready.pay_out()
    ready.payout(made["id"], "reconcile")
    whole = stripe.movements_of(made["id"])
    with monkeypatch.context() as broken:
        broken.setattr(stripe, "movements_of", lambda _payout: whole[1:])
        settle_payout(books, stripe, made["id"])
    assert transit(books) == {}
    assert any("do not add up" in sentence for sentence in alarms(books))
    settle_payout(books, stripe, made["id"])
    assert transit(books) == {"public-giving": PUBLIC, "general": GENERAL}


def test_the_sweep_finds_a_payout_that_no_bell_told_and_a_reconciliation_that_came_late(
    books: Session, stripe: StripeGateway, ready: StandIn, three: list[Donation]
) -> None:
    made = ready.pay_out()
    sweep_due(books, stripe, last_good=clock.now())
    assert not row(books, made["id"]).is_settled
    ready.payout(made["id"], "reconcile")
    assert payouts.unsettled(books, due_at=clock.now()) == []
    books.commit()
    sweep_all(books, stripe, last_good=clock.now())
    assert transit(books) == {"public-giving": PUBLIC, "general": GENERAL}
    assert sweep_all(books, stripe, last_good=None).movements == 0


def test_a_payout_with_a_movement_that_cannot_be_recorded_yet_waits(
    books: Session, stripe: StripeGateway, ready: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    donation = started(books, stripe, 1000)
    ready.pay(donation.session_id or "")
    made = ready.pay_out()
    ready.payout(made["id"], "reconcile")
    with monkeypatch.context() as broken:
        broken.setattr("fundapp.giving.recording.settle_charge", lambda *_: None)
        with pytest.raises(Refused):
            settle_payout(books, stripe, made["id"])
    assert ledger_of(books) == {}
    assert not row(books, made["id"]).is_settled
    settle_payout(books, stripe, made["id"])
    assert transit(books) == {"public-giving": 965}


def test_settled_twice_at_once_it_goes_once(town: OwnDatabase, stripe: StripeGateway, ready: StandIn) -> None:
    with town.session() as session:
        give(session, stripe, ready, 1000)
    made = ready.pay_out()
    ready.payout(made["id"], "reconcile")

    def settle(_nth: int) -> None:
        with town.session() as session:
            settle_payout(session, stripe, made["id"])

    at_once(settle, 3)
    with town.session() as session:
        assert gifts.ledger_of(session)["payouts-in-transit"] == 965


def test_more_movements_than_a_page_has_are_all_taken(
    books: Session, stripe: StripeGateway, ready: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fundapp.gateways.stripe_money.PAGE", 2)
    for _ in range(5):
        give(books, stripe, ready, 500)
    made = ready.pay_out()
    ready.payout(made["id"], "reconcile")
    settle_payout(books, stripe, made["id"])
    assert transit(books) == {"public-giving": 5 * 472}

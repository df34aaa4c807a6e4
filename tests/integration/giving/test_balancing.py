"""The daily proof: it holds while money is merely under way, and raises the alarm once for each day on which something is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from fundapp.cli.check import balance_faults
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import queries
from fundapp.giving.bank import balancing
from fundapp.giving.bank.models import GiftDispute, StripePayout, StripeProof
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.giving.sweeping import sweep_all
from fundapp.ledger import service as ledger
from fundapp.ledger.service import Line
from tests.builders.giving import started
from tests.builders.stand_in import StandIn

LATER = timedelta(hours=2)


@pytest.fixture
def paid(books: Session, stripe: StripeGateway, stand_in: StandIn) -> Donation:
    """A gift of £10, paid and settled."""
    stand_in.settings(available_after_days=0)
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    return donation


def prove(session: Session, stripe: StripeGateway, *, later: timedelta = timedelta()) -> StripeProof:
    with clock.at(clock.now() + later):
        return balancing.prove(session, stripe)


def sentences(session: Session) -> list[str]:
    return [alarm.sentence for alarm in queries.open_alarms(session)]


def test_it_holds_over_gifts_refunds_disputes_and_payouts(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    assert prove(books, stripe).holds
    stand_in.dispute(paid.charge_id or "")
    stand_in.move("stripe_fee", -100)
    sweep_all(books, stripe, last_good=None)
    proof = prove(books, stripe, later=LATER)
    assert (proof.holds, proof.held_pence, proof.at_stripe_pence, proof.in_ledger_pence) == (True, 1000, -2135, -2135)
    stand_in.in_dispute(books.scalars(select(GiftDispute.id)).one(), "win")
    sweep_all(books, stripe, last_good=None)
    assert prove(books, stripe, later=LATER).holds
    assert books.scalar(select(func.count()).select_from(StripeProof)) in {1, 2}


def test_what_came_a_moment_ago_is_under_way_and_an_hour_later_it_is_missing(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.move("stripe_fee", -100)
    proof = prove(books, stripe)
    assert (proof.holds, proof.recent_pence, proof.gap_pence) == (True, -100, 0)
    for _ in range(2):
        proof = prove(books, stripe, later=LATER)
        assert (proof.holds, proof.gap_pence) == (False, -100)
    assert len([one for one in sentences(books) if "did not agree" in one]) == 1
    sweep_all(books, stripe, last_good=None)
    assert prove(books, stripe, later=LATER).holds


def test_two_missing_movements_that_make_up_for_one_another_are_missing_all_the_same(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.move("stripe_fee", -100)
    stand_in.move("stripe_fee", 100)
    proof = prove(books, stripe, later=LATER)
    assert (proof.holds, proof.gap_pence) == (False, 0)


def test_what_the_ledger_has_and_stripe_has_not_is_a_gap(books: Session, stripe: StripeGateway, paid: Donation) -> None:
    with transaction(books):
        ledger.post(
            books,
            event_key="txn:txn_invented",
            kind="gift.settled",
            happened_on=clock.today(),
            lines=[Line("stripe-balance", "suspense", "general", 5)],
            actor="system",
            subject="test:5",
        )
    proof = prove(books, stripe)
    assert (proof.holds, proof.gap_pence) == (False, -5)


def test_a_payout_that_waits_for_its_funds_is_named_and_after_three_days_asked_about(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    made = stand_in.pay_out()
    proof = prove(books, stripe)
    assert (proof.holds, proof.payouts_pence, proof.recent_pence) == (True, -965, 0)
    settle_payout(books, stripe, made["id"])
    proof = prove(books, stripe, later=LATER)
    assert (proof.holds, proof.payouts_pence) == (True, -965)
    assert sentences(books) == []
    with transaction(books):
        books.execute(update(StripePayout).values(created_at=clock.now() - timedelta(days=4)))
    prove(books, stripe)
    assert any("has not said what of" in one for one in sentences(books))
    stand_in.payout(made["id"], "reconcile")
    settle_payout(books, stripe, made["id"])
    proof = prove(books, stripe, later=LATER)
    assert (proof.holds, proof.payouts_pence, proof.at_stripe_pence) == (True, 0, 0)


def test_one_made_by_hand_stays_a_named_item_for_as_long_as_it_takes(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.pay_out(manual=True)
    sweep_all(books, stripe, last_good=None)
    proof = prove(books, stripe, later=timedelta(days=60))
    assert (proof.holds, proof.payouts_pence) == (True, -965)


def test_a_fee_that_has_not_come_for_an_hour_raises_its_own_alarm(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    stand_in.settings(fee_delay_seconds=9999)
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    assert prove(books, stripe).holds
    proof = prove(books, stripe, later=LATER)
    assert (proof.holds, proof.late_fees) == (False, 1)
    assert any("fee has not come" in one for one in sentences(books))
    stand_in.settle()
    settle_charge(books, stripe, donation.charge_id or "")
    assert prove(books, stripe, later=LATER).holds


def test_what_banks_hold_must_be_what_the_ledger_has_apart(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.dispute(paid.charge_id or "")
    settle_charge(books, stripe, paid.charge_id or "")
    with transaction(books):
        books.execute(text("UPDATE gift_dispute SET held_pence = 900"))
    proof = prove(books, stripe)
    assert (proof.holds, proof.held_pence, proof.held_in_ledger_pence) == (False, 900, 1000)


def test_a_won_dispute_whose_money_has_not_come_back_is_told(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    made = stand_in.dispute(paid.charge_id or "")
    stand_in.in_dispute(made["id"], "reinstate", amount=400)
    stand_in.in_dispute(made["id"], "win")
    settle_charge(books, stripe, paid.charge_id or "")
    assert prove(books, stripe).holds
    assert not prove(books, stripe, later=LATER).holds


def test_a_silent_stripe_proves_nothing_and_keeps_nothing(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    stand_in.trouble(path="/v1/balance.*", deed="answer", status=500, times=9)
    with pytest.raises(StripeFault):
        prove(books, stripe)
    assert balancing.latest(books) is None
    assert sentences(books) == []


def test_the_check_says_when_they_do_not_agree(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    assert list(balance_faults(balancing.latest(books))) == []
    assert list(balance_faults(prove(books, stripe))) == []
    stand_in.move("stripe_fee", -100)
    (fault,) = balance_faults(prove(books, stripe, later=LATER))
    assert "−£1.00 is not explained" in fault

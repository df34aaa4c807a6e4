"""Disputes: what a bank takes, gives back and keeps, each once in the ledger, in whatever order it is told."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import queries
from fundapp.giving.bank import disputes
from fundapp.giving.bank.models import GiftDispute
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.giving.sweeping import sweep_all, sweep_due
from fundapp.ledger import queries as ledger
from tests.builders.giving import hear, ledger_of, started
from tests.builders.stand_in import Bell, StandIn
from tests.builders.stripe_calls import client_of, gift
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once

GIVEN = {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
TAKEN = {"stripe-balance": 965 - 3000, "disputed": 1000, "donations": 1000, "processing-fees": 35, "dispute-fees": 2000}
LOST = {"stripe-balance": 965 - 3000, "chargebacks": 1000, "donations": 1000, "processing-fees": 35, "dispute-fees": 2000}
WON = GIVEN | {"stripe-balance": 965 - 2000, "dispute-fees": 2000}


@pytest.fixture
def paid(books: Session, stripe: StripeGateway, stand_in: StandIn) -> Donation:
    """A gift of £10, paid and settled."""
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    return donation


def charge_of(donation: Donation) -> str:
    return donation.charge_id or ""


def row(session: Session) -> GiftDispute:
    return session.scalars(select(GiftDispute).execution_options(populate_existing=True)).one()


def keys(session: Session, subject: str) -> list[str]:
    return [entry.event_key for entry in ledger.entries_for(session, subject)]


def ring_all(session: Session, stripe: StripeGateway, bells: list[Bell]) -> None:
    for bell in bells:
        hear(session, stripe, bell)


def disputed_bells(stand_in: StandIn) -> list[Bell]:
    return [bell for bell in stand_in.bells() if bell.type.startswith("charge.dispute.")]


def test_what_a_bank_takes_lies_apart_with_its_fee_beside_it(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.dispute(charge_of(paid))
    for _ in range(2):
        ring_all(books, stripe, disputed_bells(stand_in))
        settle_charge(books, stripe, charge_of(paid))
    assert ledger_of(books) == TAKEN
    assert (row(books).status, row(books).held_pence, row(books).closed_at) == ("needs_response", 1000, None)
    assert len([alarm for alarm in queries.open_alarms(books) if "bank" in alarm.sentence]) == 1
    figures = queries.figures(books, paid)
    assert (figures.gross_pence, figures.disputed_pence, figures.taken_back_pence, figures.is_all_back) == (1000, 1000, 0, True)


@pytest.mark.parametrize(("deed", "expected", "status"), [("lose", LOST, "lost"), ("win", WON, "won")])
def test_it_ends_the_same_in_whatever_order_its_bells_ring(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation, deed: str, expected: dict[str, int], status: str
) -> None:
    made = stand_in.dispute(charge_of(paid))
    stand_in.in_dispute(made["id"], deed)
    bells = disputed_bells(stand_in)
    for order in list(permutations(bells))[::5]:
        ring_all(books, stripe, [*order, order[0]])
        assert ledger_of(books) == expected
    assert (row(books).status, row(books).held_pence) == (status, 0)
    assert len(keys(books, paid.subject)) == len(set(keys(books, paid.subject)))


def test_told_step_by_step_it_ends_as_when_told_at_once(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    made = stand_in.dispute(charge_of(paid), warning=True)
    settle_charge(books, stripe, charge_of(paid))
    assert ledger_of(books) == GIVEN
    for deed, expected in (("review", GIVEN), ("escalate", TAKEN), ("review", TAKEN), ("lose", LOST)):
        stand_in.in_dispute(made["id"], deed)
        settle_charge(books, stripe, charge_of(paid))
        assert ledger_of(books) == expected
    assert keys(books, paid.subject)[-1] == f"dispute:{made['id']}:lost"


def test_part_of_it_comes_back_and_the_rest_is_lost(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    made = stand_in.dispute(charge_of(paid), amount=800)
    stand_in.in_dispute(made["id"], "reinstate", amount=300)
    settle_charge(books, stripe, charge_of(paid))
    assert ledger_of(books)["disputed"] == 500
    stand_in.in_dispute(made["id"], "lose")
    settle_charge(books, stripe, charge_of(paid))
    found = ledger_of(books)
    assert ("disputed" not in found, found["chargebacks"], found["stripe-balance"]) == (True, 500, 965 - 2800 + 300)
    figures = queries.figures(books, paid)
    assert (figures.taken_back_pence, figures.is_all_back, figures.net_pence) == (500, False, 465)


def test_a_fee_that_comes_back_is_posted_back(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    stand_in.settings(dispute_fee_returned=True)
    made = stand_in.dispute(charge_of(paid))
    stand_in.in_dispute(made["id"], "win")
    settle_charge(books, stripe, charge_of(paid))
    assert ledger_of(books) == GIVEN


def test_a_lost_dispute_that_is_won_after_all_is_put_right(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    made = stand_in.dispute(charge_of(paid))
    stand_in.in_dispute(made["id"], "lose")
    settle_charge(books, stripe, charge_of(paid))
    stand_in.in_dispute(made["id"], "overturn")
    for _ in range(2):
        settle_charge(books, stripe, charge_of(paid))
    assert ledger_of(books) == WON
    assert (row(books).status, row(books).held_pence) == ("won", 0)


def test_older_news_that_comes_late_changes_nothing(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    made = stand_in.dispute(charge_of(paid))
    asked_at, older = clock.now(), stripe.fetch_charge(charge_of(paid))
    stand_in.in_dispute(made["id"], "lose")
    settle_charge(books, stripe, charge_of(paid))
    with transaction(books):
        owner = disputes.Books(paid.subject, paid.fund_code)
        disputes.record(books, older.disputes[0], books=owner, donation=paid, asked_at=asked_at)
    assert ledger_of(books) == LOST
    assert row(books).status == "lost"


def test_a_dispute_of_money_that_nobody_knows_stays_out_of_the_gifts(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    session = client_of(stand_in).v1.checkout.sessions.create(gift(1000))  # type: ignore[arg-type]
    intent = stand_in.pay(session.id)["payment_intent"]
    charge = client_of(stand_in).v1.charges.list({"payment_intent": intent}).data[0]
    made = stand_in.dispute(charge.id)
    ring_all(books, stripe, disputed_bells(stand_in))
    assert ledger_of(books) == {
        "stripe-balance": 965 - 3000,
        "suspense": -1000,
        "disputed": 1000,
        "processing-fees": 35,
        "dispute-fees": 2000,
    }
    stand_in.in_dispute(made["id"], "lose")
    ring_all(books, stripe, disputed_bells(stand_in))
    assert ledger_of(books, "general") == {"stripe-balance": 965 - 3000, "processing-fees": 35, "dispute-fees": 2000}
    assert row(books).donation_id is None


def test_what_no_bell_told_is_found_by_the_sweep_a_loss_too_though_it_moves_no_money(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    made = stand_in.dispute(charge_of(paid), warning=True)
    sweep_due(books, stripe, last_good=clock.now())
    assert row(books).status == "warning_needs_response"
    stand_in.in_dispute(made["id"], "escalate")
    sweep_due(books, stripe, last_good=clock.now())
    assert ledger_of(books) == TAKEN
    stand_in.in_dispute(made["id"], "lose")
    swept = sweep_all(books, stripe, last_good=clock.now())
    assert (ledger_of(books), swept.failed) == (LOST, [])


def test_a_disputed_or_lost_gift_cannot_be_refunded_and_a_won_one_can(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    made = stand_in.dispute(charge_of(paid), warning=True)
    settle_charge(books, stripe, charge_of(paid))
    for deed, sentence in (("escalate", "disputes this gift"), ("lose", "taken this gift back already")):
        stand_in.in_dispute(made["id"], deed)
        settle_charge(books, stripe, charge_of(paid))
        with pytest.raises(Refused, match=sentence):
            disputes.refuse_while_disputed(books, charge_of(paid))
    stand_in.in_dispute(made["id"], "overturn")
    settle_charge(books, stripe, charge_of(paid))
    disputes.refuse_while_disputed(books, charge_of(paid))


def test_a_bell_about_a_dispute_that_stripe_does_not_know_changes_nothing(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.dispute(charge_of(paid))
    bell = disputed_bells(stand_in)[0]
    stand_in.trouble(path="/v1/charges/.*", deed="answer", status=404, times=3)
    with pytest.raises(StripeFault):
        hear(books, stripe, bell)
    assert ledger_of(books) == GIVEN
    assert books.scalars(select(GiftDispute)).all() == []


def test_settled_twice_at_once_a_dispute_is_posted_once(town: OwnDatabase, stripe: StripeGateway, stand_in: StandIn) -> None:
    with town.session() as session:
        donation = started(session, stripe, 1000)
        stand_in.pay(donation.session_id or "")
        settle_session(session, stripe, donation.session_id or "")
        charge, subject = charge_of(donation), donation.subject
    made = stand_in.dispute(charge)
    stand_in.in_dispute(made["id"], "lose")

    def settle(_nth: int) -> None:
        with town.session() as session:
            settle_charge(session, stripe, charge)

    at_once(settle, 3)
    with town.session() as session:
        assert ledger_of(session) == LOST
        assert len(keys(session, subject)) == 4

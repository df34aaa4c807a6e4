"""Gifts by bank debit, answered in days; and what Stripe takes from the account itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import queries
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.giving.sweeping import sweep_all, sweep_due
from fundapp.ledger import queries as ledger
from tests.builders.giving import Donor, gift_of, hear, ledger_of, started
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of
from tests.support.outside import MailBox

RunJobs = Callable[[], list[str]]

SETTLED = {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
TAKEN_BACK = {"stripe-balance": -35, "processing-fees": 35}


def hear_all(session: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    for bell in stand_in.bells():
        hear(session, stripe, bell)


def receipts_asked(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.send_receipt'")) or 0


def test_a_bank_debit_waits_moves_nothing_and_is_paid_when_the_bank_says_so(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    donation = started(books, stripe, 1000)
    charge = stand_in.pay_by_bank(donation.session_id or "")
    hear_all(books, stripe, stand_in)
    assert (gift_of(books).status, ledger_of(books), receipts_asked(books)) == ("processing", {}, 0)
    stand_in.bank(charge, "accepts")
    for _ in range(2):
        hear_all(books, stripe, stand_in)
    assert (gift_of(books).status, ledger_of(books), receipts_asked(books)) == ("paid", SETTLED, 1)
    client_of(stand_in).v1.refunds.create({"charge": charge, "amount": 400})
    hear_all(books, stripe, stand_in)
    assert ledger_of(books)["refunds"] == 400


@pytest.mark.parametrize("by_sweep", [True, False])
def test_a_bank_that_says_no_ends_the_gift_without_an_entry(
    books: Session, stripe: StripeGateway, stand_in: StandIn, by_sweep: bool
) -> None:
    donation = started(books, stripe, 1000)
    charge = stand_in.pay_by_bank(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    stand_in.bank(charge, "refuses")
    if by_sweep:
        sweep_all(books, stripe, last_good=None)
    else:
        hear_all(books, stripe, stand_in)
    assert (gift_of(books).status, ledger_of(books)) == ("failed", {})
    settle_charge(books, stripe, charge)
    assert ledger_of(books) == {}


@pytest.mark.parametrize("heard", ["step by step", "all at the end", "by the sweep"])
def test_money_that_a_bank_takes_back_late_leaves_the_fee_and_the_mirror_of_the_gift(
    books: Session, stripe: StripeGateway, stand_in: StandIn, heard: str
) -> None:
    donation = started(books, stripe, 1000)
    charge = stand_in.pay_by_bank(donation.session_id or "")
    stand_in.bank(charge, "accepts")
    if heard == "step by step":
        hear_all(books, stripe, stand_in)
        assert ledger_of(books) == SETTLED
    stand_in.bank(charge, "takes-back")
    for _ in range(2):
        if heard == "by the sweep":
            sweep_all(books, stripe, last_good=None)
        else:
            hear_all(books, stripe, stand_in)
    assert ledger_of(books) == TAKEN_BACK
    gift = gift_of(books)
    keys = [entry.event_key.partition(":")[0] for entry in ledger.entries_for(books, gift.subject)]
    assert (gift.status, keys) == ("paid", ["charge", "txn", "txn"])
    figures = queries.figures(books, gift)
    assert (figures.gross_pence, figures.taken_back_pence, figures.is_all_back) == (1000, 1000, True)
    assert receipts_asked(books) == (heard == "step by step")


def test_a_gift_that_waits_for_its_bank_says_so_and_one_that_was_refused_too(donor: Donor) -> None:
    donor.choose("10")
    charge = donor.stand_in.pay_by_bank(donor.session_id)
    assert "bank" in donor.come_back().text("main")
    donor.stand_in.bank(charge, "refuses")
    assert "Your bank said no" in donor.come_back().words


@pytest.mark.parametrize(("language", "subject"), [("en", "Your bank did not pay your gift"), ("pl", None)])
def test_whom_the_bank_refused_days_later_is_told_once_where_they_left_an_address(
    mail_box: MailBox, donor: Donor, run_jobs: RunJobs, stripe: StripeGateway, language: str, subject: str | None
) -> None:
    donor.choose("10")
    with transaction(donor.books):
        donor.books.execute(update(Donation).values(language=language))
    charge = donor.stand_in.pay_by_bank(donor.session_id, "mary@example.org")
    settle_session(donor.books, stripe, donor.session_id)
    donor.stand_in.bank(charge, "refuses")
    for _ in range(2):
        settle_session(donor.books, stripe, donor.session_id)
        hear_all(donor.books, stripe, donor.stand_in)
    assert run_jobs().count("giving.tell_refused") == 1
    (letter,) = mail_box.messages
    assert (letter["To"], subject in {None, letter["Subject"]}) == ("mary@example.org", True)
    words = str(letter.get_content())
    assert "£10.00" in words
    assert f"http://localhost:8000{donor.gift_url}" in words


def test_whose_bank_took_it_back_late_is_told_once_and_without_an_address_nobody_is(
    mail_box: MailBox, donor: Donor, run_jobs: RunJobs, stripe: StripeGateway
) -> None:
    for address in (None, "mary@example.org"):
        donor.choose("10")
        charge = donor.stand_in.pay_by_bank(donor.session_id, address)
        donor.stand_in.bank(charge, "accepts")
        settle_session(donor.books, stripe, donor.session_id)
        donor.stand_in.bank(charge, "takes-back")
        for _ in range(2):
            settle_charge(donor.books, stripe, charge)
            settle_session(donor.books, stripe, donor.session_id)
    assert run_jobs().count("giving.tell_refused") == 2
    told = [letter for letter in mail_box.messages if "bank" in letter["Subject"]]
    assert [letter["To"] for letter in told] == ["mary@example.org"]
    assert "no longer holds" in str(told[0].get_content())


@pytest.mark.parametrize(
    ("kind", "pence", "expected", "alarms"),
    [
        ("stripe_fee", -150, {"processing-fees": 150}, 0),
        ("stripe_fee", 150, {"processing-fees": -150}, 0),
        ("tax_fee", -30, {"processing-fees": 30}, 0),
        ("topup", 5000, {"payouts-in-transit": -5000}, 0),
        ("topup_reversal", -5000, {"payouts-in-transit": 5000}, 0),
        ("adjustment", -70, {"suspense": 70}, 1),
        ("reserve_transaction", -900, {"suspense": 900}, 1),
    ],
)
def test_what_the_account_itself_pays_has_its_account_and_is_the_general_funds(
    books: Session, stripe: StripeGateway, stand_in: StandIn, kind: str, pence: int, expected: dict[str, int], alarms: int
) -> None:
    stand_in.move(kind, pence)
    for _ in range(2):
        sweep_due(books, stripe, last_good=clock.now())
    assert ledger_of(books, "general") == {"stripe-balance": pence, **expected}
    assert len(queries.open_alarms(books)) == alarms

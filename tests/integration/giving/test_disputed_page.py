"""What a donor reads on the gift's page while their bank asks, holds, keeps or returns it."""

from __future__ import annotations

import pytest

from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.settling import settle_charge
from tests.builders.giving import Donor


@pytest.mark.parametrize(
    ("deeds", "says"),
    [
        ((), "taken £10.00 back while it looks into this gift"),
        (("lose",), "took this gift back for good"),
        (("win",), "left it with the Fund"),
        (("lose", "overturn"), "left it with the Fund"),
    ],
)
def test_the_page_says_what_the_bank_does(donor: Donor, stripe: StripeGateway, deeds: tuple[str, ...], says: str) -> None:
    before = donor.give("10")
    assert "What your bank says" not in before.words
    charge = donor.gift.charge_id or ""
    made = donor.stand_in.dispute(charge)
    for deed in deeds:
        donor.stand_in.in_dispute(made["id"], deed)
    settle_charge(donor.books, stripe, charge)
    page = donor.client.get(donor.gift_url)
    assert says in page.text("#bank")
    assert "Ask for it back" not in page.words or deeds in {("win",), ("lose", "overturn")}


def test_a_question_says_that_nothing_has_gone_back(donor: Donor, stripe: StripeGateway) -> None:
    donor.give("10")
    charge = donor.gift.charge_id or ""
    made = donor.stand_in.dispute(charge, warning=True)
    settle_charge(donor.books, stripe, charge)
    page = donor.client.get(donor.gift_url)
    assert "Nothing has gone back so far" in page.text("#bank")
    assert "Your £10 is here" in page.text("h1")
    donor.stand_in.in_dispute(made["id"], "drop")
    settle_charge(donor.books, stripe, charge)
    assert "left it with the Fund" in donor.client.get(donor.gift_url).text("#bank")


def test_a_debit_that_the_bank_took_back_late_is_told(donor: Donor, stripe: StripeGateway) -> None:
    donor.choose("10")
    charge = donor.stand_in.pay_by_bank(donor.session_id)
    donor.stand_in.bank(charge, "accepts")
    donor.come_back()
    donor.stand_in.bank(charge, "takes-back")
    settle_charge(donor.books, stripe, charge)
    page = donor.client.get(donor.gift_url)
    assert "took £10.00 back days later" in page.text("#bank")
    assert donor.client.get(f"{donor.gift_url}/receipt.pdf").status == 200

"""A receipt after something went back: page and PDF say so, figure by figure, from ledger rows; and what Gift Aid adds."""

from __future__ import annotations

import pypdfium2
from sqlalchemy.orm import Session

from fundapp.giving.settling import settle_charge
from tests.builders import gift_aid as build
from tests.builders.giving import Donor, gateway_of
from tests.support.web import Client


def receipt(client: Client, donor: Donor) -> str:
    """What the PDF says."""
    with pypdfium2.PdfDocument(client.get(f"{donor.gift_url}/receipt.pdf").body) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_a_gift_given_back_in_part_says_how_much_is_left(donor: Donor, client: Client) -> None:
    donor.give("10")
    build.give_back(donor, 333)
    page, said = client.get(donor.gift_url).words, receipt(client, donor)
    for words in ("Given back to you", "−£3.33", "Left with the Fund", "£6.32"):
        assert words in page, words
        assert words in said, words
    assert "£3.33 of this gift was given back." in said
    assert "To the Fund" not in said


def test_a_gift_given_back_whole_is_not_thanked_for(donor: Donor, client: Client) -> None:
    donor.give("10")
    build.give_back(donor, 1_000)
    said = receipt(client, donor)
    assert "Your £10 was given back." in said
    assert "Thank you" not in said
    assert "Your £10 was given back." in client.get(donor.gift_url).words


def test_a_disputed_gift_is_no_receipt_for_what_the_bank_holds(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10")
    charge = donor.gift.charge_id or ""
    donor.stand_in.dispute(charge)
    settle_charge(books, gateway_of(donor.stand_in), charge)
    page, said = client.get(donor.gift_url).words, receipt(client, donor)
    for words in (page, said):
        assert "Held by your bank" in words
        assert "−£10.00" in words
    assert "This is no receipt for that part." in said
    assert "Thank you. Your" not in said


def test_gift_aid_stands_on_the_receipt_and_nobodys_name_does(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10")
    assert "Gift Aid" not in receipt(client, donor)
    build.declare(books, donor.gift)
    said = receipt(client, donor)
    assert "the tax office adds £2.50" in said
    assert "Palmer" not in said
    build.give_back(donor, 400)
    assert "the tax office adds £1.50" in receipt(client, donor)

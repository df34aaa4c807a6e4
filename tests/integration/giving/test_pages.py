"""The pages where people give: what they say, what they refuse, and what they keep."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.giving.models import Donation
from fundapp.points import codes
from tests.builders import points
from tests.builders.giving import KEYS, Donor, ledger_of
from tests.builders.points import KEYS as POINT_KEYS
from tests.support.postgres import OwnDatabase
from tests.support.web import Client


def gifts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Donation)) or 0


def test_a_gift_goes_from_the_poster_to_the_ledger(donor: Donor, books: Session) -> None:
    place = points.point(books)
    page = donor.give("5", at=place.path)
    assert page.text("h1") == "Thank you. Your £5 is here."
    assert "the bakery on High Street" in page.text(".hero")
    assert page.texts(".sum")[0] == "You gave £5.00 The card company kept −£0.28 To the Fund £4.72"
    assert page.one(".sum .total.proved")
    assert ledger_of(books, "public-giving") == {"stripe-balance": 472, "donations": 500, "processing-fees": 28}
    assert (donor.gift.status, donor.gift.point_id, donor.gift.amount_pence) == ("paid", place.id, 500)


def test_the_place_is_named_first_and_can_be_checked_against_the_poster(client: Client, books: Session) -> None:
    place = points.point(books)
    page = client.get(place.path)
    assert page.text(".place").startswith("You are at the bakery on High Street")
    assert place.code in page.text("#poster")
    assert "If it does not, please don’t pay" in page.text("#poster")
    # Name, number and contact at each point (Code of Fundraising Practice 7.5.1).
    assert all(said in page.text(".foot") for said in ("Changing Lives (Doncaster)", "1234567", "01302 000000", "fund@example.org"))


@pytest.mark.parametrize("typed", [str.lower, codes.grouped, lambda code: f" {code}"])
def test_a_code_is_read_however_it_is_typed(client: Client, books: Session, typed: object) -> None:
    place = points.point(books)
    assert client.get(f"/g/{typed(place.code)}").status == 200  # type: ignore[operator]


def test_amounts_are_native_radio_buttons_and_none_is_chosen_beforehand(client: Client, books: Session) -> None:
    page = client.get("/give")
    radios = page.soup.select("fieldset > legend ~ * input[type=radio][name=amount]")
    assert [radio["value"] for radio in radios] == ["300", "500", "1000", "2000", "other"]
    assert not page.soup.select("[checked]")
    assert "The card company keeps about 1.5% and 20p of each gift. Of £10 that is about 35p." in page.text("form")


@pytest.mark.parametrize(("typed", "pence"), [("7.50", 750), ("£7.50", 750), ("1", 100), ("10,000", 1_000_000), ("1,234.5", 123_450)])
def test_ones_own_amount_is_taken_to_the_penny(donor: Donor, typed: str, pence: int) -> None:
    donor.choose(typed)
    assert donor.gift.amount_pence == pence


def test_an_amount_that_was_written_is_meant_even_if_its_coin_was_not_touched(donor: Donor, client: Client) -> None:
    answer = client.get("/give").form().fill(other="12.34").submit(follow=False)
    assert answer.status == 303
    donor.session_id = answer.headers["Location"].rpartition("/")[2]
    assert donor.gift.amount_pence == 1234


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose an amount, or write your own."),
        ({"amount": "other"}, "Write how much you would like to give, like 7.50."),
        ({"amount": "other", "other": "0.99"}, "The least is £1. You wrote “0.99”."),
        ({"amount": "other", "other": "10000.01"}, "The most is £10,000. You wrote “10000.01”."),
        ({"amount": "other", "other": "about 40"}, "Write the amount as a number, like 39.99. You wrote “about 40”."),
        ({"amount": "other", "other": "-5"}, "Write the amount as a number, like 39.99. You wrote “-5”."),
        ({"amount": "1000", "other": "7"}, "You chose £10 and wrote another amount below. Keep one of the two."),
        ({"amount": "1000", "other": "x"}, "You chose £10 and wrote another amount below. Keep one of the two."),
    ],
)
def test_what_is_not_plain_is_asked_again_and_what_was_typed_stays(
    client: Client, books: Session, fields: dict[str, str], sentence: str
) -> None:
    page = client.get("/give").submit(**fields)
    assert page.status == 422
    assert page.texts(".errors li") == [sentence]
    assert sentence in page.text(".wrong")
    kept = page.form().data
    assert {name: kept.get(name, "") for name in fields} == fields
    assert page.soup.title
    assert "Error:" in page.soup.title.get_text()
    assert gifts(books) == 0


def test_an_amount_that_is_not_offered_is_no_choice(client: Client, books: Session) -> None:
    page = client.get("/give")
    data = {"form_key": page.form().data["form_key"], "amount": "1"}
    assert client.post("/give", data, token=False).status == 422
    assert client.post("/give", {**data, "amount": "DROP TABLE"}, token=False).status == 422
    assert gifts(books) == 0


def test_a_form_that_was_open_for_more_than_a_day_is_shown_again_with_the_choice_kept(client: Client, books: Session) -> None:
    with clock.at(clock.now() - timedelta(hours=25)):
        old = client.get("/give")
    page = old.submit(amount="1000")
    assert page.status == 422
    assert "open for more than a day" in page.text(".notice")
    assert page.form().data["amount"] == "1000"
    assert page.form().data["form_key"] != old.form().data["form_key"]
    assert gifts(books) == 0


@pytest.mark.parametrize(
    "change", [lambda key: "", lambda key: "x", lambda key: key[:-1] + "!", lambda key: "A" + key[1:], lambda key: "ü" * 50]
)
def test_a_forged_form_key_makes_no_gift(client: Client, books: Session, change: object) -> None:
    key = client.get("/give").form().data["form_key"]
    answer = client.post("/give", {"form_key": change(key), "amount": "500"}, token=False)  # type: ignore[operator]
    assert answer.status == 422
    assert gifts(books) == 0


def test_a_key_of_another_purpose_or_another_place_makes_no_gift(client: Client, books: Session) -> None:
    place, other = points.point(books), points.point(books, name="the café")
    foreign = [
        KEYS.sign("something-else", "abc", clock.now() + timedelta(hours=1)),
        client.get(other.path).form().data["form_key"],
        client.get("/give").form().data["form_key"],
    ]
    for key in foreign:
        assert client.post(place.path, {"form_key": key, "amount": "500"}, token=False).status == 422
    assert gifts(books) == 0


def test_each_view_has_a_key_of_its_own_and_writes_nothing(client: Client, books: Session) -> None:
    keys = {client.get("/give").form().data["form_key"] for _ in range(5)}
    assert len(keys) == 5
    assert gifts(books) == 0


def test_a_closed_point_still_takes_a_gift_to_the_general_fund_and_says_so(donor: Donor, client: Client, books: Session) -> None:
    place = points.closed_point(books, name="the record shop")
    assert "This collection point has closed." in client.get(place.path).text(".notice")
    page = donor.give("10", at=place.path)
    assert "went to the charity’s general fund" in page.text()
    assert ledger_of(books, "general") == {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
    assert ledger_of(books, "public-giving") == {}


def test_an_unknown_code_is_explained_and_leads_on_to_giving(client: Client, books: Session) -> None:
    mistyped = client.get("/g/7K4M2")
    assert (mistyped.status, mistyped.text("h1")) == (404, "We know no such place")
    assert "one letter may have slipped" in mistyped.text()
    never = client.get(f"/g/{codes.new_code(POINT_KEYS)}")
    assert "we never gave it out" in never.text()
    assert never.follow("Give to the Fund").status == 200
    assert client.post("/g/7K4M2", {"amount": "500"}, token=False).status == 404
    assert client.get("/g/%3Cscript%3E").status == 404


def test_the_giving_pages_set_no_cookie_and_run_no_script(donor: Donor, client: Client, books: Session) -> None:
    place = points.point(books)
    gift = donor.give("5", at=place.path)
    for page in (client.get(place.path), client.get("/give"), client.get("/give").submit(), gift, client.get("/g/7K4M2")):
        assert "Set-Cookie" not in page.headers
        assert not page.soup.select("script, style, [style], iframe, img")
        assert [link["href"].partition("?")[0] for link in page.soup.select("link[rel=stylesheet]")] == ["/static/css/give.css"]
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_gifts_page_is_nobodys_but_the_donors(donor: Donor, client: Client, books: Session) -> None:
    donor.give("5", email="mary@example.org")
    for url in (donor.gift_url, f"{donor.gift_url}/receipt.pdf", f"{donor.gift_url}/return"):
        page = client.get(url)
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Robots-Tag"].startswith("noindex")
        assert b"mary" not in page.body
    assert client.get(f"{donor.gift_url[:-1]}x").status == 404
    assert client.get(f"/gifts/{donor.gift.id}").status == 404
    assert client.get("/gifts/x/receipt.pdf").status == 404


def test_a_gifts_token_is_stored_as_a_hash_alone(donor: Donor, client: Client, books: Session) -> None:
    donor.choose("5")
    token = donor.gift_url.rpartition("/")[2]
    assert len(token) >= 22
    row = str(books.execute(select(Donation.__table__)).one())
    assert token not in row


def test_give_again_has_a_new_key_and_is_another_gift(donor: Donor, books: Session) -> None:
    first = donor.give("5", at=points.point(books).path)
    again = first.follow("Give again")
    donor.choose("5", page=again)
    assert gifts(books) == 2


def test_pages_of_givers_ask_the_database_little(client: Client, donor: Donor, books: Session, worker_database: OwnDatabase) -> None:
    place = points.point(books)
    donor.give("5", at=place.path)
    url, asked = donor.gift_url, []
    event.listen(worker_database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    budget = {place.path: 5, "/give": 3, url: 12}
    for address, most in budget.items():
        client.get(address)
        asked.clear()
        client.get(address)
        reads = [words for words in asked if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)", words)]
        assert len(reads) <= most, f"{address}: {reads}"

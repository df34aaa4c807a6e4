"""Refunds on their pages: the donor asks and is told; finance sees what waits, and enters, agrees, declines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.models import Donation
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds.models import GiftRefund
from tests.builders import people
from tests.builders.giving import Donor
from tests.builders.refunds import ask, officers, send
from tests.support.outside import BASE_URL
from tests.support.page import Page
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


@pytest.fixture
def statements(connection: Connection) -> Iterator[list[str]]:
    """What is sent to the database from here on."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


def asked_for(donor: Donor, pounds: str = "10", reason: str = "The wrong button.") -> tuple[Donation, GiftRefund]:
    """A gift that was given and asked back on its own page."""
    donor.give(pounds)
    page = donor.client.get(donor.gift_url).follow("Given by mistake? Ask for it back")
    page.form("main form").fill(reason=reason).submit("Ask for it back")
    (refund,) = refund_queries.of_subject(donor.books, donor.gift.subject)
    return donor.gift, refund


def told(donor: Donor) -> str:
    page: Page = donor.client.get(donor.gift_url)
    return page.text("#back")


def test_a_donor_asks_and_reads_how_it_stands_at_each_step(donor: Donor, client: Client, sign_in_as: SignIn, stripe: StripeGateway) -> None:
    _gift, refund = asked_for(donor)
    assert "You asked for it back on" in told(donor)
    sign_in_as(client, people.user(donor.books, Role.FINANCE))
    page = client.get("/finance/refunds").follow(f"Refund {refund.id}")
    assert "The wrong button." in page.words
    page.form("form[action$=enter]").fill(amount="10").submit("Enter the refund")
    assert "We agreed to give £10.00 back" in told(donor)
    send(donor.books, stripe, refund)
    assert "£10.00 went back the way it came" in told(donor)
    assert "Ask for it back" not in told(donor)


def test_a_donor_can_leave_it_after_all(donor: Donor) -> None:
    _gift, refund = asked_for(donor)
    page = donor.client.get(donor.gift_url).follow("Leave it with the Fund after all")
    page.form("main form").submit("Leave it with the Fund")
    donor.books.refresh(refund)
    assert refund.state == "withdrawn"
    assert "Ask for it back" in told(donor)


def test_finances_words_reach_the_donor_when_it_is_declined(donor: Donor, client: Client, sign_in_as: SignIn) -> None:
    _gift, refund = asked_for(donor)
    sign_in_as(client, people.user(donor.books, Role.FINANCE))
    page = client.get(f"/finance/refunds/{refund.id}")
    page.form("form[action$=decline]").fill(words="You told us to keep it.").submit("Decline it")
    assert "You told us to keep it." in told(donor)
    assert "Complain" in told(donor)


def test_whoever_entered_a_large_one_is_not_offered_to_agree_and_is_refused(donor: Donor, client: Client, sign_in_as: SignIn) -> None:
    _gift, refund = asked_for(donor, "100")
    one, two = people.user(donor.books, Role.FINANCE), people.user(donor.books, Role.FINANCE)
    sign_in_as(client, one)
    page = client.get(f"/finance/refunds/{refund.id}")
    page = page.form("form[action$=enter]").fill(amount="100").submit("Enter the refund")
    assert "You entered it" in page.words
    assert not page.soup.select("form[action$=agree]")
    assert client.post(f"/finance/refunds/{refund.id}/agree", {}).status == 403
    sign_in_as(client, two)
    page = client.get("/finance").follow("Check : Check a refund of £100.00, Entered by another officer")
    page.form("form[action$=agree]").submit("Give £100.00 back")
    donor.books.refresh(refund)
    assert (refund.state, refund.agreed_by) == ("sending", two.id)


def test_a_form_that_lay_open_for_too_long_or_was_made_up_asks_for_nothing(donor: Donor) -> None:
    donor.give("10")
    page = donor.client.post(f"{donor.gift_url}/refund", {"form_key": "made.up.key", "reason": "Mine."}, token=False)
    assert page.status == 409
    assert "Mine." in page.words
    assert refund_queries.of_subject(donor.books, donor.gift.subject) == []


def test_words_that_say_too_much_come_back_with_a_sentence_and_what_was_typed(donor: Donor) -> None:
    donor.give("10")
    page = donor.client.get(f"{donor.gift_url}/refund").form("main form").fill(reason="Ring 01632 960 123.").submit("Ask for it back")
    assert page.status == 409
    assert "looks like a telephone number" in page.words
    assert "Ring 01632 960 123." in page.one("textarea").text


def test_no_gifts_page_can_ask_for_another_gift(donor: Donor) -> None:
    donor.give("10")
    key = donor.client.get(f"{donor.gift_url}/refund").one("input[name=form_key]")["value"]
    first = donor.gift
    donor.give("20")
    page = donor.client.post(f"{donor.gift_url}/refund", {"form_key": str(key)}, token=False)
    assert page.status == 409
    assert refund_queries.of_subject(donor.books, first.subject) == refund_queries.of_subject(donor.books, donor.gift.subject) == []


def test_finance_begins_one_by_the_number_on_the_receipt_or_of_the_payment(donor: Donor, client: Client, sign_in_as: SignIn) -> None:
    donor.give("10")
    sign_in_as(client, people.user(donor.books, Role.FINANCE))
    for number in (donor.gift.id.hex[:8], donor.gift.charge_id or ""):
        page = client.get("/finance/refunds").form("form[action$=begin]").fill(number=number).submit("Look at it")
        assert page.text("h1").startswith("Refund")
    assert len(refund_queries.of_subject(donor.books, donor.gift.subject)) == 1
    # What finance only thinks of doing is no news to the donor.
    assert "You asked" not in told(donor)
    wrong = client.get("/finance/refunds").form("form[action$=begin]").fill(number="00000000").submit("Look at it")
    assert wrong.status == 409


def test_the_list_asks_the_database_the_same_however_long_it_is(
    client: Client, books: Session, donor: Donor, sign_in_as: SignIn, statements: list[str]
) -> None:
    officers(books)
    sign_in_as(client, people.user(books, Role.AUDITOR))
    asked_for(donor)
    client.get("/finance/refunds")
    statements.clear()
    client.get("/finance/refunds")
    few = len(statements)
    for _ in range(3):
        donor.give("5")
        ask(books, donor.gift)
    statements.clear()
    page = client.get("/finance/refunds")
    assert len(page.texts("tbody tr")) == 4
    assert len(statements) <= few


def test_a_refunds_page_tells_the_donors_address_to_nobody(donor: Donor) -> None:
    donor.give("10")
    page = donor.client.get(f"{donor.gift_url}/refund")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert BASE_URL not in page.text("main")

"""A gift from the session to the money, through the unmodified library and the hosted page."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
import stripe
from bs4 import BeautifulSoup

from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift
from tests.integration.stripe_stand_in.conftest import Opened


def visit(url: str, form: dict[str, str] | None = None) -> tuple[int, http.client.HTTPMessage, str]:
    """One request of a browser, redirects not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        if form is None:
            connection.request("GET", parts.path)
        else:
            connection.request("POST", parts.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def event_types(client: stripe.StripeClient) -> list[str]:
    """Every event so far, oldest first."""
    return [event.type for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def test_a_paid_session_leads_to_a_charge_and_its_fee_in_one_fetch(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened
) -> None:
    session = open_gift(1000, client_reference_id="gift-1", metadata={"donation_id": "gift-1"})
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)

    stand_in.pay(session.id, email="giver@example.org")

    told = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]})
    assert (told.status, told.payment_status, told.url, told.client_reference_id) == ("complete", "paid", None, "gift-1")
    assert told.customer_details is not None
    assert told.customer_details.email == "giver@example.org"
    charge = told.to_dict()["payment_intent"]["latest_charge"]
    assert (charge["amount"], charge["paid"], charge["status"]) == (1000, True, "succeeded")
    txn = charge["balance_transaction"]
    assert (txn["amount"], txn["fee"], txn["net"], txn["status"], txn["source"]) == (1000, 35, 965, "pending", charge["id"])


def test_the_payment_intents_metadata_is_copied_to_the_charge_and_the_sessions_is_not(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened
) -> None:
    session = open_gift(metadata={"on": "session"}, payment_intent_data={"metadata": {"on": "intent"}, "description": "A gift"})

    stand_in.pay(session.id)

    [charge] = client.v1.charges.list().data
    assert (charge.metadata.to_dict(), charge.description) == ({"on": "intent"}, "A gift")


def test_a_declined_card_leaves_the_session_open_to_pay_after_all(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened
) -> None:
    session = open_gift()

    stand_in.decline(session.id)
    told = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]}).to_dict()
    assert (told["status"], told["payment_status"]) == ("open", "unpaid")
    assert told["payment_intent"]["status"] == "requires_payment_method"
    assert told["payment_intent"]["last_payment_error"]["decline_code"] == "generic_decline"
    assert told["payment_intent"]["latest_charge"]["failure_code"] == "card_declined"
    assert client.v1.balance_transactions.list().data == []

    stand_in.pay(session.id)
    attempts = client.v1.charges.list({"payment_intent": told["payment_intent"]["id"]}).data
    assert [(one.status, one.paid) for one in attempts] == [("succeeded", True), ("failed", False)]
    assert event_types(client) == [
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ]


def test_an_expired_session_cannot_be_paid(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift()
    stand_in.decline(session.id)

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert client.v1.payment_intents.retrieve(str(expired.payment_intent)).status == "canceled"
    with pytest.raises(AssertionError, match="expired"):
        stand_in.pay(session.id)
    assert visit(str(session.url), {"act": "pay"})[0] == 409
    assert [one.status for one in client.v1.charges.list().data] == ["failed"]


def test_a_session_runs_out_at_its_time_and_says_so(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift()

    stand_in.advance(24 * 3600 + 1)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert event_types(client) == ["checkout.session.expired"]


def test_a_paid_session_can_no_longer_be_expired(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift()
    stand_in.pay(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="complete"):
        client.v1.checkout.sessions.expire(session.id)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_the_hosted_page_says_plainly_what_it_is_and_pays(client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift(1050)
    status, headers, html = visit(str(session.url))
    page = BeautifulSoup(html, "html5lib")
    assert status == 200
    assert "TEST PAGE – not Stripe. No money moves." in page.get_text()
    assert "£10.50" in page.h1.get_text()  # type: ignore[union-attr]
    assert page.find("script") is None
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:8000;" in headers["Content-Security-Policy"]
    assert page.find("a", href="http://localhost:8000/g/7K4M2") is not None

    status, headers, _ = visit(str(session.url), {"act": "pay", "email": "giver@example.org"})

    assert (status, headers["Location"]) == (303, f"http://localhost:8000/gifts/x/return?session={session.id}")
    details = client.v1.checkout.sessions.retrieve(session.id).customer_details
    assert details is not None
    assert details.email == "giver@example.org"
    # A second press leads on and takes nothing.
    assert visit(str(session.url), {"act": "pay"})[0] == 303
    assert len(client.v1.charges.list().data) == 1
    assert "This has been paid" in visit(str(session.url))[2]


def test_the_hosted_page_declines_and_lets_the_person_try_again(client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift()

    status, _, html = visit(str(session.url), {"act": "decline", "email": "giver@example.org"})

    page = BeautifulSoup(html, "html5lib")
    assert status == 200
    assert "declined" in page.select_one("[role=alert]").get_text()  # type: ignore[union-attr]
    assert page.select_one("#email")["value"] == "giver@example.org"  # type: ignore[index]
    assert visit(str(session.url), {"act": "pay"})[0] == 303
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_the_hosted_page_refuses_an_address_that_cannot_be_one_and_takes_nothing(client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift()

    status, _, html = visit(str(session.url), {"act": "pay", "email": "giver at example"})

    assert status == 422
    assert "giver at example" in html
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert client.v1.charges.list().data == []


def test_eight_presses_at_once_take_the_money_once(client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: visit(str(session.url), {"act": "pay"})[0], range(8)))

    assert answers == [303] * 8
    assert [one.paid for one in client.v1.charges.list().data] == [True]


def test_an_unknown_page_says_so(stand_in: StandIn) -> None:
    status, _, html = visit(f"{stand_in.base_url}/c/pay/cs_test_nothing")

    assert status == 404
    assert "There is no such payment" in html


def test_people_are_only_sent_back_where_the_command_line_allows(stand_in: StandIn) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client_of(stand_in).v1.checkout.sessions.create(gift(success_url="https://elsewhere.example/"))  # type: ignore[arg-type]

    assert refused.value.code == "url_invalid"

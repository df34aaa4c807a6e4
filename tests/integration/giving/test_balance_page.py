"""The page about money at Stripe: what agrees, what is disputed, what is on its way, in few statements."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.bank import balancing
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.settling import settle_charge, settle_session
from tests.builders import people
from tests.builders.giving import started
from tests.builders.stand_in import StandIn
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
URL = "/finance/stripe-balance"


@pytest.fixture
def finance(client: Client, books: Session, sign_in_as: SignIn) -> Client:
    """A finance officer at the door."""
    officer = people.user(books, Role.FINANCE)
    books.commit()
    sign_in_as(client, officer)
    return client


def test_it_tells_what_agrees_what_is_disputed_and_what_is_on_its_way(
    finance: Client, books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    assert "Not compared yet." in finance.get(URL).words
    stand_in.settings(available_after_days=0)
    for _ in range(3):
        donation = started(books, stripe, 2000)
        stand_in.pay(donation.session_id or "")
        settle_session(books, stripe, donation.session_id or "")
    stand_in.dispute(donation.charge_id or "")
    settle_charge(books, stripe, donation.charge_id or "")
    sent = stand_in.pay_out()
    settle_payout(books, stripe, sent["id"])
    balancing.prove(books, stripe)
    page = finance.get(URL)
    assert "They agree" in page.words
    assert "Taken back: answer at Stripe" in page.words
    assert "Not yet: Stripe has not said what of" in page.words
    stand_in.payout(sent["id"], "reconcile")
    settle_payout(books, stripe, sent["id"])
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append(statement)

    event.listen(books.connection(), "before_cursor_execute", note)
    page = finance.get(URL)
    event.remove(books.connection(), "before_cursor_execute", note)
    assert len(asked) <= 12, asked
    assert page.follow("Yes: its entries").status == 200


def test_a_gap_is_told_in_pounds(finance: Client, books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    stand_in.settings(clock_offset_seconds=-7200)
    stand_in.move("stripe_fee", -150)
    stand_in.settings(clock_offset_seconds=0)
    balancing.prove(books, stripe)
    page = finance.get(URL)
    assert "They do not agree" in page.words
    assert "−£1.50" in page.words
    assert "did not agree on this day" in finance.get("/finance/needs-a-look").words

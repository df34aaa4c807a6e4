"""What finance types of a request for several things: each for what it really cost, and the rest back to its fund."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from tests.builders import grants as build

KINDS = ("help-phone", "help-bedding", "help-id")
AGREED = 3_999 + 4_500 + 1_250
ENTER, RELEASE = 'form[action$="enter"]', 'form[action$="release"]'


def start(session: Session) -> tuple[build.Cast, GrantRequest]:
    """A phone, bedding and a certificate, agreed together."""
    build.money(session)
    who = build.cast(session)
    return who, build.agreed(session, who.worker, who.approver, more=[("bedding", 4_500), ("id", 1_250)])


def spent(session: Session) -> list[int]:
    return [ledger.balance_pence(session, kind) for kind in KINDS]


def test_each_thing_is_paid_for_what_it_cost_and_the_rest_goes_back(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    sign_in_as(client, who.finance.user)
    page = client.get("/payouts").follow("Enter request")
    assert page.one("#enter_payment-amount")["value"] == "97.49"
    assert [page.one(f'label[for="enter_payment-cost_{place}"]').get_text() for place in (1, 2, 3)] == ["Phone", "Bedding", "Id"]
    costs = {"cost_1": "38.00", "cost_2": "42", "cost_3": "12.50"}
    page = page.form(ENTER).fill(amount="92.50", **costs).submit()
    assert (page.status, "Say what becomes of the rest" in page.words) == (422, True)
    # What was typed of each stands there still.
    assert [page.one(f"#enter_payment-{name}")["value"] for name in costs] == list(costs.values())
    page = page.form(ENTER).fill(rest="last").submit()
    assert "The rest, £4.99 Goes back to the fund" in page.words
    assert (spent(session), ledger.balance_pence(session, chart.GRANTS_PAYABLE)) == ([3_999, 4_500, 1_250], AGREED)
    sign_in_as(client, who.finance_two.user)
    page = client.get(f"/payouts/{request.id}").form(RELEASE).submit("Release £92.50")
    session.refresh(request)
    assert (request.status, request.paid_pence, request.released_pence) == (Status.PAID, 9_250, 499)
    assert (spent(session), ledger.balance_pence(session, chart.GRANTS_PAYABLE)) == ([3_800, 4_200, 1_250], 0)
    assert ledger.available_pence(session, "public-giving") == ledger.balance_pence(session, chart.BANK) == 100_000 - 9_250
    assert "Agreed £97.49 · paid £92.50 · given back to the fund £4.99" in page.words


@pytest.mark.long
def test_what_one_bill_left_of_a_thing_goes_back_with_the_last_of_them(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    for amount, costs, rest in (("42", {"cost_2": "42"}, "part"), ("50", {"cost_1": "37.50", "cost_3": "12.50"}, "last")):
        sign_in_as(client, who.finance.user)
        client.get(f"/payouts/{request.id}").form(ENTER).fill(amount=amount, rest=rest, **costs).submit()
        sign_in_as(client, who.finance_two.user)
        client.get(f"/payouts/{request.id}").form(RELEASE).submit()
    session.refresh(request)
    assert (request.status, request.paid_pence, request.released_pence) == (Status.PAID, 9_200, AGREED - 9_200)
    assert spent(session) == [3_750, 4_200, 1_250]


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        # More than was agreed for one of them, though all together it is not.
        ({"cost_1": "45.00", "cost_2": "40.00", "cost_3": "5.00"}, 409),
        # Together not what is paid.
        ({"cost_1": "38.00", "cost_2": "42.00", "cost_3": "12.50"}, 409),
        pytest.param({"cost_1": "90.00"}, 409, marks=pytest.mark.long),
        pytest.param({"cost_1": "-10", "cost_2": "90", "cost_3": "10"}, 422, marks=pytest.mark.long),
        ({"cost_1": "about forty", "cost_2": "45.00", "cost_3": "5.01"}, 422),
    ],
)
def test_costs_that_are_not_what_was_agreed_or_paid_are_told_and_nothing_is_entered(
    client: Any, session: Session, sign_in_as: Any, typed: dict[str, str], status: int
) -> None:
    who, request = start(session)
    sign_in_as(client, who.finance.user)
    form = client.get(f"/payouts/{request.id}").form(ENTER)
    before = build.footprint(session)
    page = form.fill(amount="90.00", rest="last", **typed).submit()
    assert page.status == status
    assert page.soup.select("#errors li")
    assert [page.one(f"#enter_payment-{name}")["value"] for name in typed] == list(typed.values())
    assert build.footprint(session) == before

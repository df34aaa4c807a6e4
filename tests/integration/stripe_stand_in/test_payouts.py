"""Payouts and bank debits at the stand-in: what goes to the bank, comes back, and is told of it."""

from __future__ import annotations

import pytest
import stripe

from tests.builders.stand_in import StandIn, StandInFault
from tests.integration.stripe_stand_in.conftest import Opened


@pytest.fixture
def rich(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> list[str]:
    """Three gifts that can be paid out now: their charges."""
    stand_in.settings(available_after_days=0)
    found = []
    for pence in (500, 1000, 2000):
        intent = stand_in.pay(open_gift(pence).id)["payment_intent"]
        found.append(client.v1.charges.list({"payment_intent": intent}).data[0].id)
    return found


def told(client: stripe.StripeClient, kinds: str) -> list[str]:
    return [event.type for event in reversed(client.v1.events.list({"type": kinds}).data)]


def balance(client: stripe.StripeClient) -> int:
    found = client.v1.balance.retrieve()
    return found.available[0].amount + found.pending[0].amount


def test_a_payout_takes_what_is_available_and_tells_what_it_is_made_of(
    stand_in: StandIn, client: stripe.StripeClient, rich: list[str]
) -> None:
    made = stand_in.pay_out()
    assert (made["amount"], balance(client)) == (472 + 965 + 1950, 0)
    stand_in.payout(made["id"], "reconcile")
    first = client.v1.balance_transactions.list({"payout": made["id"], "limit": 2})
    assert first.has_more
    every = [(one.type, one.net) for one in first.auto_paging_iter()]
    assert every == [("payout", -3387), ("charge", 1950), ("charge", 965), ("charge", 472)]
    with pytest.raises(StandInFault):
        stand_in.pay_out()


def test_before_reconciliation_not_all_is_told_and_a_manual_one_never_tells(
    stand_in: StandIn, client: stripe.StripeClient, rich: list[str], open_gift: Opened
) -> None:
    made = stand_in.pay_out()
    assert len(client.v1.balance_transactions.list({"payout": made["id"]}).data) == 2
    stand_in.pay(open_gift(700).id)
    by_hand = stand_in.pay_out(manual=True)
    assert by_hand["reconciliation_status"] == "not_applicable"
    with pytest.raises(stripe.InvalidRequestError, match="not manual"):
        client.v1.balance_transactions.list({"payout": by_hand["id"]})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.balance_transactions.list({"payout": "po_nobody"})


def test_paid_may_turn_to_failed_and_the_money_is_paid_out_again(stand_in: StandIn, client: stripe.StripeClient, rich: list[str]) -> None:
    made = stand_in.pay_out()
    for deed in ("send", "arrive", "fail"):
        stand_in.payout(made["id"], deed)
    assert told(client, "payout.*") == ["payout.created", "payout.updated", "payout.paid", "payout.failed"]
    assert balance(client) == 3387
    again = stand_in.pay_out()
    stand_in.payout(again["id"], "reconcile")
    assert [one.type for one in client.v1.balance_transactions.list({"payout": again["id"]}).data] == ["payout", "payout_failure"]
    with pytest.raises(StandInFault):
        stand_in.payout(made["id"], "fail")
    assert [one.id for one in client.v1.payouts.list({"status": "failed"}).data] == [made["id"]]


def test_a_bank_debit_is_complete_and_unpaid_until_the_bank_answers(
    stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened
) -> None:
    session = open_gift(1000)
    charge = stand_in.pay_by_bank(session.id)
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.status, found.payment_status, charge[:3]) == ("complete", "unpaid", "py_")
    assert client.v1.balance_transactions.list().data == []
    stand_in.bank(charge, "accepts")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert told(client, "checkout.*") == ["checkout.session.completed", "checkout.session.async_payment_succeeded"]
    stand_in.bank(charge, "takes-back")
    after = client.v1.charges.retrieve(charge, {"expand": ["failure_balance_transaction"]}).to_dict()
    assert (after["status"], after["failure_balance_transaction"]["type"]) == ("failed", "payment_failure_refund")
    assert balance(client) == -35
    with pytest.raises(StandInFault):
        stand_in.bank(charge, "takes-back")


def test_a_bank_that_says_no_moves_no_money(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    charge = stand_in.pay_by_bank(open_gift(1000).id)
    stand_in.bank(charge, "refuses")
    assert told(client, "checkout.*")[-1] == "checkout.session.async_payment_failed"
    assert client.v1.balance_transactions.list().data == []
    for deed in ("accepts", "refuses", "takes-back"):
        with pytest.raises(StandInFault):
            stand_in.bank(charge, deed)

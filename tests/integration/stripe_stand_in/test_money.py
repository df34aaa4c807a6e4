"""Fees that come late, refunds, the balance, and paging through what moved."""

from __future__ import annotations

import time

import pytest
import stripe

from tests.builders.stand_in import StandIn
from tests.integration.stripe_stand_in.conftest import Opened


def pay(stand_in: StandIn, client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.Charge:
    """Pay a session; its charge."""
    intent = stand_in.pay(session.id)["payment_intent"]
    return client.v1.charges.list({"payment_intent": intent}).data[0]


def test_the_fee_comes_late_and_rings_charge_updated(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    stand_in.settings(fee_delay_seconds=3600)
    charge = pay(stand_in, client, open_gift(500))
    assert charge.balance_transaction is None
    assert client.v1.balance_transactions.list().data == []
    assert client.v1.events.list({"type": "charge.updated"}).data == []

    stand_in.advance(3601)

    # The clockwork wakes within a second.
    settled = stand_in.settle() or [charge.id]
    assert settled == [charge.id]
    [event] = client.v1.events.list({"type": "charge.updated"}).data
    assert event.data.previous_attributes.to_dict() == {"balance_transaction": None}  # type: ignore[union-attr]
    [txn] = client.v1.balance_transactions.list({"source": charge.id}).data
    assert (txn.amount, txn.fee, txn.net, txn.reporting_category) == (500, 28, 472, "charge")
    assert [(detail.amount, detail.type) for detail in txn.fee_details] == [(28, "stripe_fee")]


def test_refunds_take_what_is_left_and_no_more(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    charge = pay(stand_in, client, open_gift(1000))

    part = client.v1.refunds.create({"charge": charge.id, "amount": 300, "reason": "requested_by_customer", "metadata": {"case": "1"}})
    assert (part.status, part.amount, part.charge) == ("succeeded", 300, charge.id)
    with pytest.raises(stripe.InvalidRequestError, match=r"£8.00.*£7.00"):
        client.v1.refunds.create({"charge": charge.id, "amount": 800})
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 300

    rest = client.v1.refunds.create({"payment_intent": str(charge.payment_intent)})
    assert rest.amount == 700
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"

    after = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (after.amount_refunded, after.refunded) == (1000, True)
    assert [one.id for one in after.refunds.data] == [rest.id, part.id]  # type: ignore[union-attr]
    listed = client.v1.refunds.list({"charge": charge.id, "expand": ["data.balance_transaction"]}).data
    moves = [one.to_dict()["balance_transaction"] for one in listed]
    # The fee of the charge is kept: a refund neither costs nor gives back any.
    assert [(move["type"], move["amount"], move["fee"], move["net"]) for move in moves] == [
        ("refund", -700, 0, -700),
        ("refund", -300, 0, -300),
    ]


def test_a_declined_charge_cannot_be_refunded(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    intent = stand_in.decline(open_gift().id)["payment_intent"]
    [charge] = client.v1.charges.list({"payment_intent": intent}).data

    for params in (
        {"charge": charge.id},
        {"payment_intent": intent},
        {},
        {"charge": charge.id, "payment_intent": intent},
        {"charge": "ch_nothing"},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(params)  # type: ignore[arg-type]

    assert client.v1.refunds.list().data == []


def test_a_refund_may_wait_and_may_come_back(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    charge = pay(stand_in, client, open_gift(1000))
    stand_in.settings(refunds_begin="pending")
    refund = client.v1.refunds.create({"charge": charge.id})
    assert (refund.status, refund.balance_transaction) == ("pending", None)

    stand_in.finish_refund(refund.id)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert sum(txn.net for txn in client.v1.balance_transactions.list().data) == -35

    stand_in.fail_refund(refund.id)
    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]}).to_dict()
    assert (failed["status"], failed["failure_balance_transaction"]["reporting_category"]) == ("failed", "refund_failure")
    assert failed["failure_balance_transaction"]["net"] == 1000
    types = {event.type for event in client.v1.events.list({"types": ["refund.updated", "refund.failed", "refund.created"]}).data}
    assert types == {"refund.created", "refund.updated", "refund.failed"}


def test_the_balance_is_the_sum_of_what_moved(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    for pence in (500, 1000, 2000):
        pay(stand_in, client, open_gift(pence))
    balance = client.v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (472 + 965 + 1950, 0)

    stand_in.advance(3 * 86_400 + 1)

    balance = client.v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (0, 472 + 965 + 1950)
    assert {txn.status for txn in client.v1.balance_transactions.list().data} == {"available"}


def test_lists_are_newest_first_and_paged(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    for pence in (500, 600, 700, 800, 900):
        pay(stand_in, client, open_gift(pence))

    first = client.v1.balance_transactions.list({"limit": 2})
    assert ([txn.amount for txn in first.data], first.has_more) == ([900, 800], True)
    every = [txn.amount for txn in first.auto_paging_iter()]
    assert every == [900, 800, 700, 600, 500]
    back = client.v1.balance_transactions.list({"limit": 2, "ending_before": client.v1.balance_transactions.list({"limit": 3}).data[2].id})
    assert ([txn.amount for txn in back.data], back.has_more) == ([900, 800], False)


def test_a_history_can_be_written_with_the_clock_held_back(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    year = 365 * 86_400
    stand_in.settings(clock_offset_seconds=-year, held=True)
    charge = pay(stand_in, client, open_gift(1000))
    assert abs(time.time() - year - charge.created) < 60
    never_paid = open_gift(500)

    assert len(stand_in.drop()) == 4
    stand_in.settings(clock_offset_seconds=0, held=False)

    assert client.v1.balance.retrieve().available[0].amount == 965
    assert client.v1.checkout.sessions.retrieve(never_paid.id).status == "expired"


def test_lists_filter_by_time_type_and_status(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    early = pay(stand_in, client, open_gift(500))
    stand_in.advance(100)
    late = pay(stand_in, client, open_gift(600))
    client.v1.refunds.create({"charge": late.id})
    still_open = open_gift(700)

    since = client.v1.balance_transactions.list({"created": {"gte": late.created}})
    assert [txn.amount for txn in since.data] == [-600, 600]
    assert [txn.amount for txn in client.v1.balance_transactions.list({"created": {"lt": late.created}}).data] == [500]
    assert [txn.amount for txn in client.v1.balance_transactions.list({"type": "refund"}).data] == [-600]
    assert [one.id for one in client.v1.checkout.sessions.list({"status": "open"}).data] == [still_open.id]
    assert [one.id for one in client.v1.charges.list({"created": early.created}).data] == [early.id]

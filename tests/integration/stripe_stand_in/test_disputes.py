"""Disputes at the stand-in: the money, the fee, the events, and what cannot be done meanwhile."""

from __future__ import annotations

import pytest
import stripe

from tests.builders.stand_in import StandIn, StandInFault
from tests.integration.stripe_stand_in.conftest import Opened


@pytest.fixture
def charge(stand_in: StandIn, open_gift: Opened, client: stripe.StripeClient) -> stripe.Charge:
    """A paid gift of £10 whose fee is known."""
    intent = stand_in.pay(open_gift(1000).id)["payment_intent"]
    return client.v1.charges.list({"payment_intent": intent}).data[0]


def told(client: stripe.StripeClient) -> list[str]:
    return [event.type for event in reversed(client.v1.events.list({"type": "charge.dispute.*"}).data)]


def test_a_dispute_takes_the_amount_and_a_fee(stand_in: StandIn, client: stripe.StripeClient, charge: stripe.Charge) -> None:
    made = stand_in.dispute(charge.id)
    dispute = client.v1.disputes.retrieve(made["id"])
    assert (dispute.status, dispute.amount, dispute.is_charge_refundable) == ("needs_response", 1000, False)
    (taken,) = dispute.balance_transactions
    assert (taken.type, taken.reporting_category, taken.amount, taken.fee, taken.net) == ("adjustment", "dispute", -1000, 2000, -3000)
    assert told(client) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert client.v1.charges.retrieve(charge.id).disputed
    assert [one.id for one in client.v1.disputes.list({"charge": charge.id}).data] == [dispute.id]


def test_won_brings_the_money_back_and_the_fee_only_if_the_settings_say_so(
    stand_in: StandIn, client: stripe.StripeClient, charge: stripe.Charge
) -> None:
    stand_in.settings(dispute_fee_returned=True)
    made = stand_in.dispute(charge.id)
    won = stand_in.in_dispute(made["id"], "win")
    assert [one["net"] for one in won["balance_transactions"]] == [-3000, 3000]
    assert told(client)[2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert client.v1.refunds.create({"charge": charge.id}).amount == 1000


def test_a_question_moves_no_money_until_it_becomes_a_dispute(
    stand_in: StandIn, client: stripe.StripeClient, charge: stripe.Charge
) -> None:
    made = stand_in.dispute(charge.id, warning=True)
    assert (made["status"], made["balance_transactions"]) == ("warning_needs_response", [])
    with pytest.raises(StandInFault):
        stand_in.in_dispute(made["id"], "lose")
    after = stand_in.in_dispute(made["id"], "escalate")
    assert (after["status"], len(after["balance_transactions"])) == ("needs_response", 1)


def test_what_is_disputed_or_lost_cannot_be_refunded_nor_disputed_twice_at_once(
    stand_in: StandIn, client: stripe.StripeClient, charge: stripe.Charge
) -> None:
    made = stand_in.dispute(charge.id)
    for _ in ("open", "lost"):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"charge": charge.id})
        assert refused.value.code == "charge_disputed"
        if _ == "open":
            with pytest.raises(StandInFault):
                stand_in.dispute(charge.id)
            stand_in.in_dispute(made["id"], "lose")
    assert client.v1.refunds.list().data == []
    with pytest.raises(StandInFault):
        stand_in.in_dispute(made["id"], "win")


def test_part_may_come_back_and_once_only(stand_in: StandIn, charge: stripe.Charge) -> None:
    made = stand_in.dispute(charge.id, amount=800)
    part = stand_in.in_dispute(made["id"], "reinstate", amount=300)
    assert [one["amount"] for one in part["balance_transactions"]] == [-800, 300]
    for amount in (100, 801, 0):
        with pytest.raises(StandInFault):
            stand_in.in_dispute(made["id"], "reinstate", amount=amount)

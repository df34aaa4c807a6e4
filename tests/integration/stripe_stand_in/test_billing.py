"""Subscriptions, their invoices month by month, the portal, and the way back from a page that ran out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from fundapp.stripe_stand_in.billing import months_after
from tests.builders.stand_in import StandIn, StandInFault
from tests.builders.stripe_calls import monthly
from tests.integration.stripe_stand_in.conftest import Opened
from tests.integration.stripe_stand_in.test_paying import event_types, visit
from tests.integration.stripe_stand_in.test_shapes import gaps

Begun = Callable[..., stripe.Subscription]


@pytest.fixture
def begun(stand_in: StandIn, client: stripe.StripeClient) -> Begun:
    """A subscription that was paid for: `begun(500)`. Its fees are known at once."""
    stand_in.settings(fee_delay_seconds=0)

    def begin(pence: int = 1000) -> stripe.Subscription:
        session = client.v1.checkout.sessions.create(monthly(pence))  # type: ignore[arg-type]
        told = stand_in.pay(session.id, "mary@example.org")
        return client.v1.subscriptions.retrieve(told["subscription"])

    return begin


def invoices(client: stripe.StripeClient, subscription: stripe.Subscription) -> list[stripe.Invoice]:
    """Oldest first."""
    return client.v1.invoices.list({"subscription": subscription.id}).data[::-1]


def test_the_first_month_is_one_charge_that_its_invoice_leads_to(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun(500)
    (session,) = client.v1.checkout.sessions.list({"subscription": subscription.id}).data
    assert (session.mode, session.payment_status, session.payment_intent) == ("subscription", "paid", None)
    (invoice,) = invoices(client, subscription)
    assert (invoice.id, invoice.status, invoice.billing_reason) == (session.invoice, "paid", "subscription_create")
    found = client.v1.invoices.retrieve(invoice.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert found.payments is not None
    assert found.parent is not None
    intent: Any = found.payments.data[0].payment.payment_intent
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount, charge.paid, charge.metadata) == (500, True, stripe.StripeObject())
    assert found.parent.subscription_details is not None
    assert found.parent.subscription_details.metadata is not None
    assert found.parent.subscription_details.metadata["pledge_id"] == "one"
    back = client.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent.id}})
    assert [one.invoice for one in back.data] == [invoice.id]
    assert event_types(client) == [
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "charge.updated",
        "checkout.session.completed",
    ]


def test_every_field_of_what_is_billed_is_there(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    stand_in.card(subscription.id, "declines")
    stand_in.renew(subscription.id)
    portal = client.v1.billing_portal.sessions.create({"customer": str(subscription.customer)})
    told: dict[type, list[Any]] = {
        stripe.Subscription: list(client.v1.subscriptions.list().data),
        stripe.Invoice: list(client.v1.invoices.list().data),
        stripe.InvoicePayment: list(client.v1.invoice_payments.list().data),
        stripe.Customer: list(client.v1.customers.list().data),
        stripe.billing_portal.Session: [portal],
    }
    # Stripe leaves these out where they do not apply.
    sometimes = {"cash_balance", "deleted", "invoice_credit_balance", "sources", "subscriptions", "tax", "tax_ids", "confirmation_secret"}
    sometimes |= {
        "billed_until",
        "business_name",
        "individual_name",
        "threshold_reason",
        "payments",
        "total_margin_amounts",
        "presentment_details",
        "status_details",
    }
    for kind, ones in told.items():
        for one in ones:
            assert {gap for gap in gaps(kind, one.to_dict()) if gap.split()[0] not in sometimes} == set(), kind


def test_a_month_goes_by_on_the_stand_ins_own_clock(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    first = subscription["items"].data[0].current_period_end
    stand_in.advance(31 * 86_400)
    stand_in.deliver() if stand_in.webhook_url else None
    until = datetime.now(UTC).timestamp() + 5
    while len(invoices(client, subscription)) < 2:
        assert datetime.now(UTC).timestamp() < until
    told = client.v1.subscriptions.retrieve(subscription.id)
    assert told["items"].data[0].current_period_start == first
    assert [one.status for one in invoices(client, subscription)] == ["paid", "paid"]


def test_the_31st_is_the_last_day_of_a_shorter_month_and_the_31st_again_after_it() -> None:
    anchor = int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp())
    days = [datetime.fromtimestamp(months_after(anchor, count), UTC).strftime("%d %b %Y") for count in (1, 2, 13)]
    assert days == ["28 Feb 2026", "31 Mar 2026", "28 Feb 2027"]


def test_a_card_that_fails_is_tried_four_times_and_then_the_subscription_ends(
    stand_in: StandIn, client: stripe.StripeClient, begun: Begun
) -> None:
    subscription = begun()
    stand_in.card(subscription.id, "declines")
    stand_in.renew(subscription.id)
    invoice = invoices(client, subscription)[-1]
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert invoice.next_payment_attempt is not None
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    for _ in range(3):
        told = stand_in.try_invoice(invoice.id)
    assert (told["attempt_count"], told["next_payment_attempt"]) == (4, None)
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert ended.cancellation_details is not None
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")


def test_a_card_that_works_again_pays_and_the_subscription_goes_on(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    stand_in.card(subscription.id, "declines")
    stand_in.renew(subscription.id)
    stand_in.card(subscription.id, "works")
    stand_in.try_invoice(invoices(client, subscription)[-1].id)
    assert [one.status for one in invoices(client, subscription)] == ["paid", "paid"]
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_another_amount_is_for_the_months_to_come(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun(500)
    item = subscription["items"].data[0]
    price: Any = {"currency": "gbp", "product": str(item.price.product), "unit_amount": 800, "recurring": {"interval": "month"}}
    client.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"})
    stand_in.renew(subscription.id)
    assert [one.amount_paid for one in invoices(client, subscription)] == [500, 800]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price_data": price}]})
    assert refused.value.code == "stand_in_not_modelled"
    wrong = {**price, "product": "prod_other"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price_data": wrong}], "proration_behavior": "none"})
    assert refused.value.code == "resource_missing"


def test_nothing_is_asked_for_while_it_is_paused(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    client.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    stand_in.renew(subscription.id)
    assert [one.status for one in invoices(client, subscription)] == ["paid", "void"]
    client.v1.subscriptions.update(subscription.id, {"pause_collection": ""})
    assert client.v1.subscriptions.retrieve(subscription.id).pause_collection is None
    stand_in.renew(subscription.id)
    assert [one.status for one in invoices(client, subscription)] == ["paid", "void", "paid"]


def test_what_was_cancelled_is_cancelled_once_and_changed_no_more(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    assert client.v1.subscriptions.cancel(subscription.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as gone:
        client.v1.subscriptions.cancel(subscription.id)
    assert (gone.value.http_status, gone.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    stand_in.renew(subscription.id)
    assert len(invoices(client, subscription)) == 1
    assert client.v1.subscriptions.list().data == []
    assert len(client.v1.subscriptions.list({"status": "all"}).data) == 1


def test_an_invoice_can_be_paid_outside_stripe_without_a_charge(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    stand_in.card(subscription.id, "declines")
    stand_in.renew(subscription.id)
    invoice = invoices(client, subscription)[-1]
    paid = client.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid_off_stripe) == ("paid", 1000)
    assert [one.paid for one in client.v1.charges.list().data] == [False, True]


def test_a_session_of_one_kind_takes_nothing_of_the_other(client: stripe.StripeClient, open_gift: Opened) -> None:
    for params in (
        monthly(payment_intent_data={"description": "x"}),
        monthly(customer_creation="always"),
        monthly() | {"mode": "payment", "subscription_data": {}},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]
    with pytest.raises(stripe.InvalidRequestError):
        open_gift(subscription_data={"description": "x"})


def test_somebody_is_found_by_the_address_they_left(client: stripe.StripeClient, begun: Begun) -> None:
    begun()
    assert len(client.v1.customers.list({"email": "mary@example.org"}).data) == 1
    assert client.v1.customers.list({"email": "Mary@example.org"}).data == []


def test_the_page_asks_for_an_address_and_begins(stand_in: StandIn, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(monthly(500))  # type: ignore[arg-type]
    assert session.url
    assert "£5.00 a month" in visit(session.url)[2]
    assert visit(session.url, {"act": "pay", "email": ""})[0] == 422
    with pytest.raises(StandInFault, match="e-mail"):
        stand_in.pay(session.id)
    assert visit(session.url, {"act": "decline"})[0] == 200
    assert client.v1.subscriptions.list().data == []
    assert visit(session.url, {"act": "pay", "email": "mary@example.org"})[0] == 303
    assert len(client.v1.subscriptions.list().data) == 1


def test_the_portal_changes_the_card_and_stops(stand_in: StandIn, client: stripe.StripeClient, begun: Begun) -> None:
    subscription = begun()
    back = "http://localhost:8000/monthly/x"
    flow: Any = {"type": "payment_method_update", "after_completion": {"type": "redirect", "redirect": {"return_url": back}}}
    customer = str(subscription.customer)
    card = client.v1.billing_portal.sessions.create({"customer": customer, "return_url": back, "flow_data": flow})
    status, headers, _ = visit(card.url, {"act": "declines"})
    assert (status, headers["Location"]) == (303, back)
    stand_in.renew(subscription.id)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    visit(card.url, {"act": "stop", "subscription": subscription.id})
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    whole = client.v1.billing_portal.sessions.create({"customer": customer, "return_url": back})
    assert "did not go through" in visit(whole.url)[2]
    visit(whole.url, {"act": "stop", "subscription": subscription.id})
    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    stand_in.advance(3601)
    assert visit(whole.url)[0] == 404
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.billing_portal.sessions.create({"customer": "cus_nobody"})


def test_a_page_that_ran_out_leads_to_one_that_stands_in_for_it(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> None:
    session = open_gift(700, after_expiration={"recovery": {"enabled": True}}, metadata={"donation_id": "one"})
    assert session.after_expiration is not None
    assert session.after_expiration.recovery is not None
    assert session.after_expiration.recovery.url is None
    assert visit(f"{stand_in.base_url}/c/again/{session.id}")[0] == 404
    ended = client.v1.checkout.sessions.expire(session.id)
    assert ended.after_expiration is not None
    assert ended.after_expiration.recovery is not None
    way = ended.after_expiration.recovery.url
    assert way
    first, second = (visit(way)[1]["Location"] for _ in range(2))
    assert first == second
    again = client.v1.checkout.sessions.retrieve(first.rpartition("/")[2])
    assert again.metadata is not None
    assert (again.recovered_from, again.metadata["donation_id"], again.amount_total) == (session.id, "one", 700)
    assert again.id != session.id
    stand_in.pay(again.id)
    stand_in.advance(31 * 86_400)
    assert visit(way)[0] == 404

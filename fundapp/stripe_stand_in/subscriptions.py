"""Subscriptions: begun by a paid session, then changed, paused and cancelled through the API; and their customers."""

from __future__ import annotations

from typing import Any

from fundapp.stripe_stand_in import billing, ids, paying, shapes, shapes_billing
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid, missing, not_modelled
from fundapp.stripe_stand_in.store import Act


def pay(act: Act, session_id: str, email: str | None = None) -> Json:
    """Pay a subscription session: its customer, its subscription and the first invoice come into being. Raises StripeFault."""
    session = paying.open_session(act, session_id)
    email = email or session["customer_email"]
    if not email:
        raise invalid("A subscription needs an e-mail address.", code="email_missing", param="email")
    customer = _customer(act, email)
    subscription = _begin(act, session, customer)
    emit(act, "customer.created", customer)
    emit(act, "customer.subscription.created", subscription)
    invoice = billing.bill(act, subscription, "subscription_create")
    session |= {"status": "complete", "payment_status": "paid", "url": None, "customer": customer["id"]}
    session |= {"subscription": subscription["id"], "invoice": invoice["id"], "customer_details": shapes.customer(email)}
    act.save(session)
    act.forget("expire", session_id)
    emit(act, "checkout.session.completed", session)
    return session


def update(act: Act, subscription: Json, values: dict[str, Any]) -> Json:
    """Change the amount, pause, go on, or end with the period. Raises StripeFault for one that was cancelled."""
    _must_run(subscription, values)
    before: Json = {}
    for name in ("cancel_at_period_end", "metadata", "pause_collection"):
        if name in values:
            before[name] = subscription[name]
            subscription[name] = _merged(subscription[name], values[name]) if name == "metadata" else values[name]
    if subscription["pause_collection"] == {}:
        subscription["pause_collection"] = None
    if "cancel_at_period_end" in values:
        end = subscription["items"]["data"][0]["current_period_end"]
        subscription |= (
            {"cancel_at": end, "canceled_at": act.second} if values["cancel_at_period_end"] else dict.fromkeys(("cancel_at", "canceled_at"))
        )
    if "items" in values:
        before["items"] = subscription["items"]
        _reprice(act, subscription, values)
    act.save(subscription)
    emit(act, "customer.subscription.updated", subscription, previous=before)
    return subscription


def cancel(act: Act, subscription: Json) -> Json:
    """End it at once. One that has ended is not there any more, as far as this address goes."""
    if subscription["status"] not in billing.OPEN_TO_ALL:
        raise missing("subscription", subscription["id"])
    return billing.end(act, subscription, "cancellation_requested")


def update_customer(act: Act, customer: Json, values: dict[str, Any]) -> Json:
    """Change what is known of a customer."""
    for name in ("email", "name", "metadata"):
        if name in values:
            customer[name] = _merged(customer[name], values[name]) if name == "metadata" else values[name]
    act.save(customer)
    emit(act, "customer.updated", customer)
    return customer


def change_card(act: Act, customer_id: str, card: str) -> None:
    """From now on the customer's card works, or is declined."""
    act.get("customer", customer_id)
    act.hide(customer_id, act.hidden(customer_id) | {"card": card})


def _customer(act: Act, email: str) -> Json:
    customer_id = ids.new("cus", 14)
    prefix = customer_id[-8:].upper()
    return act.add(
        shapes_billing.customer_base() | {"id": customer_id, "created": act.second, "email": email, "invoice_prefix": prefix},
        {"card": "works"},
    )


def _begin(act: Act, session: Json, customer: Json) -> Json:
    hidden = act.hidden(session["id"])
    data: dict[str, Any] = hidden["subscription_data"]
    (line,) = hidden["line_items"]
    subscription_id, now = ids.new("sub"), act.second
    ends = billing.months_after(now, 1)
    item = {
        "id": ids.new("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": now,
        "current_period_end": ends,
        "current_period_start": now,
        "discounts": [],
        "metadata": {},
        "price": line["price"],
        "quantity": 1,
        "subscription": subscription_id,
        "tax_rates": [],
    }
    begun = shapes_billing.subscription_base() | {
        "id": subscription_id,
        "billing_cycle_anchor": now,
        "created": now,
        "customer": customer["id"],
        "default_payment_method": ids.new("pm"),
        "description": data.get("description"),
        "items": {"object": "list", "data": [item], "has_more": False, "url": f"/v1/subscription_items?subscription={subscription_id}"},
        "metadata": data.get("metadata", {}),
        "start_date": now,
    }
    act.remind("renew", subscription_id, ends)
    return act.add(begun)


def _must_run(subscription: Json, values: dict[str, Any]) -> None:
    if subscription["status"] in billing.OPEN_TO_ALL or set(values) <= {"metadata", "expand"}:
        return
    raise invalid("A canceled subscription can only update its cancellation_details and metadata.")


def _reprice(act: Act, subscription: Json, values: dict[str, Any]) -> None:
    item = subscription["items"]["data"][0]
    for place, given in enumerate(values["items"]):
        if given.get("id") != item["id"]:
            raise missing("subscription_item", str(given.get("id"))[:100], param=f"items[{place}][id]", status=400)
        data = given["price_data"]
        if data["product"] != item["price"]["product"]:
            raise missing("product", data["product"][:100], param=f"items[{place}][price_data][product]", status=400)
        if values.get("proration_behavior") != "none":
            raise not_modelled("prorations: say proration_behavior=none", "proration_behavior")
        price = shapes.price(data["unit_amount"]) | {"id": ids.new("price"), "created": act.second, "product": data["product"]}
        item["price"] = shapes_billing.month_of(price)


def _merged(labels: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    return labels | given

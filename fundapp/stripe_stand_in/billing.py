"""Invoices of subscriptions, on the stand-in's own clock: made each month, paid, tried again, given up, voided."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

from fundapp.stripe_stand_in import ids, paying, shapes, shapes_billing
from fundapp.stripe_stand_in.balance import DAY, settle_charge
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid
from fundapp.stripe_stand_in.store import Act

# How long after each failed try the next one comes; after the last of them the subscription is cancelled.
RETRY_DAYS = (3, 5, 7)
OPEN_TO_ALL = ("active", "past_due")


def months_after(anchor: int, months: int) -> int:
    """The same moment so many months on; the 31st becomes the last day of a shorter month, and the 31st again after it."""
    start = datetime.fromtimestamp(anchor, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def bill(act: Act, subscription: Json, reason: str) -> Json:
    """Make the invoice for the period that the subscription's item is in, and ask for its money."""
    invoice = act.add(_invoice(act, subscription, reason))
    subscription["latest_invoice"] = invoice["id"]
    act.save(subscription)
    emit(act, "invoice.created", invoice)
    if subscription["pause_collection"] is not None:
        return void(act, invoice)
    emit(act, "invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        return _paid(act, invoice)
    return attempt(act, invoice["id"])


def attempt(act: Act, invoice_id: str) -> Json:
    """Ask for the money of an open invoice: the customer's card works, or it does not."""
    invoice = act.get("invoice", invoice_id)
    act.forget("retry", invoice_id)
    if invoice["status"] != "open":
        return invoice
    customer = act.get("customer", invoice["customer"])
    intent = _intent(act, invoice, customer)
    works = act.hidden(customer["id"]).get("card", "works") == "works"
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if not works:
        return _declined(act, invoice, intent, customer)
    charge = paying.approve(act, intent, customer["email"])
    paid = _paid(act, invoice)
    delay = act.settings.fee_delay_seconds
    if delay:
        act.remind("settle", charge["id"], act.now + delay)
    else:
        settle_charge(act, charge["id"])
    return paid


def renew(act: Act, subscription_id: str) -> None:
    """The clockwork's part: a month is over. Another begins, or the subscription ends with it."""
    subscription = act.get("subscription", subscription_id)
    act.forget("renew", subscription_id)
    if subscription["status"] not in OPEN_TO_ALL:
        return
    if subscription["cancel_at_period_end"]:
        end(act, subscription, "cancellation_requested")
        return
    item = subscription["items"]["data"][0]
    begins, anchor = item["current_period_end"], subscription["billing_cycle_anchor"]
    months = 1
    while months_after(anchor, months) <= begins:
        months += 1
    item |= {"current_period_start": begins, "current_period_end": months_after(anchor, months)}
    act.save(subscription)
    act.remind("renew", subscription_id, item["current_period_end"])
    emit(act, "customer.subscription.updated", subscription)
    bill(act, subscription, "subscription_cycle")


def retry(act: Act, invoice_id: str) -> None:
    """The clockwork's part: the day of another try has come."""
    attempt(act, invoice_id)


def pay_outside(act: Act, invoice: Json) -> Json:
    """Mark an open invoice paid by money that never came through Stripe. Raises StripeFault when it is not open."""
    _must_be_open(invoice)
    return _paid(act, invoice | {"amount_paid_off_stripe": invoice["amount_due"]}, through_us=False)


def void(act: Act, invoice: Json) -> Json:
    """Nobody owes it any more. Raises StripeFault when it is not open."""
    _must_be_open(invoice)
    act.forget("retry", invoice["id"])
    moments = invoice["status_transitions"] | {"voided_at": act.second}
    invoice |= {"status": "void", "auto_advance": False, "next_payment_attempt": None, "status_transitions": moments}
    act.save(invoice)
    emit(act, "invoice.voided", invoice)
    return invoice


def end(act: Act, subscription: Json, reason: str) -> Json:
    """Cancel a subscription at once: nothing more is asked for; what is open stays open and is tried no more."""
    details = subscription["cancellation_details"] | {"reason": reason}
    subscription |= {"status": "canceled", "canceled_at": act.second, "ended_at": act.second, "cancellation_details": details}
    act.forget("renew", subscription["id"])
    act.save(subscription)
    for invoice in invoices_of(act, subscription["id"]):
        if invoice["status"] == "open":
            act.forget("retry", invoice["id"])
            act.save(invoice | {"auto_advance": False, "next_payment_attempt": None})
    emit(act, "customer.subscription.deleted", subscription)
    return subscription


def invoices_of(act: Act, subscription_id: str) -> list[Json]:
    """A subscription's invoices, oldest first."""
    return act.all_with("invoice", "parent.subscription_details.subscription", subscription_id)


def payments_of(act: Act, invoice_id: str) -> list[Json]:
    """An invoice's payments, oldest first."""
    return act.all_with("invoice_payment", "invoice", invoice_id)


def _must_be_open(invoice: Json) -> None:
    if invoice["status"] != "open":
        message = "This invoice is not open" if invoice["status"] != "paid" else "Invoice is already paid"
        raise invalid(message, code="invoice_already_paid" if invoice["status"] == "paid" else "invoice_not_open")


def _invoice(act: Act, subscription: Json, reason: str) -> Json:
    item = subscription["items"]["data"][0]
    price = item["price"]
    invoice_id, pence = ids.new("in"), price["unit_amount"] * item["quantity"]
    customer = act.get("customer", subscription["customer"])
    period = {"start": item["current_period_start"], "end": item["current_period_end"]}
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    of_item = {"invoice_item": None, "proration": False, "proration_details": None, "subscription": subscription["id"]}
    line = shapes_billing.invoice_line_base() | {
        "id": ids.new("il"),
        "amount": pence,
        "description": "A month",
        "invoice": invoice_id,
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": of_item | {"subscription_item": item["id"]},
            "type": "subscription_item_details",
        },
        "period": period,
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "subscription": subscription["id"],
        "subtotal": pence,
    }
    made = shapes_billing.invoice_base() | {
        "id": invoice_id,
        "amount_due": pence,
        "amount_remaining": pence,
        "billing_reason": reason,
        "created": act.second,
        "customer": customer["id"],
        "customer_email": customer["email"],
        "effective_at": act.second,
        "lines": {"object": "list", "data": [line], "has_more": False, "url": f"/v1/invoices/{invoice_id}/lines"},
        "number": f"STANDIN-{ids.new('n', 8)[2:].upper()}",
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        # An invoice stands for the month before it, but for the first: then both are the same moment.
        "period_end": item["current_period_start"],
        "period_start": item["current_period_start"],
        "subtotal": pence,
        "subtotal_excluding_tax": pence,
        "total": pence,
        "total_excluding_tax": pence,
    }
    made["status_transitions"] |= {"finalized_at": act.second}
    return made


def _intent(act: Act, invoice: Json, customer: Json) -> Json:
    """The payment intent of an invoice, made at the first try. It carries no metadata: Stripe copies none to it."""
    for payment in payments_of(act, invoice["id"]):
        return act.get("payment_intent", payment["payment"]["payment_intent"])
    first = invoice["billing_reason"] == "subscription_create"
    intent_id = ids.new("pi")
    intent = shapes.intent_base() | {
        "id": intent_id,
        "amount": invoice["amount_due"],
        "client_secret": f"{intent_id}_secret_{ids.new('x')[2:]}",
        "created": act.second,
        "customer": customer["id"],
        "description": "Subscription creation" if first else "Subscription update",
        "metadata": {},
        "receipt_email": None,
        "statement_descriptor_suffix": None,
    }
    act.add(
        {
            "id": ids.new("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": act.second,
            "currency": "gbp",
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent_id, "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )
    return act.add(intent)


def _declined(act: Act, invoice: Json, intent: Json, customer: Json) -> Json:
    paying.refuse(act, intent, customer["email"])
    tries = invoice["attempt_count"]
    again = act.second + RETRY_DAYS[tries - 1] * DAY if tries <= len(RETRY_DAYS) else None
    act.save(invoice | {"next_payment_attempt": again})
    invoice = act.get("invoice", invoice["id"])
    emit(act, "invoice.payment_failed", invoice)
    subscription = _subscription(act, invoice)
    if subscription["status"] == "active":
        subscription["status"] = "past_due"
        act.save(subscription)
        emit(act, "customer.subscription.updated", subscription, previous={"status": "active"})
    if again is not None:
        act.remind("retry", invoice["id"], again)
    elif subscription["status"] in OPEN_TO_ALL:
        end(act, subscription, "payment_failed")
    return invoice


def _paid(act: Act, invoice: Json, *, through_us: bool = True) -> Json:
    act.forget("retry", invoice["id"])
    moments = invoice["status_transitions"] | {"paid_at": act.second}
    paid = {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "auto_advance": False}
    invoice |= paid | {"next_payment_attempt": None, "attempted": True, "status_transitions": moments}
    act.save(invoice)
    for payment in payments_of(act, invoice["id"]):
        done = {"paid_at": act.second} if through_us else {"canceled_at": act.second}
        moments = payment["status_transitions"] | done
        state = {"status": "paid", "amount_paid": payment["amount_requested"]} if through_us else {"status": "canceled"}
        payment = act.save(payment | state | {"status_transitions": moments})
        if through_us:
            emit(act, "invoice_payment.paid", payment)
    subscription = _subscription(act, invoice)
    if subscription["status"] == "past_due":
        subscription["status"] = "active"
        act.save(subscription)
        emit(act, "customer.subscription.updated", subscription, previous={"status": "past_due"})
    emit(act, "invoice.paid", invoice)
    emit(act, "invoice.payment_succeeded", invoice)
    return invoice


def _subscription(act: Act, invoice: Json) -> Json:
    return act.get("subscription", invoice["parent"]["subscription_details"]["subscription"])

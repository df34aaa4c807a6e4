"""What happens when a person pays or is declined: the payment intent, the charge, and the events of both."""

from __future__ import annotations

from typing import Any

from fundapp.stripe_stand_in import checkout, ids, shapes
from fundapp.stripe_stand_in.balance import settle_charge
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid
from fundapp.stripe_stand_in.store import Act

DECLINED = "Your card was declined."
PREFIX = "STAND-IN"


def pay(act: Act, session_id: str, email: str | None = None) -> Json:
    """Pay an open session in full. Returns the session; raises StripeFault when it is not open."""
    session = open_session(act, session_id)
    intent = intent_of(act, session)
    email = email or session["customer_email"]
    charge = approve(act, intent, email)
    session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None}
    session["customer_details"] = shapes.customer(email)
    act.save(session)
    act.forget("expire", session_id)
    emit(act, "checkout.session.completed", session)
    delay = act.settings.fee_delay_seconds
    if delay:
        act.remind("settle", charge["id"], act.now + delay)
    else:
        settle_charge(act, charge["id"])
    return session


def decline(act: Act, session_id: str, email: str | None = None, card: str | None = None) -> Json:
    """The card is declined. The session stays open, so that the person can try again. `card` is its fingerprint, else the usual one."""
    session = open_session(act, session_id)
    intent = intent_of(act, session)
    # A subscription's session names no payment intent: its invoice would.
    if session["mode"] == "payment":
        session = act.save(session | {"payment_intent": intent["id"]})
    refuse(act, intent, email or session["customer_email"], card)
    return session


def approve(act: Act, intent: Json, email: str | None) -> Json:
    """The bank agrees: the charge, and the bells of both."""
    charge = act.add(charge_of(act, intent, email) | shapes.approved(intent["amount"]))
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"], "last_payment_error": None}
    act.save(intent)
    emit(act, "charge.succeeded", charge)
    emit(act, "payment_intent.succeeded", intent)
    return charge


def refuse(act: Act, intent: Json, email: str | None, card: str | None = None) -> None:
    """The bank says no: the failed charge, and the bells of both."""
    tried = charge_of(act, intent, email) | shapes.declined(DECLINED)
    if card:
        tried["payment_method_details"]["card"]["fingerprint"] = card
    charge = act.add(tried)
    error = {
        "charge": charge["id"],
        "code": "card_declined",
        "decline_code": "generic_decline",
        "doc_url": "https://docs.stripe.com/error-codes#card-declined",
        "message": DECLINED,
        "type": "card_error",
    }
    intent = act.save(intent | {"status": "requires_payment_method", "latest_charge": charge["id"], "last_payment_error": error})
    emit(act, "charge.failed", charge)
    emit(act, "payment_intent.payment_failed", intent)


def open_session(act: Act, session_id: str) -> Json:
    """A session that can be paid. Raises StripeFault when it cannot any more."""
    session = checkout.current(act, session_id)
    if session["status"] != "open":
        raise invalid(f"This Checkout Session is {session['status']}.", code="checkout_session_not_open")
    return session


def intent_of(act: Act, session: Json) -> Json:
    """The session's payment intent; made at the first attempt, as Checkout does."""
    found = act.find("payment_intent", session["payment_intent"])
    if found is not None:
        return found
    data: dict[str, Any] = act.hidden(session["id"])["payment_intent_data"]
    intent_id = ids.new("pi")
    intent = shapes.intent_base() | {
        "id": intent_id,
        "amount": session["amount_total"],
        "client_secret": f"{intent_id}_secret_{ids.new('x')[2:]}",
        "created": act.second,
        "description": data.get("description"),
        "metadata": data.get("metadata", {}),
        "receipt_email": data.get("receipt_email"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
    }
    return act.add(intent)


def charge_of(act: Act, intent: Json, email: str | None) -> Json:
    """A charge by card of all that the intent is about, before it is known whether it goes through."""
    suffix = intent["statement_descriptor_suffix"]
    return shapes.charge_base() | {
        "id": ids.new("ch"),
        "amount": intent["amount"],
        "billing_details": {"address": shapes.no_address(), "email": email, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": f"{PREFIX}* {suffix}" if suffix else PREFIX,
        "created": act.second,
        "customer": intent["customer"],
        "description": intent["description"],
        # Stripe copies the payment intent's metadata to each charge it makes.
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "payment_method": ids.new("pm"),
        "payment_method_details": shapes.card(intent["amount"]),
        "receipt_email": intent["receipt_email"],
        "statement_descriptor_suffix": suffix,
    }

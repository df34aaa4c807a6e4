"""Payment by bank debit: the page is complete and unpaid, the bank says yes or no days later, and no after yes weeks later."""

from __future__ import annotations

from fundapp.stripe_stand_in import ids, paying, shapes, shapes_money
from fundapp.stripe_stand_in.balance import DAY, settle_charge, write_transaction
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid, not_modelled
from fundapp.stripe_stand_in.store import Act

ANSWERS_AFTER = 3 * DAY
REFUSED = "The customer's bank account has insufficient funds."


def begin(act: Act, session_id: str, email: str | None = None) -> Json:
    """The person agrees at the page; the bank is asked. Returns the session; raises StripeFault when it is not open."""
    session = paying.open_session(act, session_id)
    if session["mode"] != "payment":
        raise not_modelled("a subscription by bank debit")
    intent = paying.intent_of(act, session)
    email = email or session["customer_email"]
    charge = act.add(paying.charge_of(act, intent, email) | shapes_money.bank_debit(ids.new("py")))
    intent = act.save(intent | {"status": "processing", "latest_charge": charge["id"], "last_payment_error": None})
    session |= {"status": "complete", "payment_status": "unpaid", "payment_intent": intent["id"], "url": None}
    session["customer_details"] = shapes.customer(email)
    act.save(session)
    act.forget("expire", session_id)
    act.remind("debit", charge["id"], act.now + ANSWERS_AFTER)
    emit(act, "charge.pending", charge)
    emit(act, "payment_intent.processing", intent)
    emit(act, "checkout.session.completed", session)
    return session


def succeed(act: Act, charge_id: str) -> Json:
    """The bank says yes."""
    charge, intent, session = _pending(act, charge_id)
    charge = act.save(charge | shapes.approved(charge["amount"]))
    intent = act.save(intent | {"status": "succeeded", "amount_received": intent["amount"]})
    session = act.save(session | {"payment_status": "paid"})
    emit(act, "charge.succeeded", charge)
    emit(act, "payment_intent.succeeded", intent)
    emit(act, "checkout.session.async_payment_succeeded", session)
    if act.settings.fee_delay_seconds:
        act.remind("settle", charge_id, act.now + act.settings.fee_delay_seconds)
    else:
        settle_charge(act, charge_id)
    return charge


def succeed_if_due(act: Act, charge_id: str) -> None:
    """The clockwork's part: a bank that nobody had answer otherwise says yes."""
    act.forget("debit", charge_id)
    if act.get("charge", charge_id)["status"] == "pending":
        succeed(act, charge_id)


def refuse(act: Act, charge_id: str) -> Json:
    """The bank says no. No money ever moved."""
    charge, intent, session = _pending(act, charge_id)
    charge = act.save(charge | shapes_money.bank_refused(REFUSED))
    intent = act.save(intent | {"status": "requires_payment_method", "last_payment_error": _error(charge)})
    emit(act, "charge.failed", charge)
    emit(act, "payment_intent.payment_failed", intent)
    emit(act, "checkout.session.async_payment_failed", session)
    return charge


def take_back(act: Act, charge_id: str) -> Json:
    """The bank had said yes, the money was in the balance, and now it says no."""
    charge = act.get("charge", charge_id)
    if charge["status"] != "succeeded" or charge["balance_transaction"] is None or not charge_id.startswith("py_"):
        raise invalid(f"This charge is {charge['status']}, or its fee is not known, or no bank debit.")
    if charge["amount_refunded"] or charge["disputed"]:
        raise invalid("This charge was refunded or disputed.")
    amount = -charge["amount"]
    back = write_transaction(
        act, kind="payment_failure_refund", category="charge_failure", amount=amount, fee=0, source=charge_id, description="PAYMENT FAILED"
    )
    failed = shapes_money.bank_refused(REFUSED) | {"failure_balance_transaction": back["id"]}
    charge = act.save(charge | failed)
    intent = act.get("payment_intent", charge["payment_intent"])
    intent = act.save(intent | {"status": "requires_payment_method", "amount_received": 0, "last_payment_error": _error(charge)})
    emit(act, "charge.failed", charge, previous={"status": "succeeded", "paid": True})
    emit(act, "payment_intent.payment_failed", intent)
    return charge


def _pending(act: Act, charge_id: str) -> tuple[Json, Json, Json]:
    charge = act.get("charge", charge_id)
    if charge["status"] != "pending":
        raise invalid(f"This charge is {charge['status']}.")
    act.forget("debit", charge_id)
    intent = act.get("payment_intent", charge["payment_intent"])
    return charge, intent, act.all_with("checkout.session", "payment_intent", intent["id"])[0]


def _error(charge: Json) -> Json:
    return {
        "charge": charge["id"],
        "code": "payment_method_provider_decline",
        "message": REFUSED,
        "type": "card_error",
    }

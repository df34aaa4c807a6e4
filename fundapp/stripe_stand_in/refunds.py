"""Refunds: whole or in part, each with a balance transaction of its own; the fee of the charge is kept."""

from __future__ import annotations

from typing import Any

from fundapp.stripe_stand_in import disputes, ids, shapes
from fundapp.stripe_stand_in.balance import write_transaction
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, StripeFault, invalid
from fundapp.stripe_stand_in.store import Act


def create(act: Act, values: dict[str, Any]) -> Json:
    """Refund a charge, up to what is left of it. Raises StripeFault when it is over that, or there is nothing to refund."""
    charge = _charge(act, values)
    disputes.forbid_refund(act, charge)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = values.get("amount", left)
    if amount > left:
        message = f"Refund amount ({_pounds(amount)}) is greater than unrefunded amount on charge ({_pounds(left)})"
        raise invalid(message, param="amount")
    pending = act.settings.refunds_begin == "pending"
    refund = act.add(_refund(act, charge, amount, values, status="pending" if pending else "succeeded"))
    if not pending:
        _move_money(act, refund)
    _count(act, charge, amount)
    emit(act, "refund.created", refund)
    emit(act, "charge.refunded", act.get("charge", charge["id"]), previous={"amount_refunded": charge["amount_refunded"]})
    return refund


def update(act: Act, refund: Json, values: dict[str, Any]) -> Json:
    """Change a refund's metadata, which is all that Stripe lets one change."""
    if "metadata" in values:
        previous = {"metadata": refund["metadata"]}
        refund["metadata"] = (refund["metadata"] | values["metadata"]) if values["metadata"] else {}
        act.save(refund)
        emit(act, "refund.updated", refund, previous=previous)
    return refund


def finish(act: Act, refund_id: str) -> Json:
    """A pending refund has gone through (control API)."""
    refund = act.get("refund", refund_id)
    if refund["status"] != "pending":
        raise invalid(f"This refund is {refund['status']}.")
    refund["status"] = "succeeded"
    refund["pending_reason"] = None
    _move_money(act, refund)
    emit(act, "refund.updated", refund, previous={"status": "pending", "balance_transaction": None})
    return refund


def fail(act: Act, refund_id: str) -> Json:
    """A refund came back from the donor's bank (control API): the money returns to the balance; the donor is still owed it."""
    refund = act.get("refund", refund_id)
    if refund["status"] not in {"pending", "succeeded"}:
        raise invalid(f"This refund is {refund['status']}.")
    before = refund["status"]
    refund |= {"status": "failed", "pending_reason": None, "failure_reason": "lost_or_stolen_card"}
    if refund["balance_transaction"]:
        amount, source = refund["amount"], refund["id"]
        back = write_transaction(act, kind="refund_failure", amount=amount, fee=0, source=source, description="REFUND FAILURE")
        refund["failure_balance_transaction"] = back["id"]
    act.save(refund)
    _count(act, act.get("charge", refund["charge"]), -refund["amount"])
    emit(act, "refund.updated", refund, previous={"status": before})
    emit(act, "refund.failed", refund, previous={"status": before})
    return refund


def _charge(act: Act, values: dict[str, Any]) -> Json:
    if ("charge" in values) == ("payment_intent" in values):
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message, code="parameter_missing")
    charge_id = values.get("charge")
    if charge_id is None:
        intent = act.get("payment_intent", values["payment_intent"], param="payment_intent", status=400)
        charge_id = intent["latest_charge"] or ""
        if intent["status"] != "succeeded":
            raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent")
    charge = act.get("charge", charge_id, param="charge", status=400)
    if not charge["paid"]:
        raise StripeFault(400, "invalid_request_error", f"Charge {charge_id} has not succeeded and cannot be refunded.", param="charge")
    return charge


def _refund(act: Act, charge: Json, amount: int, values: dict[str, Any], *, status: str) -> Json:
    return shapes.refund_base() | {
        "id": ids.new("re"),
        "amount": amount,
        "charge": charge["id"],
        "created": act.second,
        "metadata": values.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "pending_reason": "processing" if status == "pending" else None,
        "reason": values.get("reason"),
        "status": status,
    }


def _move_money(act: Act, refund: Json) -> None:
    kind, amount = ("payment_refund" if refund["charge"].startswith("py_") else "refund"), -refund["amount"]
    txn = write_transaction(act, kind=kind, category="refund", amount=amount, fee=0, source=refund["id"], description="REFUND FOR CHARGE")
    refund["balance_transaction"] = txn["id"]
    act.save(refund)


def _count(act: Act, charge: Json, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    act.save(charge | {"amount_refunded": refunded, "refunded": refunded == charge["amount"]})


def _pounds(pence: int) -> str:
    return f"£{pence // 100}.{pence % 100:02d}"

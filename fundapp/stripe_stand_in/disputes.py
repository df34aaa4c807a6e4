"""Disputes: a donor's bank asks, takes the money back with a fee, and gives all, some or none of it back."""

from __future__ import annotations

from typing import Any

from fundapp.stripe_stand_in import ids, shapes_money
from fundapp.stripe_stand_in.balance import write_transaction
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid
from fundapp.stripe_stand_in.store import Act

WARNINGS = ("warning_needs_response", "warning_under_review")
CLOSED = ("won", "lost", "warning_closed", "prevented")
DAYS_TO_ANSWER = 7 * 86_400


def opened(act: Act, charge_id: str, values: dict[str, Any]) -> Json:
    """A bank disputes a charge (control API). `warning`: it only asks; `prevented`: it was headed off; `withdrawn`: false leaves the
    money for a later control, as Stripe may do seconds or days after.
    """
    charge = act.get("charge", charge_id)
    amount = values.get("amount", charge["amount"])
    if charge["status"] != "succeeded":
        raise invalid(f"This charge is {charge['status']}.")
    if type(amount) is not int or not 0 < amount <= charge["amount"]:
        raise ValueError("amount is a whole number of pence, of the charge at most.")
    if any(one["status"] not in CLOSED for one in act.all_with("dispute", "charge", charge_id)):
        raise invalid("This charge is disputed already.")
    asks, prevented = bool(values.get("warning")), bool(values.get("prevented"))
    status = "prevented" if prevented else WARNINGS[0] if asks else "needs_response"
    fresh = {
        "id": ids.new("du"),
        "amount": amount,
        "charge": charge_id,
        "created": act.second,
        "payment_intent": charge["payment_intent"],
        "reason": values.get("reason", "fraudulent"),
        "status": status,
        "is_charge_refundable": asks,
    }
    dispute = act.add(shapes_money.dispute_base(act.second + DAYS_TO_ANSWER) | fresh)
    act.save(charge | {"disputed": True})
    emit(act, "charge.dispute.created", dispute)
    if status == "needs_response" and values.get("withdrawn", True):
        dispute = withdraw(act, dispute["id"])
    return dispute


def withdraw(act: Act, dispute_id: str) -> Json:
    """The bank takes the amount, and Stripe its fee. Done once."""
    dispute = _open(act, dispute_id)
    if dispute["balance_transactions"]:
        raise invalid("The money was taken already.")
    _move(act, dispute, -dispute["amount"], act.settings.dispute_fee_pence, "dispute")
    emit(act, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def escalate(act: Act, dispute_id: str) -> Json:
    """A bank that only asked now disputes."""
    dispute = _open(act, dispute_id)
    if dispute["status"] not in WARNINGS:
        raise invalid(f"This dispute is {dispute['status']}.")
    before = {"status": dispute["status"]}
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    act.save(dispute)
    emit(act, "charge.dispute.updated", dispute, previous=before)
    return withdraw(act, dispute_id)


def review(act: Act, dispute_id: str) -> Json:
    """The bank has the evidence and thinks about it."""
    dispute = _open(act, dispute_id)
    before = {"status": dispute["status"]}
    dispute["status"] = WARNINGS[1] if dispute["status"] in WARNINGS else "under_review"
    dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
    act.save(dispute)
    emit(act, "charge.dispute.updated", dispute, previous=before)
    return dispute


def reinstate(act: Act, dispute_id: str, amount: int | None = None) -> Json:
    """Money comes back: what was taken, or part of it; once. The fee comes back with it if the settings say so."""
    dispute = act.get("dispute", dispute_id)
    if len(dispute["balance_transactions"]) != 1:
        raise invalid("No money was taken, or some came back already.")
    back = dispute["amount"] if amount is None else amount
    if type(back) is not int or not 0 < back <= dispute["amount"]:
        raise ValueError("amount is a whole number of pence, of the dispute at most.")
    fee = -act.settings.dispute_fee_pence if act.settings.dispute_fee_returned else 0
    _move(act, dispute, back, fee, "dispute_reversal")
    emit(act, "charge.dispute.funds_reinstated", dispute)
    return dispute


def close(act: Act, dispute_id: str, outcome: str) -> Json:
    """It ends: won (what was taken comes back first), lost, or a question that led no further."""
    dispute = _open(act, dispute_id)
    asked = dispute["status"] in WARNINGS
    if asked != (outcome == "warning_closed"):
        raise invalid(f"This dispute is {dispute['status']}.")
    if outcome == "won" and len(dispute["balance_transactions"]) == 1:
        dispute = reinstate(act, dispute_id)
    before = {"status": dispute["status"]}
    dispute |= {"status": outcome, "is_charge_refundable": outcome != "lost"}
    act.save(dispute)
    emit(act, "charge.dispute.closed", dispute, previous=before)
    return dispute


def overturn(act: Act, dispute_id: str) -> Json:
    """A lost dispute turns out won after all, weeks later: banks do that."""
    dispute = act.get("dispute", dispute_id)
    if dispute["status"] != "lost":
        raise invalid(f"This dispute is {dispute['status']}.")
    if len(dispute["balance_transactions"]) == 1:
        dispute = reinstate(act, dispute_id)
    dispute |= {"status": "won", "is_charge_refundable": True}
    act.save(dispute)
    emit(act, "charge.dispute.updated", dispute, previous={"status": "lost"})
    return dispute


def forbid_refund(act: Act, charge: Json) -> None:
    """Raise StripeFault where the donor's bank has the money, or has yet to say who gets it."""
    standing = act.all_with("dispute", "charge", charge["id"])
    if any(not one["is_charge_refundable"] and one["status"] != "prevented" for one in standing):
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")


def _open(act: Act, dispute_id: str) -> Json:
    dispute = act.get("dispute", dispute_id)
    if dispute["status"] in CLOSED:
        raise invalid("This dispute is already closed.")
    return dispute


def _move(act: Act, dispute: Json, amount: int, fee: int, category: str) -> None:
    words = "Chargeback withdrawal" if amount < 0 else "Chargeback reversal"
    description = f"{words} for {dispute['charge']}"
    txn = write_transaction(
        act, kind="adjustment", category=category, amount=amount, fee=fee, source=dispute["id"], description=description
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], txn]
    act.save(dispute)

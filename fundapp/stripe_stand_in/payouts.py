"""Payouts: what is available goes to the bank, arrives or does not, or arrives and is sent back after all."""

from __future__ import annotations

import json
import operator
from collections.abc import Sequence
from typing import Any

from fundapp.stripe_stand_in import ids, shapes_money
from fundapp.stripe_stand_in.balance import DAY, write_transaction
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid
from fundapp.stripe_stand_in.store import Act

BANK = "ba_standInBank00000000000"
# The bank has it after this long.
ARRIVES_AFTER = 2 * DAY


def made(act: Act, values: dict[str, Any]) -> Json:
    """Pay all that is available out to the bank: by itself, or, `manual`, by somebody's hand (control API).

    Raises StripeFault where that is nothing.
    """
    manual, parts = bool(values.get("manual")), _available(act)
    amount = sum(part["net"] for part in parts)
    if amount <= 0:
        raise invalid("You have insufficient funds in your Stripe account for this payout.", code="balance_insufficient")
    fresh: Json = {"id": ids.new("po"), "amount": amount, "created": act.second, "arrival_date": act.second + ARRIVES_AFTER}
    if manual:
        fresh |= {"automatic": False, "reconciliation_status": "not_applicable"}
    payout = shapes_money.payout_base(BANK) | fresh
    out = write_transaction(act, kind="payout", amount=-amount, fee=0, source=payout["id"], description="STRIPE PAYOUT")
    payout["balance_transaction"] = out["id"]
    act.add(payout, {"parts": [part["id"] for part in parts], "own": out["id"]})
    emit(act, "payout.created", payout)
    return payout


def reconcile(act: Act, payout_id: str) -> Json:
    """Stripe has finished saying what an automatic payout is made of."""
    payout = act.get("payout", payout_id)
    if payout["reconciliation_status"] != "in_progress":
        raise invalid(f"Reconciliation of this payout is {payout['reconciliation_status']}.")
    payout["reconciliation_status"] = "completed"
    act.save(payout)
    emit(act, "payout.reconciliation_completed", payout)
    return payout


def send(act: Act, payout_id: str) -> Json:
    """The bank has been told."""
    return _move(act, payout_id, ("pending",), "in_transit", "payout.updated")


def arrive(act: Act, payout_id: str) -> Json:
    """The bank says it has it. That may yet turn out otherwise."""
    return _move(act, payout_id, ("pending", "in_transit"), "paid", "payout.paid")


def fail(act: Act, payout_id: str) -> Json:
    """The bank sends it back, before or after it was paid: the money returns to the balance."""
    why = {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
    return _come_back(act, payout_id, ("pending", "in_transit", "paid"), "failed", "payout_failure", why)


def cancel(act: Act, payout_id: str) -> Json:
    """Called back before the bank was told."""
    return _come_back(act, payout_id, ("pending",), "canceled", "payout_cancel", {})


def listed_in(act: Act, payout_id: str) -> set[str]:
    """The ids that the list of a payout's movements tells: its own line among them. Raises StripeFault for a manual one."""
    payout = act.get("payout", payout_id, param="payout", status=400)
    if not payout["automatic"]:
        message = "Balance transaction history can only be filtered on automatic transfers, not manual."
        raise invalid(message, param="payout")
    hidden = act.hidden(payout_id)
    if payout["reconciliation_status"] != "completed":
        # As far as Stripe has come with it: half of them, for whoever does not wait.
        return set(hidden["parts"][::2])
    return {*hidden["parts"], hidden["own"]}


def arriving(act: Act, when: dict[str, int]) -> set[str]:
    """Payouts that arrive in an interval of moments."""
    rows = act.db.execute("SELECT id, json_extract(body, '$.arrival_date') AS at FROM object WHERE kind = 'payout'")
    compare = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
    return {row["id"] for row in rows if all(compare[name](row["at"], value) for name, value in when.items())}


def _move(act: Act, payout_id: str, starts: Sequence[str], end: str, event: str) -> Json:
    payout = act.get("payout", payout_id)
    if payout["status"] not in starts:
        raise invalid(f"This payout is {payout['status']}.")
    before = {"status": payout["status"]}
    payout["status"] = end
    act.save(payout)
    emit(act, event, payout, previous=before)
    return payout


def _come_back(act: Act, payout_id: str, starts: Sequence[str], end: str, kind: str, why: Json) -> Json:
    payout = act.get("payout", payout_id)
    if payout["status"] not in starts:
        raise invalid(f"This payout is {payout['status']}.")
    back = write_transaction(act, kind=kind, amount=payout["amount"], fee=0, source=payout_id, description="STRIPE PAYOUT RETURNED")
    act.save(payout | why | {"failure_balance_transaction": back["id"]})
    return _move(act, payout_id, starts, end, f"payout.{end}")


def _available(act: Act) -> list[Json]:
    """Movements that may be paid out now and were not yet, oldest first."""
    gone: set[str] = set()
    for row in act.db.execute("SELECT hidden FROM object WHERE kind = 'payout'"):
        hidden = json.loads(row["hidden"])
        gone.update((*hidden["parts"], hidden["own"]))
    rows = act.db.execute("SELECT body FROM object WHERE kind = 'balance_transaction' ORDER BY seq")
    every = [dict(json.loads(row["body"])) for row in rows]
    return [one for one in every if one["id"] not in gone and one["available_on"] <= act.second]

"""Balance transactions, fees that come late, and the balance."""

from __future__ import annotations

from fundapp.stripe_stand_in import ids
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.store import Act

DAY = 86_400


def fee_pence(amount_pence: int, basis_points: int, fixed_pence: int) -> int:
    """The fee on a charge, rounded half up to whole pence, and never more than the charge itself."""
    return min(amount_pence, (amount_pence * basis_points + 5_000) // 10_000 + fixed_pence)


def settle_charge(act: Act, charge_id: str) -> None:
    """Make the charge's balance transaction known, and ring charge.updated. Done once."""
    act.forget("settle", charge_id)
    charge = act.get("charge", charge_id)
    if charge["balance_transaction"] is not None or not charge["paid"]:
        return
    fee = fee_pence(charge["amount"], act.settings.fee_basis_points, act.settings.fee_fixed_pence)
    # What did not come by card is a payment, and is reported as a charge all the same.
    kind = "payment" if charge_id.startswith("py_") else "charge"
    txn = write_transaction(
        act, kind=kind, category="charge", amount=charge["amount"], fee=fee, source=charge_id, description=charge["description"]
    )
    charge["balance_transaction"] = txn["id"]
    act.save(charge)
    emit(act, "charge.updated", charge, previous={"balance_transaction": None})


def write_transaction(
    act: Act, *, kind: str, amount: int, fee: int, source: str | None, description: str | None, category: str | None = None
) -> Json:
    """A movement of the Stripe balance. `category` is its reporting category, where that is called otherwise than its kind."""
    details = [{"amount": fee, "application": None, "currency": "gbp", "description": "Stripe processing fees", "type": "stripe_fee"}]
    waits = act.settings.available_after_days * DAY if kind in {"charge", "payment"} else 0
    txn: Json = {
        "id": ids.new("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": act.second + waits,
        "balance_type": "payments",
        "created": act.second,
        "currency": "gbp",
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details if fee else [],
        "net": amount - fee,
        "reporting_category": category or kind,
        "source": source,
        "status": "pending" if waits else "available",
        "type": kind,
    }
    return act.add(txn)


def shown(act: Act, txn: Json) -> Json:
    """The transaction with its status as of now: pending until the day its money is available."""
    return txn | {"status": "available" if txn["available_on"] <= act.second else "pending"}


def balance(act: Act) -> Json:
    """What stands in the Stripe balance: the sum of every transaction's net."""
    sql = """
        SELECT coalesce(sum(CASE WHEN json_extract(body, '$.available_on') <= ? THEN json_extract(body, '$.net') END), 0) AS available,
               coalesce(sum(CASE WHEN json_extract(body, '$.available_on') > ? THEN json_extract(body, '$.net') END), 0) AS pending
        FROM object WHERE kind = 'balance_transaction'"""
    row = act.db.execute(sql, (act.second, act.second)).fetchone()

    def part(amount: int) -> list[Json]:
        return [{"amount": amount, "currency": "gbp", "source_types": {"card": amount}}]

    return {"object": "balance", "available": part(row["available"]), "livemode": False, "pending": part(row["pending"])}

"""expand[]: objects in place of ids, at most four levels deep, and only where Stripe has something to expand."""

from __future__ import annotations

from fundapp.stripe_stand_in import balance
from fundapp.stripe_stand_in.faults import Json, invalid
from fundapp.stripe_stand_in.store import Act

DEEPEST = 4
# Kind of object, then the field that holds an id, then the kinds it may be. An empty tuple: always null here.
LINKS: dict[str, dict[str, tuple[str, ...]]] = {
    "checkout.session": {
        "payment_intent": ("payment_intent",),
        "customer": ("customer",),
        "invoice": ("invoice",),
        "subscription": ("subscription",),
        "setup_intent": (),
    },
    "payment_intent": {"latest_charge": ("charge",), "customer": ("customer",), "payment_method": (), "application": (), "review": ()},
    "charge": {
        "balance_transaction": ("balance_transaction",),
        "failure_balance_transaction": ("balance_transaction",),
        "payment_intent": ("payment_intent",),
        "customer": ("customer",),
        "application_fee": (),
        "review": (),
    },
    "refund": {
        "balance_transaction": ("balance_transaction",),
        "failure_balance_transaction": ("balance_transaction",),
        "charge": ("charge",),
        "payment_intent": ("payment_intent",),
    },
    "dispute": {"charge": ("charge",), "payment_intent": ("payment_intent",)},
    "payout": {"balance_transaction": ("balance_transaction",), "failure_balance_transaction": ("balance_transaction",), "destination": ()},
    "balance_transaction": {"source": ("charge", "refund", "dispute", "payout")},
    "subscription": {"customer": ("customer",), "latest_invoice": ("invoice",), "default_payment_method": (), "pending_setup_intent": ()},
    "invoice": {"customer": ("customer",), "parent": (), "default_payment_method": ()},
    "invoice.parent": {"subscription_details": ()},
    "invoice.parent.subscription_details": {"subscription": ("subscription",)},
    "invoice_payment": {"invoice": ("invoice",), "payment": ()},
    "invoice_payment.payment": {"payment_intent": ("payment_intent",)},
}
# Lists that are left out of an object until somebody asks for them.
LISTS = {("charge", "refunds"), ("checkout.session", "line_items"), ("invoice", "payments")}


def expand(act: Act, obj: Json, paths: list[str]) -> Json:
    """The object with these paths expanded. Raises StripeFault for a path that leads nowhere."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}", param="expand")
        obj = _walk(act, obj, steps, path)
    return obj


def _walk(act: Act, obj: Json, steps: list[str], path: str, part: str = "") -> Json:
    """`part` names a part of an object that is no object of its own: "invoice.parent"."""
    if not steps:
        return obj
    step, rest = steps[0], steps[1:]
    kind = part or obj["object"]
    if kind == "list" and step == "data":
        return obj | {"data": [_walk(act, one, rest, path) for one in obj["data"]]}
    if (kind, step) in LISTS:
        value = obj.get(step) or _list(act, obj, step)
        return obj | {step: _walk(act, value, rest, path)}
    kinds = LINKS.get(kind, {}).get(step)
    if kinds is None:
        raise invalid(f"This property cannot be expanded ({step}), in `{path}`.", param="expand")
    value = obj.get(step)
    if isinstance(value, str):
        value = _fetch(act, kinds, value)
    if value is None:
        return obj
    return obj | {step: _walk(act, value, rest, path, "" if "object" in value else f"{kind}.{step}")}


def _fetch(act: Act, kinds: tuple[str, ...], object_id: str) -> Json | None:
    for kind in kinds:
        found = act.find(kind, object_id)
        if found is not None:
            return balance.shown(act, found) if kind == "balance_transaction" else found
    return None


def _list(act: Act, obj: Json, step: str) -> Json:
    if step == "refunds":
        rows = list(reversed(act.all_with("refund", "charge", obj["id"])))
        return {"object": "list", "data": rows[:10], "has_more": len(rows) > 10, "url": f"/v1/charges/{obj['id']}/refunds"}
    if step == "payments":
        rows = list(reversed(act.all_with("invoice_payment", "invoice", obj["id"])))
        return {"object": "list", "data": rows, "has_more": False, "url": "/v1/invoice_payments"}
    return line_items(act, obj["id"])


def line_items(act: Act, session_id: str) -> Json:
    """What the session is for."""
    rows = [{key: value for key, value in line.items() if not key.startswith("_")} for line in act.hidden(session_id)["line_items"]]
    return {"object": "list", "data": rows, "has_more": False, "url": f"/v1/checkout/sessions/{session_id}/line_items"}

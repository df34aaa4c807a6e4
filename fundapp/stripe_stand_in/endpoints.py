"""The addresses of the API: each with its method, its parameters and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable

from fundapp.stripe_stand_in import (
    balance,
    checkout,
    disputes,
    endpoints_billing,
    events,
    expansion,
    listing,
    payouts,
    refunds,
    tables,
    tables_money,
)
from fundapp.stripe_stand_in.calling import Call, Endpoint
from fundapp.stripe_stand_in.faults import Json, StripeFault, invalid, missing
from fundapp.stripe_stand_in.params import Group
from fundapp.stripe_stand_in.store import Act


def find(method: str, path: str) -> tuple[Endpoint, str]:
    """The endpoint at this address and the object's id. Raises StripeFault 404."""
    for endpoint in ENDPOINTS:
        match = endpoint.match(method, path)
        if match is not None:
            return endpoint, match.groupdict().get("id", "")
    message = f"Unrecognized request URL ({method}: {path}). The stand-in models only some addresses: see its README."
    raise StripeFault(404, "invalid_request_error", message)


def _create_session(call: Call) -> Json:
    return checkout.create(call.act, call.values, call.base_url, call.allowed_origins)


def _session(call: Call) -> Json:
    return checkout.current(call.act, call.object_id)


def _expire_session(call: Call) -> Json:
    return checkout.expire(call.act, checkout.current(call.act, call.object_id))


def _sessions(call: Call) -> Json:
    return listing.page(
        call.act, "checkout.session", call.values, call.path, equal=("customer", "payment_intent", "status", "subscription")
    )


def _session_lines(call: Call) -> Json:
    checkout.current(call.act, call.object_id)
    return expansion.line_items(call.act, call.object_id)


def _one(kind: str) -> Callable[[Call], Json]:
    return lambda call: call.act.get(kind, call.object_id)


def _many(kind: str, *equal: str) -> Callable[[Call], Json]:
    return lambda call: listing.page(call.act, kind, call.values, call.path, equal=equal)


def _transaction(call: Call) -> Json:
    return balance.shown(call.act, call.act.get("balance_transaction", call.object_id))


def _transactions(call: Call) -> Json:
    chosen = payouts.listed_in(call.act, call.values["payout"]) if "payout" in call.values else None
    page = listing.page(call.act, "balance_transaction", call.values, call.path, equal=("currency", "source", "type"), ids=chosen)
    return page | {"data": [balance.shown(call.act, one) for one in page["data"]]}


def _payouts(call: Call) -> Json:
    arriving = payouts.arriving(call.act, call.values["arrival_date"]) if "arrival_date" in call.values else None
    return listing.page(call.act, "payout", call.values, call.path, equal=("status",), ids=arriving)


def _create_refund(call: Call) -> Json:
    return refunds.create(call.act, call.values)


def _update_refund(call: Call) -> Json:
    return refunds.update(call.act, call.act.get("refund", call.object_id), call.values)


def _charge_refunds(call: Call) -> Json:
    charge = call.act.get("charge", call.object_id)
    return listing.page(call.act, "refund", call.values | {"charge": charge["id"]}, call.path, equal=("charge",))


def _event(call: Call) -> Json:
    event = call.act.find("event", call.object_id)
    if event is None:
        raise missing("event", call.object_id[:100])
    return events.shown(call.act, event)


def _events(call: Call) -> Json:
    act, values = call.act, call.values
    if "type" in values and "types" in values:
        raise invalid("You may only specify one of these parameters: type, types.", param="types")
    narrowed: list[set[str]] = []
    if "delivery_success" in values:
        waiting = events.undelivered(act)
        narrowed.append(_event_ids(act) - waiting if values["delivery_success"] else waiting)
    wanted = values.get("types") or ([values["type"]] if "type" in values else [])
    if wanted:
        narrowed.append(_event_ids(act, wanted))
    page = listing.page(act, "event", values, call.path, ids=set.intersection(*narrowed) if narrowed else None)
    return page | {"data": [events.shown(act, event) for event in page["data"]]}


def _event_ids(act: Act, wanted: list[str] | None = None) -> set[str]:
    rows = act.db.execute("SELECT id, json_extract(body, '$.type') AS type FROM object WHERE kind = 'event'")
    patterns = [re.escape(name).replace(r"\*", ".*") for name in wanted or ["*"]]
    return {row["id"] for row in rows if any(re.fullmatch(pattern, row["type"]) for pattern in patterns)}


ENDPOINTS = (
    Endpoint("POST", "/v1/checkout/sessions", tables.SESSION_CREATE, _create_session),
    Endpoint("GET", "/v1/checkout/sessions", tables.SESSION_LIST, _sessions),
    Endpoint("GET", "/v1/checkout/sessions/{id}", tables.RETRIEVE, _session),
    Endpoint("GET", "/v1/checkout/sessions/{id}/line_items", tables.SESSION_LINE_ITEMS, _session_lines),
    Endpoint("POST", "/v1/checkout/sessions/{id}/expire", tables.RETRIEVE, _expire_session),
    Endpoint("GET", "/v1/payment_intents", tables.INTENT_LIST, _many("payment_intent")),
    Endpoint("GET", "/v1/payment_intents/{id}", tables.RETRIEVE, _one("payment_intent")),
    Endpoint("GET", "/v1/charges", tables.CHARGE_LIST, _many("charge", "payment_intent")),
    Endpoint("GET", "/v1/charges/{id}", tables.RETRIEVE, _one("charge")),
    Endpoint("GET", "/v1/charges/{id}/refunds", Group(tables.PAGE), _charge_refunds),
    Endpoint("GET", "/v1/balance", tables.RETRIEVE, lambda call: balance.balance(call.act)),
    Endpoint("GET", "/v1/balance_transactions", tables.TRANSACTION_LIST, _transactions),
    Endpoint("GET", "/v1/balance_transactions/{id}", tables.RETRIEVE, _transaction),
    Endpoint("POST", "/v1/refunds", tables.REFUND_CREATE, _create_refund),
    Endpoint("GET", "/v1/refunds", tables.REFUND_LIST, _many("refund", "charge", "payment_intent")),
    Endpoint("GET", "/v1/refunds/{id}", tables.RETRIEVE, _one("refund")),
    Endpoint("POST", "/v1/refunds/{id}", tables.REFUND_UPDATE, _update_refund),
    Endpoint("GET", "/v1/disputes", tables_money.DISPUTE_LIST, _many("dispute", "charge", "payment_intent")),
    Endpoint("GET", "/v1/disputes/{id}", tables.RETRIEVE, _one("dispute")),
    Endpoint("POST", "/v1/disputes/{id}/close", tables.RETRIEVE, lambda call: disputes.close(call.act, call.object_id, "lost")),
    Endpoint("GET", "/v1/payouts", tables_money.PAYOUT_LIST, _payouts),
    Endpoint("GET", "/v1/payouts/{id}", tables.RETRIEVE, _one("payout")),
    Endpoint("GET", "/v1/events", tables.EVENT_LIST, _events),
    Endpoint("GET", "/v1/events/{id}", tables.RETRIEVE, _event),
    *endpoints_billing.ENDPOINTS,
)

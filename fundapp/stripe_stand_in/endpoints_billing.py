"""The addresses of subscriptions, invoices, customers and the portal."""

from __future__ import annotations

from fundapp.stripe_stand_in import billing, listing, portal, subscriptions
from fundapp.stripe_stand_in import tables_billing as tables
from fundapp.stripe_stand_in.calling import Call, Endpoint
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.tables import RETRIEVE


def _customer(call: Call) -> Json:
    return call.act.get("customer", call.object_id)


def _customers(call: Call) -> Json:
    return listing.page(call.act, "customer", call.values, call.path, equal=("email",))


def _update_customer(call: Call) -> Json:
    return subscriptions.update_customer(call.act, _customer(call), call.values)


def _subscription(call: Call) -> Json:
    return call.act.get("subscription", call.object_id)


def _subscriptions(call: Call) -> Json:
    """Without a status, all but those that were cancelled, as Stripe lists them."""
    values, wanted = dict(call.values), call.values.get("status")
    if wanted in {"all", "ended", None}:
        values.pop("status", None)
    unended = {None: False, "ended": True}.get(wanted)
    chosen = None if unended is None else _by_end(call, ended=unended)
    return listing.page(call.act, "subscription", values, call.path, equal=("customer", "status"), ids=chosen)


def _by_end(call: Call, *, ended: bool) -> set[str]:
    rows = call.act.db.execute("SELECT id, json_extract(body, '$.status') AS status FROM object WHERE kind = 'subscription'")
    return {row["id"] for row in rows if (row["status"] == "canceled") is ended}


def _update_subscription(call: Call) -> Json:
    return subscriptions.update(call.act, _subscription(call), call.values)


def _cancel_subscription(call: Call) -> Json:
    return subscriptions.cancel(call.act, _subscription(call))


def _invoice(call: Call) -> Json:
    return call.act.get("invoice", call.object_id)


def _invoices(call: Call) -> Json:
    values = dict(call.values)
    subscription = values.pop("subscription", None)
    chosen = None if subscription is None else {one["id"] for one in billing.invoices_of(call.act, subscription)}
    return listing.page(call.act, "invoice", values, call.path, equal=("customer", "status"), ids=chosen)


def _pay_invoice(call: Call) -> Json:
    if call.values.get("paid_out_of_band"):
        return billing.pay_outside(call.act, _invoice(call))
    return billing.attempt(call.act, _invoice(call)["id"])


def _void_invoice(call: Call) -> Json:
    return billing.void(call.act, _invoice(call))


def _invoice_payments(call: Call) -> Json:
    values = dict(call.values)
    intent = values.pop("payment", {}).get("payment_intent")
    chosen = None
    if intent is not None:
        chosen = {one["id"] for one in call.act.all_with("invoice_payment", "payment.payment_intent", intent)}
    return listing.page(call.act, "invoice_payment", values, call.path, equal=("invoice", "status"), ids=chosen)


def _open_portal(call: Call) -> Json:
    return portal.create(call.act, call.values, call.base_url, call.allowed_origins)


ENDPOINTS = (
    Endpoint("GET", "/v1/customers", tables.CUSTOMER_LIST, _customers),
    Endpoint("GET", "/v1/customers/{id}", RETRIEVE, _customer),
    Endpoint("POST", "/v1/customers/{id}", tables.CUSTOMER_UPDATE, _update_customer),
    Endpoint("GET", "/v1/subscriptions", tables.SUBSCRIPTION_LIST, _subscriptions),
    Endpoint("GET", "/v1/subscriptions/{id}", RETRIEVE, _subscription),
    Endpoint("POST", "/v1/subscriptions/{id}", tables.SUBSCRIPTION_UPDATE, _update_subscription),
    Endpoint("DELETE", "/v1/subscriptions/{id}", tables.SUBSCRIPTION_CANCEL, _cancel_subscription),
    Endpoint("GET", "/v1/invoices", tables.INVOICE_LIST, _invoices),
    Endpoint("GET", "/v1/invoices/{id}", RETRIEVE, _invoice),
    Endpoint("POST", "/v1/invoices/{id}/pay", tables.INVOICE_PAY, _pay_invoice),
    Endpoint("POST", "/v1/invoices/{id}/void", RETRIEVE, _void_invoice),
    Endpoint("GET", "/v1/invoice_payments", tables.INVOICE_PAYMENT_LIST, _invoice_payments),
    Endpoint("POST", "/v1/billing_portal/sessions", tables.PORTAL_CREATE, _open_portal),
)

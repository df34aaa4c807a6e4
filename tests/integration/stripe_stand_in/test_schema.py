"""What is asked of the stand-in, and what it answers, checked against Stripe's own OpenAPI document, down to each part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import stripe

from fundapp.gateways.stripe import StripeGateway
from fundapp.gateways.stripe_facts import moment
from fundapp.stripe_stand_in.encoding import decode
from fundapp.stripe_stand_in.endpoints import ENDPOINTS
from fundapp.stripe_stand_in.params import Gone, Group, ListOf, OneOf
from tests.builders.stand_in import WEBHOOK_SECRET, StandIn
from tests.builders.stripe_calls import client_of, gift, monthly
from tests.support.stripe_schema import VERSION, Schema, document

# Names and values in which the tables and the document differ. Each was looked up in the library's types for endive, 16.1.
DIFFERENCES = {
    # New in endive, or in the library and not in the document of May.
    "POST /v1/checkout/sessions.line_items.price_data.product_data.tax_details is not in Stripe's document",
    "POST /v1/checkout/sessions.subscription_data.billing_cycle_anchor_config is not in Stripe's document",
    "POST /v1/checkout/sessions.ui_mode takes ['form'] here alone or there alone",
    "POST /v1/checkout/sessions.locale takes ['hi-IN'] here alone or there alone",
    "POST /v1/customers/{id}.validate is not in Stripe's document",
    "POST /v1/subscriptions/{id}.items.current_trial is not in Stripe's document",
    "POST /v1/billing_portal/sessions.after_expiration is not in Stripe's document",
    "POST /v1/billing_portal/sessions.flow_data.subscription_pause is not in Stripe's document",
    "POST /v1/billing_portal/sessions.flow_data.type takes ['subscription_pause'] here alone or there alone",
    "POST /v1/billing_portal/sessions.locale takes ['en-AU', 'en-CA', 'en-IE', 'en-IN', 'en-NZ', 'en-SG', 'hi-IN']"
    " here alone or there alone",
    # Taken by Stripe for old callers, and not in its document.
    "GET /v1/subscriptions.plan is not in Stripe's document",
    "POST /v1/subscriptions/{id}.items.plan is not in Stripe's document",
    "GET /v1/charges/{id}/refunds.created is not in Stripe's document",
    # Gone from the library, or parts of what the stand-in refuses whole.
    "POST /v1/checkout/sessions.line_items.dynamic_tax_rates is not in the table",
    "POST /v1/checkout/sessions.automatic_tax.liability is not in the table",
    "POST /v1/checkout/sessions.invoice_creation.invoice_data is not in the table",
    "POST /v1/checkout/sessions.tax_id_collection.required is not in the table",
    "GET /v1/payment_intents/{id}.client_secret is not in the table",
    "POST /v1/customers/{id}.bank_account is not in the table",
    "POST /v1/customers/{id}.card is not in the table",
    "POST /v1/customers/{id}.default_alipay_account is not in the table",
    "POST /v1/customers/{id}.default_bank_account is not in the table",
    "POST /v1/customers/{id}.default_card is not in the table",
}


# Every state was rung about; of each kind, this many are asked for besides.
MOST_LOOKED_AT = 2


class Listening(stripe.RequestsClient):
    """The library's own way to the network, with a note of every exchange."""

    heard: list[tuple[str, str, str, int, bytes]] = []  # noqa: RUF012 - one list for all of a test's clients, emptied by it

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Ask, and note what was asked and answered."""
        body, status, told = super().request(method, url, headers, post_data)
        path, _, query = url.partition("?")
        sent = post_data if method == "post" else query
        self.heard.append((method.upper(), "/v1/" + path.partition("/v1/")[2], sent or "", status, body))
        return body, status, told


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str, int, bytes]]:
    """Every exchange of the test with the stand-in."""
    monkeypatch.setattr(stripe, "RequestsClient", Listening)
    Listening.heard.clear()
    return Listening.heard


def test_the_document_is_the_one_that_the_overlay_was_written_for() -> None:
    assert VERSION in "\n".join(document()._lines[:10])
    assert document().operation("POST", "/v1/checkout/sessions")
    assert document().operation("POST", "/v1/nonsense") is None


@pytest.mark.parametrize(
    ("path", "form", "fault"),
    [
        ("/v1/checkout/sessions", "mode=payment&donation=1", "donation"),
        ("/v1/checkout/sessions", "line_items[0][price_data][currency]=gbp&line_items[0][price_data][colour]=red", "colour"),
        ("/v1/checkout/sessions", "payment_method_types[0]=card", "payment_method_types"),
        ("/v1/checkout/sessions", "submit_type=gift", "gift"),
        ("/v1/checkout/sessions", "client_reference_id=" + "x" * 201, "too long"),
        ("/v1/refunds", "amount=half", "half"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(path: str, form: str, fault: str) -> None:
    (told,) = document().request_faults("POST", path, decode(form))
    assert fault in told


def test_the_check_itself_finds_what_is_wrong_with_an_answer() -> None:
    refund = {"id": "re_1", "object": "refund", "amount": "10", "colour": "red"}
    told = " ".join(document().object_faults("refund", refund))
    for fault in ("'10' is not of type 'integer'", "'colour' was unexpected", "'created' is a required property"):
        assert fault in told


def names_of(schema: Schema) -> dict[str, Schema]:
    """The named parts of an object, behind whatever else it may be instead."""
    if "properties" in schema:
        return dict(schema["properties"])
    found: dict[str, Schema] = {}
    for one in schema.get("anyOf", []):
        found |= names_of(one)
    return names_of(schema["items"]) if "items" in schema else found


def enum_of(schema: Schema) -> set[str]:
    found = set(schema.get("enum", []))
    for one in schema.get("anyOf", []):
        found |= enum_of(one)
    return found - {""}


def differences(group: Group, schema: Schema, where: str) -> Iterator[str]:
    """Where a table of ours and Stripe's document know different names or values."""
    known, theirs = {*group.fields, *group.elsewhere}, names_of(schema)
    for name, kind in group.fields.items():
        if isinstance(kind, Gone):
            known.discard(name)
    yield from (f"{where}.{name} is not in Stripe's document" for name in sorted(known - set(theirs)))
    yield from (f"{where}.{name} is not in the table" for name in sorted(set(theirs) - known))
    for name, kind in group.fields.items():
        if name not in theirs:
            continue
        inner = kind.item if isinstance(kind, ListOf) else getattr(kind, "kind", kind)
        if isinstance(inner, Group):
            yield from differences(inner, theirs[name], f"{where}.{name}")
        elif isinstance(inner, OneOf) and not isinstance(kind, ListOf) and enum_of(theirs[name]) not in (set(), set(inner.known)):
            yield f"{where}.{name} takes {sorted(set(inner.known) ^ enum_of(theirs[name]))} here alone or there alone"


def test_the_tables_know_every_name_and_value_that_stripe_knows_and_no_other() -> None:
    found: set[str] = set()
    for endpoint in ENDPOINTS:
        told = document().operation(endpoint.method, endpoint.path.replace("{id}", "x"))
        assert told is not None, f"Stripe knows no {endpoint.method} {endpoint.path}"
        found |= set(differences(endpoint.params, document().parameters(endpoint.method, told), f"{endpoint.method} {endpoint.path}"))
    assert sorted(found - DIFFERENCES) == []
    assert sorted(DIFFERENCES - found) == []


def live(stand_in: StandIn, stripe_: stripe.StripeClient) -> None:
    """A history with everything in it that the stand-in plays."""
    v1 = stripe_.v1
    create: Any = v1.checkout.sessions.create
    paid, declined, closed, disputed, asked = (create(gift(pence)).id for pence in (1000, 1100, 1200, 1300, 1400))
    stand_in.pay(paid, "mary@example.org")
    stand_in.decline(declined)
    v1.checkout.sessions.expire(closed)
    for session in (disputed, asked):
        stand_in.pay(session)
    charges = {one.amount: one.id for one in v1.charges.list({"limit": 100}).data if one.paid}
    refund = v1.refunds.create({"charge": charges[1000], "amount": 300, "reason": "requested_by_customer"})
    v1.refunds.update(refund.id, {"metadata": {"refund": "7"}})
    stand_in.fail_refund(v1.refunds.create({"charge": charges[1000], "amount": 200}).id)
    lost = stand_in.dispute(charges[1300])["id"]
    v1.disputes.close(lost)
    stand_in.dispute(charges[1400], warning=True)
    month = stand_in.pay(create(monthly(900)).id, "john@example.org")["subscription"]
    stand_in.renew(month)
    v1.subscriptions.update(month, {"pause_collection": {"behavior": "void"}})
    v1.subscriptions.update(month, {"pause_collection": ""})
    customer = v1.subscriptions.retrieve(month).customer
    assert isinstance(customer, str)
    v1.customers.update(customer, {"email": "john@example.com"})
    v1.billing_portal.sessions.create({"customer": customer, "return_url": "http://localhost:8000/gifts"})
    for pay in (True, False):
        stand_in.card(month, "declines")
        stand_in.renew(month)
        unpaid = v1.invoices.list({"subscription": month, "status": "open"}).data[0].id
        stand_in.card(month, "works")
        v1.invoices.pay(unpaid) if pay else v1.invoices.void_invoice(unpaid)
    v1.subscriptions.cancel(month)
    stand_in.advance(10 * 86_400)
    stand_in.control("/payouts")


def look_at_everything(stand_in: StandIn, stripe_: stripe.StripeClient) -> None:
    """Ask for every list there is, and for the newest thing in it."""
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET" or "{id}" in endpoint.path:
            continue
        listed: Any = stripe_.raw_request("get", endpoint.path).data
        for one in listed.get("data", [])[:MOST_LOOKED_AT]:
            inner = [other.path for other in ENDPOINTS if other.method == "GET" and other.path.startswith(endpoint.path + "/{id}")]
            for path in inner:
                stripe_.raw_request("get", path.replace("{id}", one["id"]))


def ask_as_the_fund_does(stand_in: StandIn) -> None:
    """Every question of the gateway's."""
    gateway = StripeGateway(stand_in.secret_key, stand_in.api_base, [WEBHOOK_SECRET])
    begun = gateway.create_donation_session(
        donation_id="6b0f", amount_pence=500, product_name="A gift", description="Given at the launderette", idempotency_key="schema",
        success_url="http://localhost:8000/paid", cancel_url="http://localhost:8000/back", statement_suffix="GIFT", language="pl",
    )  # fmt: skip
    gateway.fetch_session(begun.id)
    gateway.expire_session(begun.id)
    since = moment(0)
    sessions, movements = list(gateway.find_sessions(since)), list(gateway.balance_transactions(since))
    assert (len(sessions), len(movements)) > (4, 4)
    for session in sessions:
        if session.charge:
            gateway.fetch_charge(session.charge.id)
            for refund in gateway.refunds_of(session.charge.id):
                gateway.fetch_refund(refund.id)


def test_every_question_and_every_answer_is_what_stripes_own_document_says(
    stand_in: StandIn, heard: list[tuple[str, str, str, int, bytes]]
) -> None:
    stand_in.settings(fee_delay_seconds=0)
    client = client_of(stand_in)
    live(stand_in, client)
    ask_as_the_fund_does(stand_in)
    look_at_everything(stand_in, client)
    faults: set[str] = set()
    for method, path, sent, status, body in heard:
        assert status == 200, (method, path, body)
        answer = json.loads(body)
        if answer["object"] == "list":
            # What else is in it is asked for one by one, or was rung about.
            answer["data"] = answer["data"][:1]
        told = [*document().request_faults(method, path, decode(sent)), *document().answer_faults(method, path, answer)]
        # The same fault in every row of a list is one fault.
        faults |= {re.sub(r"\[\d+\]", "[]", fault) for fault in told}
    assert sorted(faults) == []


def test_every_address_was_asked_and_every_bell_carries_what_stripe_says(
    stand_in: StandIn, heard: list[tuple[str, str, str, int, bytes]]
) -> None:
    stand_in.settings(fee_delay_seconds=0)
    client = client_of(stand_in)
    live(stand_in, client)
    look_at_everything(stand_in, client)
    unasked = [one for one in ENDPOINTS if not any(one.match(method, path) for method, path, *_ in heard)]
    assert [f"{one.method} {one.path}" for one in unasked] == []
    bells = [json.loads(bell.body) for bell in stand_in.bells()]
    faults = {
        f"{bell['type']}: {fault}"
        for bell in bells
        for fault in document().object_faults(bell["data"]["object"]["object"], bell["data"]["object"])
    }
    faults |= {fault for bell in bells for fault in document().object_faults("event", bell)}
    assert sorted(faults) == []

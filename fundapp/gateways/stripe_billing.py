"""Monthly gifts at Stripe: subscriptions and their invoices, who gives, and the portal where a card is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import stripe

from fundapp.core.language import ENGLISH
from fundapp.gateways.stripe_asking import PAGE, told_plainly
from fundapp.gateways.stripe_facts import CheckoutSession, Told, id_of, moment, read_session

if TYPE_CHECKING:
    from stripe.params.billing_portal import SessionCreateParams as PortalParams
    from stripe.params.checkout import SessionCreateParams

# An invoice and the payments that were made for it, down to each payment intent: four levels, and no further.
INVOICE_PARTS = ["payments.data.payment.payment_intent"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A monthly gift as it stands at Stripe now."""

    id: str
    customer_id: str
    # Our own id, from the metadata.
    pledge_id: str | None
    status: str
    # Nothing is asked for until the donor goes on.
    is_paused: bool
    amount_pence: int
    item_id: str
    product_id: str
    # When the next month is asked for.
    next_at: datetime
    # When it ends by itself, where somebody said so.
    ends_at: datetime | None
    ended_at: datetime | None
    # Stripe's code for why.
    ended_because: str | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a subscription asks for one month, and what came of it."""

    id: str
    status: str
    due_pence: int
    # What came, by whichever way.
    paid_pence: int
    subscription_id: str | None
    # Our own id, copied by Stripe from the subscription when the invoice was made.
    pledge_id: str | None
    # How often a card was asked.
    tries: int
    next_try_at: datetime | None
    # The charges that paid it. None where nothing was to be paid, or was paid outside Stripe.
    charge_ids: tuple[str, ...]


class StripeBilling:
    """The part of the gateway that speaks of monthly gifts."""

    _client: stripe.StripeClient

    def create_monthly_session(
        self,
        *,
        pledge_id: str,
        amount_pence: int,
        product_name: str,
        success_url: str,
        cancel_url: str,
        idempotency_key: str,
        expires_at: datetime,
        language: str = ENGLISH,
    ) -> CheckoutSession:
        """Open a payment page for a gift each month; the same key and values lead to the same page. Raises StripeFault."""
        labels = {"pledge_id": pledge_id}
        price: Any = {**_price(amount_pence), "product_data": {"name": product_name}}
        params: SessionCreateParams = {
            "mode": "subscription",
            "submit_type": "donate",
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": pledge_id,
            "metadata": labels,
            # Copied by Stripe to the subscription and to each of its invoices, and to nothing beyond.
            "subscription_data": {"metadata": labels},
            "adaptive_pricing": {"enabled": False},
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
            "locale": "pl" if language == "pl" else "auto",
        }
        with told_plainly():
            told = self._client.v1.checkout.sessions.create(params, {"idempotency_key": idempotency_key}).to_dict(for_json=True)
            return read_session(told, None)

    def fetch_subscription(self, subscription_id: str) -> Subscription:
        """A subscription as it stands, ended ones too. Raises StripeFault."""
        with told_plainly():
            return read_subscription(self._client.v1.subscriptions.retrieve(subscription_id).to_dict(for_json=True))

    def fetch_invoice(self, invoice_id: str) -> Invoice:
        """An invoice with the charges that paid it. Raises StripeFault."""
        with told_plainly():
            return read_invoice(self._client.v1.invoices.retrieve(invoice_id, {"expand": INVOICE_PARTS}).to_dict(for_json=True))

    def invoice_paid_by(self, intent_id: str) -> Invoice | None:
        """The invoice that a payment intent pays; None for one that pays none. The charge itself does not tell. Raises StripeFault."""
        with told_plainly():
            asked = self._client.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent_id}})
            found = [id_of(one.to_dict(for_json=True)["invoice"]) for one in asked.data]
        return self.fetch_invoice(found[0]) if found and found[0] else None

    def invoices_of(self, subscription_id: str) -> list[Invoice]:
        """What a subscription has asked for, newest first; its charges are not told here. Raises StripeFault."""
        with told_plainly():
            pages = self._client.v1.invoices.list({"subscription": subscription_id, "limit": PAGE})
            return [read_invoice(one.to_dict(for_json=True)) for one in pages.auto_paging_iter()]

    def change_amount(self, subscription: Subscription, amount_pence: int, *, idempotency_key: str) -> None:
        """Ask for another amount from the next month on; what was asked for already stays as it is. Raises StripeFault."""
        price: Any = {**_price(amount_pence), "product": subscription.product_id}
        self._update(subscription.id, {"items": [{"id": subscription.item_id, "price_data": price}]}, idempotency_key)

    def pause(self, subscription_id: str, *, idempotency_key: str) -> None:
        """Ask for nothing until it goes on: the months between are never owed. Raises StripeFault."""
        self._update(subscription_id, {"pause_collection": {"behavior": "void"}}, idempotency_key)

    def resume(self, subscription_id: str, *, idempotency_key: str) -> None:
        """Go on. Raises StripeFault."""
        self._update(subscription_id, {"pause_collection": ""}, idempotency_key)

    def stop(self, subscription_id: str) -> None:
        """End it at once. One that has ended already is refused with 404. Raises StripeFault."""
        with told_plainly():
            self._client.v1.subscriptions.cancel(subscription_id)

    def fetch_customer_email(self, customer_id: str) -> str | None:
        """The address that somebody who gives monthly left with Stripe: fetched when a letter is due. Raises StripeFault."""
        with told_plainly():
            told = self._client.v1.customers.retrieve(customer_id).to_dict(for_json=True)
            return None if told.get("deleted") else told["email"]

    def customers_with(self, address: str) -> list[str]:
        """The ids of everybody who left this address with Stripe, as it was written there. Raises StripeFault."""
        with told_plainly():
            pages = self._client.v1.customers.list({"email": address, "limit": PAGE})
            return [one.id for one in pages.auto_paging_iter()]

    def card_page(self, customer_id: str, *, back: str, language: str = ENGLISH) -> str:
        """The address of Stripe's own page where a card is changed, and nothing else. Raises StripeFault."""
        params: PortalParams = {
            "customer": customer_id,
            "return_url": back,
            "locale": "pl" if language == "pl" else "auto",
            "flow_data": {
                "type": "payment_method_update",
                "after_completion": {"type": "redirect", "redirect": {"return_url": back}},
            },
        }
        with told_plainly():
            return self._client.v1.billing_portal.sessions.create(params).url

    def _update(self, subscription_id: str, params: Any, key: str) -> None:
        # Never a part of a month: a gift is whole.
        whole: Any = {**params, "proration_behavior": "none"}
        with told_plainly():
            self._client.v1.subscriptions.update(subscription_id, whole, {"idempotency_key": key})


def read_subscription(told: Told) -> Subscription:
    """A subscription of one item, a month at a time."""
    item = told["items"]["data"][0]
    return Subscription(
        id=told["id"],
        customer_id=id_of(told["customer"]) or "",
        pledge_id=told["metadata"].get("pledge_id"),
        status=told["status"],
        is_paused=told["pause_collection"] is not None,
        amount_pence=item["price"]["unit_amount"] * item["quantity"],
        item_id=item["id"],
        product_id=id_of(item["price"]["product"]) or "",
        next_at=moment(item["current_period_end"]),
        ends_at=_moment_of(told["cancel_at"]),
        ended_at=_moment_of(told["ended_at"]),
        ended_because=(told.get("cancellation_details") or {}).get("reason"),
    )


def read_invoice(told: Told) -> Invoice:
    """An invoice; its charges are known where its payments were expanded."""
    of = (told["parent"] or {}).get("subscription_details") or {}
    payments = (told.get("payments") or {"data": ()})["data"]
    intents = [one["payment"].get("payment_intent") for one in payments if one["status"] == "paid"]
    return Invoice(
        id=told["id"],
        status=told["status"] or "",
        due_pence=told["amount_due"],
        paid_pence=told["amount_paid"],
        subscription_id=id_of(of.get("subscription")),
        pledge_id=(of.get("metadata") or {}).get("pledge_id"),
        tries=told["attempt_count"],
        next_try_at=_moment_of(told["next_payment_attempt"]),
        charge_ids=tuple(id_of(one["latest_charge"]) or "" for one in intents if one and one["latest_charge"]),
    )


def _price(amount_pence: int) -> Any:
    return {"currency": "gbp", "unit_amount": amount_pence, "recurring": {"interval": "month"}}


def _moment_of(seconds: int | None) -> datetime | None:
    return None if seconds is None else moment(seconds)

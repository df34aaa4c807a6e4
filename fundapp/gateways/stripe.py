"""Stripe, through its own library: Checkout Sessions for gifts, what became of them, and events to be believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import stripe

from fundapp.core.language import ENGLISH
from fundapp.gateways.straight import StraightSession
from fundapp.gateways.stripe_asking import PAGE, told_plainly
from fundapp.gateways.stripe_billing import Invoice, StripeBilling, Subscription
from fundapp.gateways.stripe_events import BadEvent, VerifiedEvent, verify_event
from fundapp.gateways.stripe_facts import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Dispute,
    Payout,
    Refund,
    StripeFault,
    Told,
    read_charge,
    read_refund,
    read_session,
)
from fundapp.gateways.stripe_money import StripeMoney

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

__all__ = [
    "BadEvent",
    "BalanceTransaction",
    "Charge",
    "CheckoutSession",
    "Dispute",
    "Invoice",
    "Payout",
    "Refund",
    "StripeFault",
    "StripeGateway",
    "Subscription",
    "VerifiedEvent",
]

CONNECT_SECONDS, READ_SECONDS = 2.0, 10.0
RETRIES = 2
# Stripe expands four levels and no further, so refunds' own transactions take a second call.
CHARGE_PARTS = ("balance_transaction", "failure_balance_transaction", "refunds")
REFUND_PARTS = ("data.balance_transaction", "data.failure_balance_transaction")


class StripeGateway(StripeMoney, StripeBilling):
    """One account at Stripe, or at the stand-in. Safe to share between threads."""

    def __init__(self, secret_key: str, api_base: str | None = None, webhook_secrets: Sequence[str] = ()) -> None:
        """`api_base` None is Stripe itself. Raises ValueError when a live key would go anywhere else."""
        self.livemode = secret_key.startswith(("sk_live_", "rk_live_"))
        if self.livemode and api_base is not None:
            raise ValueError("A live key goes to Stripe and nowhere else.")
        # An empty secret would let anybody sign; a stray newline would let nobody.
        self._secrets = tuple(secret.strip() for secret in webhook_secrets if secret.strip())
        # On by default, it writes a file in the home folder and sends timings.
        stripe.enable_telemetry = False
        local = api_base is not None and urlsplit(api_base).hostname in {"127.0.0.1", "localhost", "::1"}
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                session=StraightSession(),  # type: ignore[arg-type]
                # Blank proxies: what the environment says of proxies is not meant for this machine itself.
                proxy={"http": "", "https": ""} if local else None,
            ),
        )

    def create_donation_session(
        self,
        *,
        donation_id: str,
        amount_pence: int,
        product_name: str,
        description: str,
        success_url: str,
        cancel_url: str,
        idempotency_key: str,
        expires_at: datetime | None = None,
        statement_suffix: str = "",
        customer_email: str | None = None,
        language: str = ENGLISH,
    ) -> CheckoutSession:
        """Open a payment page for one gift; the same key and values lead to the same page.

        `success_url` may hold {CHECKOUT_SESSION_ID}. `expires_at` is 30 minutes to 24 hours from now as Stripe's clock sees it, so
        leave a minute to spare. `statement_suffix`: 22 characters at most, with a letter. `language` is one of ours. Raises StripeFault.
        """
        metadata = {"donation_id": donation_id}
        words: Any = {"description": description} if description else {}
        intent: Any = {"metadata": metadata, **words}
        if statement_suffix:
            intent["statement_descriptor_suffix"] = statement_suffix
        params: SessionCreateParams = {
            "mode": "payment",
            "submit_type": "donate",
            "line_items": [_line(amount_pence, {"name": product_name, **words})],
            "client_reference_id": donation_id,
            "metadata": metadata,
            "payment_intent_data": intent,
            # Off in so many words: the Dashboard's default would let Stripe show and take another currency.
            "adaptive_pricing": {"enabled": False},
            "success_url": success_url,
            "cancel_url": cancel_url,
            # English is also for those whose language we do not have: Stripe may have it, and asks the browser.
            "locale": "pl" if language == "pl" else "auto",
        }
        if expires_at is not None:
            params["expires_at"] = int(expires_at.timestamp())
        if customer_email:
            params["customer_email"] = customer_email
        with told_plainly():
            told = self._client.v1.checkout.sessions.create(params, {"idempotency_key": idempotency_key}).to_dict(for_json=True)
            return read_session(told, None)

    def fetch_session(self, session_id: str) -> CheckoutSession:
        """The session, its payment intent, latest charge, fee and refunds: all that settling needs. Raises StripeFault."""
        parts = [f"payment_intent.latest_charge.{part}" for part in CHARGE_PARTS]
        with told_plainly():
            told = self._client.v1.checkout.sessions.retrieve(session_id, {"expand": parts}).to_dict(for_json=True)
            return self._session(told)

    def find_sessions(self, created_since: datetime) -> Iterator[CheckoutSession]:
        """Every session opened since then, newest first, each as `fetch_session` gives it. Raises StripeFault."""
        parts = [f"data.payment_intent.latest_charge.{part}" for part in CHARGE_PARTS]
        with told_plainly():
            since = {"gte": int(created_since.timestamp())}
            pages = self._client.v1.checkout.sessions.list({"created": {"gte": since["gte"]}, "limit": PAGE, "expand": parts})
            for one in pages.auto_paging_iter():
                yield self._session(one.to_dict(for_json=True))

    def expire_session(self, session_id: str) -> CheckoutSession:
        """Close an open session, so that nobody can pay it any more. Raises StripeFault when it is no longer open."""
        with told_plainly():
            return read_session(self._client.v1.checkout.sessions.expire(session_id).to_dict(for_json=True), None)

    def fetch_charge(self, charge_id: str) -> Charge:
        """A charge with its fee, if known yet, and its refunds. Raises StripeFault."""
        with told_plainly():
            told = self._client.v1.charges.retrieve(charge_id, {"expand": list(CHARGE_PARTS)}).to_dict(for_json=True)
            return self._charge(told)

    def create_refund(self, *, charge_id: str, amount_pence: int, refund_id: str, idempotency_key: str) -> None:
        """Give back some or all of a charge; the same key and values are the same refund. Raises StripeFault.

        What came of it is fetched.
        """
        params: RefundCreateParams = {"charge": charge_id, "amount": amount_pence, "metadata": {"refund_id": refund_id}}
        with told_plainly():
            self._client.v1.refunds.create(params, {"idempotency_key": idempotency_key})

    def fetch_refund(self, refund_id: str) -> Refund:
        """A refund with its movements. Raises StripeFault."""
        parts = ["balance_transaction", "failure_balance_transaction"]
        with told_plainly():
            return read_refund(self._client.v1.refunds.retrieve(refund_id, {"expand": parts}).to_dict(for_json=True))

    def refunds_of(self, charge_id: str) -> tuple[Refund, ...]:
        """A charge's refunds, oldest first, the failed ones too. Raises StripeFault."""
        with told_plainly():
            pages = self._client.v1.refunds.list({"charge": charge_id, "limit": PAGE, "expand": list(REFUND_PARTS)})
            newest_first = [read_refund(one.to_dict(for_json=True)) for one in pages.auto_paging_iter()]
            return tuple(reversed(newest_first))

    def fetch_receipt_email(self, session_id: str) -> str | None:
        """The address the donor gave at the payment page, if any: fetched when a receipt is due, kept by nobody. Raises StripeFault."""
        with told_plainly():
            return read_session(self._client.v1.checkout.sessions.retrieve(session_id).to_dict(for_json=True), None).email

    def verify_event(self, raw: bytes, signature: str) -> VerifiedEvent:
        """Believe a webhook call, or raise BadEvent. `raw` is the body exactly as it came."""
        return verify_event(raw, signature, self._secrets, livemode=self.livemode)

    def _session(self, told: Told) -> CheckoutSession:
        intent = told["payment_intent"]
        charge = intent["latest_charge"] if intent else None
        return read_session(told, self._charge(charge) if charge else None)

    def _charge(self, told: Told) -> Charge:
        refunds = self.refunds_of(told["id"]) if told["refunds"]["data"] else ()
        return read_charge(told, refunds, self.disputes_of(told["id"]) if told["disputed"] else ())


def _line(amount_pence: int, product: Any) -> SessionCreateParamsLineItem:
    return {"quantity": 1, "price_data": {"currency": "gbp", "unit_amount": amount_pence, "product_data": product}}

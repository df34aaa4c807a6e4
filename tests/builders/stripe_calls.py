"""The unmodified library, and the parameters of a gift, for tests that speak to the stand-in as Stripe's customers do."""

from __future__ import annotations

from typing import Any

import stripe

from tests.builders.stand_in import StandIn


def client_of(stand_in: StandIn, *, retries: int = 0, key: str | None = None, timeout: float = 10) -> stripe.StripeClient:
    """A StripeClient that speaks to this stand-in."""
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key or stand_in.secret_key,
        base_addresses={"api": stand_in.api_base},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


def gift(pence: int = 1000, **params: Any) -> dict[str, Any]:
    """The parameters of a gift's session."""
    price = {"currency": "gbp", "unit_amount": pence, "product_data": {"name": "A gift to the Fund"}}
    return {
        "mode": "payment",
        "submit_type": "donate",
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": "http://localhost:8000/gifts/x/return?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost:8000/g/7K4M2",
        **params,
    }


def monthly(pence: int = 1000, **params: Any) -> dict[str, Any]:
    """The parameters of a monthly gift's session."""
    price = {"currency": "gbp", "unit_amount": pence, "product_data": {"name": "A gift each month"}, "recurring": {"interval": "month"}}
    labels = {"subscription_data": {"metadata": {"pledge_id": "one"}}}
    return gift(pence) | {"mode": "subscription", "line_items": [{"quantity": 1, "price_data": price}], **labels, **params}

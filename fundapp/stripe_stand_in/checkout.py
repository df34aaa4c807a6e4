"""Checkout Sessions in payment mode: create, expire, and what the hosted page and the control API do with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fundapp.stripe_stand_in import ids, shapes
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid, not_modelled
from fundapp.stripe_stand_in.store import Act

SHORTEST, LONGEST = 30 * 60, 24 * 3600
# Stripe's smallest charge in pounds (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
LEAST_PENCE = 30
MOST_PENCE = 99_999_999


def create(act: Act, values: dict[str, Any], base_url: str, allowed_origins: tuple[str, ...]) -> Json:
    """Open a session. Raises StripeFault for what Stripe's own rules refuse beyond shapes."""
    lines = _lines(values)
    _check_suffix(values.get("payment_intent_data", {}))
    for name in ("success_url", "cancel_url"):
        _check_origin(name, values.get(name), allowed_origins)
    if "success_url" not in values:
        raise invalid("Missing required param: success_url.", code="parameter_missing", param="success_url")
    session = _session(act, values, sum(line["amount_total"] for line in lines), base_url)
    hidden = {"payment_intent_data": values.get("payment_intent_data", {}), "line_items": lines}
    act.remind("expire", session["id"], session["expires_at"])
    return act.add(session, hidden)


def expire(act: Act, session: Json) -> Json:
    """Close an open session. Raises StripeFault when it is not open."""
    if session["status"] != "open":
        message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
        raise invalid(f"{message} This Checkout Session has a status of {session['status']}.")
    return _expire(act, session)


def expire_if_due(act: Act, session_id: str) -> None:
    """The clockwork's part: a session whose time is up is closed."""
    session = act.get("checkout.session", session_id)
    act.forget("expire", session_id)
    if session["status"] == "open":
        _expire(act, session)


def current(act: Act, session_id: str) -> Json:
    """The session as of this moment: an open one whose time is up is closed on the way. Raises resource_missing."""
    session = act.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= act.second:
        return _expire(act, session)
    return session


def _expire(act: Act, session: Json) -> Json:
    session |= {"status": "expired", "url": None}
    act.forget("expire", session["id"])
    act.save(session)
    intent = act.find("payment_intent", session["payment_intent"])
    if intent is not None:
        act.save(intent | {"status": "canceled", "canceled_at": act.second, "cancellation_reason": "automatic"})
    emit(act, "checkout.session.expired", session)
    return session


def _lines(values: dict[str, Any]) -> list[Json]:
    given = values.get("line_items")
    if not given:
        raise invalid("Missing required param: line_items.", code="parameter_missing", param="line_items")
    lines = [_line(item, f"line_items[{place}]") for place, item in enumerate(given)]
    total = sum(line["amount_total"] for line in lines)
    if total == 0:
        raise not_modelled("a session of nothing", "line_items")
    if total < LEAST_PENCE:
        message = "The Checkout Session's total amount due must add up to at least £0.30 gbp"
        raise invalid(message, code="amount_too_small", param="line_items")
    if total > MOST_PENCE:
        message = "The Checkout Session's total amount due must be no more than £999,999.99"
        raise invalid(message, code="amount_too_large", param="line_items")
    return lines


def _line(item: dict[str, Any], path: str) -> Json:
    data = item.get("price_data")
    if data is None:
        raise invalid(f"Missing required param: {path}[price_data].", code="parameter_missing", param=f"{path}[price_data]")
    for name in ("unit_amount", "product_data"):
        if name not in data:
            at = f"{path}[price_data][{name}]"
            raise invalid(f"Missing required param: {at}.", code="parameter_missing", param=at)
    if "quantity" not in item:
        raise invalid(f"Missing required param: {path}[quantity].", code="parameter_missing", param=f"{path}[quantity]")
    total = data["unit_amount"] * item["quantity"]
    return {
        "id": ids.new("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": "gbp",
        "description": data["product_data"]["name"],
        "metadata": item.get("metadata", {}),
        "price": _price(data),
        "quantity": item["quantity"],
        # Not Stripe's: what the hosted page shows below the name.
        "_details": data["product_data"].get("description"),
    }


def _price(data: dict[str, Any]) -> Json:
    return shapes.price(data["unit_amount"]) | {"id": ids.new("price"), "created": 0, "product": ids.new("prod", 14)}


def _check_suffix(data: dict[str, Any]) -> None:
    suffix = data.get("statement_descriptor_suffix")
    if suffix is None:
        return
    at = "payment_intent_data[statement_descriptor_suffix]"
    if any(mark in suffix for mark in "<>\\'\"*") or not suffix.isascii():
        raise invalid("The statement descriptor suffix can't contain <, >, \\, ', \", * or letters beyond the Latin ones.", param=at)
    if not any(letter.isalpha() for letter in suffix):
        raise invalid("The statement descriptor suffix must contain at least one letter.", param=at)


def _check_origin(name: str, url: str | None, allowed: tuple[str, ...]) -> None:
    if url is not None and allowed and origin(url) not in allowed:
        raise invalid(f"Not a valid URL: this stand-in sends people back to {', '.join(allowed)} only.", code="url_invalid", param=name)


def origin(url: str) -> str:
    """scheme://host:port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _ends(act: Act, values: dict[str, Any]) -> int:
    at = int(values.get("expires_at", act.second + LONGEST))
    if at - act.now < SHORTEST:
        raise invalid("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at")
    if at - act.now > LONGEST:
        raise invalid("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at")
    return at


def _session(act: Act, values: dict[str, Any], total: int, base_url: str) -> Json:
    session_id = ids.new("cs_test", 58)
    echoed = (
        "billing_address_collection",
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "integration_identifier",
        "locale",
        "origin_context",
        "submit_type",
        "success_url",
    )
    texts = {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None}
    return (
        shapes.session_base()
        | {name: values.get(name) for name in echoed}
        | {
            "id": session_id,
            "amount_subtotal": total,
            "amount_total": total,
            "branding_settings": shapes.branding() | values.get("branding_settings", {}),
            "created": act.second,
            "custom_text": texts | values.get("custom_text", {}),
            "expires_at": _ends(act, values),
            "metadata": values.get("metadata", {}),
            "url": f"{base_url}/c/pay/{session_id}",
        }
    )

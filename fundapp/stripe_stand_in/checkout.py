"""Checkout Sessions, for one payment or for one a month: create, expire, and what the hosted page and the control API do with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fundapp.stripe_stand_in import ids, shapes, shapes_billing
from fundapp.stripe_stand_in.events import emit
from fundapp.stripe_stand_in.faults import Json, invalid, not_modelled
from fundapp.stripe_stand_in.store import Act

SHORTEST, LONGEST = 30 * 60, 24 * 3600
RECOVERABLE = 30 * 86_400
# Stripe's smallest charge in pounds (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
LEAST_PENCE = 30
MOST_PENCE = 99_999_999


def create(act: Act, values: dict[str, Any], base_url: str, allowed_origins: tuple[str, ...]) -> Json:
    """Open a session. Raises StripeFault for what Stripe's own rules refuse beyond shapes."""
    lines = _lines(values)
    _check_mode(values, lines)
    _check_suffix(values.get("payment_intent_data", {}))
    for name in ("success_url", "cancel_url"):
        check_origin(name, values.get(name), allowed_origins)
    if "success_url" not in values:
        raise invalid("Missing required param: success_url.", code="parameter_missing", param="success_url")
    session = _session(act, values, sum(line["amount_total"] for line in lines), base_url)
    hidden = {name: values.get(name, {}) for name in ("payment_intent_data", "subscription_data")} | {"line_items": lines}
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


def recover(act: Act, session_id: str, base_url: str) -> Json | None:
    """The session that stands in for one that ran out, while the way back is open; the same one until it is done with."""
    session = current(act, session_id)
    way = (session["after_expiration"] or {}).get("recovery", {})
    if session["status"] != "expired" or way.get("url") is None or way["expires_at"] <= act.second:
        return None
    again = [current(act, one["id"]) for one in act.all_with("checkout.session", "recovered_from", session_id)]
    used = [one for one in again if one["status"] != "expired"]
    return used[0] if used else _again(act, session, base_url)


def _again(act: Act, session: Json, base_url: str) -> Json:
    """A new session with a new id, told as the old one was: who takes part in it knows it by its metadata."""
    new_id = ids.new("cs_test", 58)
    fresh: Json = {"created": act.second, "expires_at": act.second + LONGEST, "status": "open", "payment_intent": None}
    way = session["after_expiration"]["recovery"] | {"url": None, "expires_at": None}
    fresh |= {"id": new_id, "recovered_from": session["id"], "url": f"{base_url}/c/pay/{new_id}", "after_expiration": {"recovery": way}}
    act.remind("expire", new_id, fresh["expires_at"])
    return act.add(session | fresh, act.hidden(session["id"]))


def _expire(act: Act, session: Json) -> Json:
    if session["after_expiration"] is not None:
        # The way back: another session for the same thing, for a month.
        way = {"url": session["url"].replace("/c/pay/", "/c/again/"), "expires_at": act.second + RECOVERABLE}
        session["after_expiration"]["recovery"] |= way
    session |= {"status": "expired", "url": None}
    act.forget("expire", session["id"])
    act.save(session)
    intent = act.find("payment_intent", session["payment_intent"])
    if intent is not None:
        act.save(intent | {"status": "canceled", "canceled_at": act.second, "cancellation_reason": "automatic"})
    emit(act, "checkout.session.expired", session)
    return session


def _check_mode(values: dict[str, Any], lines: list[Json]) -> None:
    """What goes with a subscription goes with nothing else, and the other way round (docs.stripe.com/api/checkout/sessions/create)."""
    is_monthly = values.get("mode") == "subscription"
    wrong = "payment_intent_data" if is_monthly else "subscription_data"
    if wrong in values:
        mode = "payment" if wrong == "payment_intent_data" else "subscription"
        raise invalid(f"You can not pass `{wrong}` unless in `{mode}` mode.", param=wrong)
    if is_monthly and "customer_creation" in values:
        raise invalid("`customer_creation` can only be used in `payment` and `setup` mode.", param="customer_creation")
    if is_monthly and len(lines) > 1:
        raise not_modelled("a subscription to several things", "line_items")
    for place, line in enumerate(lines):
        if (line["price"]["recurring"] is not None) is not is_monthly:
            message = "You must provide at least one recurring price in `subscription` mode when using prices."
            other = "You specified `payment` mode but passed a recurring price. Switch to `subscription` mode, or use only one-time prices."
            raise invalid(message if is_monthly else other, param=f"line_items[{place}]")


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
    price = shapes.price(data["unit_amount"]) | {"id": ids.new("price"), "created": 0, "product": ids.new("prod", 14)}
    return shapes_billing.month_of(price) if "recurring" in data else price


def _check_suffix(data: dict[str, Any]) -> None:
    suffix = data.get("statement_descriptor_suffix")
    if suffix is None:
        return
    at = "payment_intent_data[statement_descriptor_suffix]"
    if any(mark in suffix for mark in "<>\\'\"*") or not suffix.isascii():
        raise invalid("The statement descriptor suffix can't contain <, >, \\, ', \", * or letters beyond the Latin ones.", param=at)
    if not any(letter.isalpha() for letter in suffix):
        raise invalid("The statement descriptor suffix must contain at least one letter.", param=at)


def check_origin(name: str, url: str | None, allowed: tuple[str, ...]) -> None:
    """Refuse an address that the stand-in was not told to send people to. Raises StripeFault."""
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


def _after_expiration(values: dict[str, Any]) -> Json | None:
    wanted = values.get("after_expiration", {}).get("recovery", {}).get("enabled", False)
    if not wanted:
        return None
    return {"recovery": {"allow_promotion_codes": False, "enabled": True, "expires_at": None, "url": None}}


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
    monthly = {"mode": "subscription", "customer_creation": "always", "payment_method_collection": "always"}
    return (
        shapes.session_base()
        | (monthly if values.get("mode") == "subscription" else {})
        | {name: values.get(name) for name in echoed}
        | {
            "id": session_id,
            "after_expiration": _after_expiration(values),
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

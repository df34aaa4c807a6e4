"""The customer portal: where somebody who gives monthly changes their card, or stops. Plainly a test page."""

from __future__ import annotations

from typing import Any

from fundapp.stripe_stand_in import billing, checkout, ids, shapes_billing, subscriptions
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.store import Act

# A portal's address is for now, not for keeping.
LIVES_SECONDS = 3600


def create(act: Act, values: dict[str, Any], base_url: str, allowed_origins: tuple[str, ...]) -> Json:
    """Open a visit. Raises StripeFault for a customer nobody knows."""
    customer = act.get("customer", values["customer"], param="customer", status=400)
    checkout.check_origin("return_url", values.get("return_url"), allowed_origins)
    session_id = ids.new("bps")
    flow = values.get("flow_data")
    return act.add(
        shapes_billing.portal_session_base()
        | {
            "id": session_id,
            "created": act.second,
            "customer": customer["id"],
            "flow": _flow(flow) if flow else None,
            "locale": values.get("locale"),
            "return_url": values.get("return_url"),
            "url": f"{base_url}/p/session/{session_id}",
        }
    )


def current(act: Act, session_id: str) -> Json | None:
    """The visit, unless there is none or its time is up."""
    session = act.find("billing_portal.session", session_id)
    return session if session and session["created"] + LIVES_SECONDS > act.second else None


def running(act: Act, session: Json) -> list[Json]:
    """The customer's subscriptions that have not ended, oldest first."""
    found = act.all_with("subscription", "customer", session["customer"])
    return [one for one in found if one["status"] in billing.OPEN_TO_ALL]


def do(act: Act, session: Json, deed: str, subscription_id: str) -> None:
    """What the customer pressed: a card that works, one that is declined, or stop. Anything else is nothing."""
    if deed in {"works", "declines"}:
        subscriptions.change_card(act, session["customer"], deed)
    mine = {one["id"]: one for one in running(act, session)}
    if deed == "stop" and session["flow"] is None and subscription_id in mine:
        billing.end(act, mine[subscription_id], "cancellation_requested")


def _flow(given: dict[str, Any]) -> Json:
    after = given.get("after_completion", {"type": "portal_homepage"})
    nulls = dict.fromkeys(("subscription_cancel", "subscription_update", "subscription_update_confirm"))
    completion = {"hosted_confirmation": None, "redirect": None} | after
    return nulls | {"after_completion": completion, "type": given["type"]}

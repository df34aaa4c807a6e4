"""What a test does to the months of a subscription: the clock's chores now, cards that fail, months that go by."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from fundapp.stripe_stand_in import billing, deliveries, subscriptions
from fundapp.stripe_stand_in.control import asked, refused, wrong
from fundapp.stripe_stand_in.faults import StripeFault
from fundapp.stripe_stand_in.state import State

blueprint = Blueprint("control_billing", __name__, url_prefix="/_control")
blueprint.register_error_handler(ValueError, wrong)
blueprint.register_error_handler(StripeFault, refused)
CARDS = ("works", "declines")


def _state() -> State:
    state: State = current_app.extensions["stand_in"]
    return state


@blueprint.post("/clock/chores")
def do_chores() -> Response:
    """All that is due by the stand-in's clock is done now, and not a moment later."""
    asked()
    with _state().store.act() as act:
        done = deliveries.do_chores(act)
    return jsonify(done=done)


@blueprint.post("/subscriptions/<subscription_id>/renew")
def renew(subscription_id: str) -> Response:
    """The month is over now, whatever the clock says."""
    asked()
    with _state().store.act() as act:
        act.get("subscription", subscription_id)
        billing.renew(act, subscription_id)
        return jsonify(act.get("subscription", subscription_id))


@blueprint.post("/subscriptions/<subscription_id>/card")
def card(subscription_id: str) -> Response:
    """The card works, or is declined, from now on."""
    wanted = asked().get("card")
    if wanted not in CARDS:
        raise ValueError(f"A card is one of {', '.join(CARDS)}.")
    with _state().store.act() as act:
        subscription = act.get("subscription", subscription_id)
        subscriptions.change_card(act, subscription["customer"], wanted)
        return jsonify(card=wanted)


@blueprint.post("/invoices/<invoice_id>/try")
def try_again(invoice_id: str) -> Response:
    """The next try of an open invoice is now."""
    asked()
    with _state().store.act() as act:
        act.get("invoice", invoice_id)
        return jsonify(billing.attempt(act, invoice_id))

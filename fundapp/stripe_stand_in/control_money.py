"""The control API's part about money that moves at Stripe without the Fund: disputes, payouts, banks, the account itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from fundapp.stripe_stand_in import disputes
from fundapp.stripe_stand_in.control import asked, refused, wrong
from fundapp.stripe_stand_in.faults import Json, StripeFault
from fundapp.stripe_stand_in.state import State
from fundapp.stripe_stand_in.store import Act

blueprint = Blueprint("control_money", __name__, url_prefix="/_control")
blueprint.register_error_handler(ValueError, wrong)
blueprint.register_error_handler(TypeError, wrong)
blueprint.register_error_handler(StripeFault, refused)

Deed = Callable[[Act, str, dict[str, Any]], Json]

# What can be done to a thing, by the last part of the address.
DEEDS: dict[str, dict[str, Deed]] = {
    "charges": {"dispute": disputes.opened},
    "disputes": {
        "withdraw": lambda act, which, _: disputes.withdraw(act, which),
        "escalate": lambda act, which, _: disputes.escalate(act, which),
        "review": lambda act, which, _: disputes.review(act, which),
        "reinstate": lambda act, which, values: disputes.reinstate(act, which, values.get("amount")),
        "win": lambda act, which, _: disputes.close(act, which, "won"),
        "lose": lambda act, which, _: disputes.close(act, which, "lost"),
        "drop": lambda act, which, _: disputes.close(act, which, "warning_closed"),
        "overturn": lambda act, which, _: disputes.overturn(act, which),
    },
}


@blueprint.post("/<any(charges,disputes):what>/<which>/<deed>")
def act_on_money(what: str, which: str, deed: str) -> Response:
    """Do one of the deeds above to one thing."""
    chosen = DEEDS[what].get(deed)
    if chosen is None:
        raise ValueError(f"Of {what}: {', '.join(DEEDS[what])}.")
    values = asked()
    state: State = current_app.extensions["stand_in"]
    with state.store.act() as act:
        return jsonify(chosen(act, which, values))

"""The control API's part about money that moves at Stripe without the Fund: disputes, payouts, banks, the account itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from fundapp.stripe_stand_in import bank_debit, disputes, payouts
from fundapp.stripe_stand_in.balance import write_transaction
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
    "charges": {
        "dispute": disputes.opened,
        "bank-accepts": lambda act, which, _: bank_debit.succeed(act, which),
        "bank-refuses": lambda act, which, _: bank_debit.refuse(act, which),
        "bank-takes-back": lambda act, which, _: bank_debit.take_back(act, which),
    },
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
    "payouts": {
        "reconcile": lambda act, which, _: payouts.reconcile(act, which),
        "send": lambda act, which, _: payouts.send(act, which),
        "arrive": lambda act, which, _: payouts.arrive(act, which),
        "fail": lambda act, which, _: payouts.fail(act, which),
        "cancel": lambda act, which, _: payouts.cancel(act, which),
    },
}
# What moves the balance and is no gift: its type, and what Stripe reports it as.
MOVEMENTS = {
    "stripe_fee": "fee",
    "tax_fee": "tax",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "adjustment": "other_adjustment",
    "reserve_transaction": "risk_reserved_funds",
    "reserved_funds": "risk_reserved_funds",
    "contribution": "contribution",
}


@blueprint.post("/<any(charges,disputes,payouts):what>/<which>/<deed>")
def act_on_money(what: str, which: str, deed: str) -> Response:
    """Do one of the deeds above to one thing."""
    chosen = DEEDS[what].get(deed)
    if chosen is None:
        raise ValueError(f"Of {what}: {', '.join(DEEDS[what])}.")
    values = asked()
    with _state().store.act() as act:
        return jsonify(chosen(act, which, values))


@blueprint.post("/payouts")
def pay_out() -> Response:
    """A payout to the bank of all that is available. manual: by somebody's hand."""
    values = asked()
    with _state().store.act() as act:
        return jsonify(payouts.made(act, values))


@blueprint.post("/sessions/<session_id>/bank-debit")
def debit_bank(session_id: str) -> Response:
    """Pay a session by bank debit without a browser: the bank has yet to say whether it does."""
    email = asked().get("email")
    with _state().store.act() as act:
        return jsonify(bank_debit.begin(act, session_id, email))


@blueprint.post("/movements")
def move_balance() -> Response:
    """The account itself is charged or credited: type (one of the above), amount in pence, fee."""
    values = asked()
    kind, amount, fee = values.get("type"), values.get("amount"), values.get("fee", 0)
    if kind not in MOVEMENTS or type(amount) is not int or type(fee) is not int:
        raise ValueError(f"type is one of {', '.join(MOVEMENTS)}; amount and fee are whole numbers of pence.")
    with _state().store.act() as act:
        category, words = MOVEMENTS[kind], "Moved by the control API"
        return jsonify(write_transaction(act, kind=kind, category=category, amount=amount, fee=fee, source=None, description=words))


def _state() -> State:
    state: State = current_app.extensions["stand_in"]
    return state


@blueprint.get("/payment_intents/<intent_id>")
def one_intent(intent_id: str) -> Response:
    """A payment intent as it stands, for whoever has no key."""
    with _state().store.act() as act:
        return jsonify(act.get("payment_intent", intent_id))

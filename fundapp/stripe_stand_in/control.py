"""The control API under /_control: how a test or a demonstration makes the stand-in misbehave. JSON, this machine alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from fundapp.stripe_stand_in import balance, paying, refunds, subscriptions
from fundapp.stripe_stand_in.deliveries import do_chores
from fundapp.stripe_stand_in.faults import Json, StripeFault
from fundapp.stripe_stand_in.settings import Settings
from fundapp.stripe_stand_in.state import State
from fundapp.stripe_stand_in.store import Act

blueprint = Blueprint("control", __name__, url_prefix="/_control")
ORDERS = ("created", "reversed", "shuffled")
MOST_ROUNDS = 20


def _state() -> State:
    state: State = current_app.extensions["stand_in"]
    return state


def asked() -> dict[str, Any]:
    """The JSON object that a control was sent. Raises ValueError."""
    # A form on some web page cannot send this content type, so no page a person visits can steer the stand-in.
    if request.mimetype != "application/json":
        raise ValueError("Send application/json.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ValueError("Send a JSON object.")
    return body


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
def wrong(error: Exception) -> tuple[Response, int]:
    """A control that makes no sense."""
    return jsonify(error=str(error)), 400


@blueprint.errorhandler(StripeFault)
def refused(fault: StripeFault) -> tuple[Response, int]:
    """A control that the object's state does not allow."""
    return jsonify(error=fault.message), fault.status


@blueprint.get("")
def summary() -> Response:
    """How the stand-in stands."""
    state = _state()
    with state.store.act() as act:
        pending = act.db.execute("SELECT count(*) AS n FROM delivery WHERE state = 'pending'").fetchone()["n"]
        settings, url = act.settings.as_json(), state.deliveries.url
    return jsonify(settings=settings, pending_deliveries=pending, webhook_url=url, troubles=state.misbehaviour.waiting())


@blueprint.post("/settings")
def change_settings() -> Response:
    """Change settings by name; they are kept over restarts."""
    values = asked()
    with _state().store.act() as act:
        act.set(act.settings.changed(values))
        return jsonify(act.settings.as_json())


@blueprint.post("/reset")
def reset() -> Response:
    """Be as when first started with an empty store: faster than starting another."""
    asked()
    state = _state()
    options = state.options
    with state.store.act() as act:
        act.clear()
        act.set(act.settings.changed(options.settings()))
    state.deliveries.secrets = options.webhook_secrets
    state.deliveries.ring_at(options.webhook_url)
    state.misbehaviour.clear()
    state.log.clear()
    return jsonify(settings=options.settings())


@blueprint.post("/clock/advance")
def advance_clock() -> Response:
    """Move the stand-in's clock on. Signatures keep the machine's own time."""
    seconds = asked().get("seconds")
    if not isinstance(seconds, int | float) or seconds < 0:
        raise ValueError("seconds is a number, nought or more.")
    with _state().store.act() as act:
        act.set(act.settings.changed({"clock_offset_seconds": act.settings.clock_offset_seconds + seconds}))
        # What falls due has happened when this is answered, and what that leads to as well.
        for _ in range(MOST_ROUNDS):
            if not do_chores(act):
                break
        return jsonify(now=act.now)


@blueprint.post("/sessions/<session_id>/pay")
def pay(session_id: str) -> Response:
    """Pay a session without a browser."""
    email = asked().get("email")
    with _state().store.act() as act:
        is_monthly = act.get("checkout.session", session_id)["mode"] == "subscription"
        return jsonify((subscriptions if is_monthly else paying).pay(act, session_id, email))


@blueprint.post("/sessions/<session_id>/decline")
def decline(session_id: str) -> Response:
    """Have the card declined without a browser."""
    told = asked()
    with _state().store.act() as act:
        return jsonify(paying.decline(act, session_id, told.get("email"), told.get("card")))


@blueprint.post("/settle")
def settle() -> Response:
    """Make every fee that is still to come known now."""
    asked()
    with _state().store.act() as act:
        rows = act.db.execute("SELECT object_id FROM reminder WHERE what = 'settle' ORDER BY due_at").fetchall()
        charges = [row["object_id"] for row in rows]
        for charge_id in charges:
            balance.settle_charge(act, charge_id)
    return jsonify(charges=charges)


@blueprint.post("/refunds/<refund_id>/finish")
def finish_refund(refund_id: str) -> Response:
    """A pending refund goes through."""
    asked()
    with _state().store.act() as act:
        return jsonify(refunds.finish(act, refund_id))


@blueprint.post("/refunds/<refund_id>/fail")
def fail_refund(refund_id: str) -> Response:
    """A refund comes back."""
    asked()
    with _state().store.act() as act:
        return jsonify(refunds.fail(act, refund_id))


@blueprint.get("/deliveries")
def list_deliveries() -> Response:
    """Every delivery, oldest first, with its event's type."""
    with _state().store.act() as act:
        sql = "SELECT d.*, json_extract(o.body, '$.type') AS type FROM delivery d JOIN object o ON o.id = d.event_id ORDER BY d.seq"
        return jsonify(deliveries=[dict(row) for row in act.db.execute(sql)])


@blueprint.post("/deliveries/hold")
def hold() -> Response:
    """Ring nothing until released."""
    return _held(True)


@blueprint.post("/deliveries/release")
def release() -> Response:
    """Ring what is due."""
    return _held(False)


def _held(held: bool) -> Response:
    asked()
    with _state().store.act() as act:
        act.set(act.settings.changed({"held": held}))
        if not held:
            act.db.execute("UPDATE delivery SET due_at = ? WHERE state = 'pending'", (act.now,))
    return jsonify(held=held)


@blueprint.post("/deliveries/drop")
def drop() -> Response:
    """The chosen pending bells are never rung."""
    values = asked()
    with _state().store.act() as act:
        chosen = _choose(act, values)
        for event in chosen:
            act.db.execute("UPDATE delivery SET state = 'dropped' WHERE event_id = ? AND state = 'pending'", (event["id"],))
    return jsonify(dropped=[event["id"] for event in chosen])


@blueprint.post("/deliveries/delay")
def delay() -> Response:
    """The chosen pending bells ring `seconds` later than they would have."""
    values = asked()
    seconds = values.get("seconds")
    if not isinstance(seconds, int | float) or seconds < 0:
        raise ValueError("seconds is a number, nought or more.")
    with _state().store.act() as act:
        chosen = _choose(act, values)
        for event in chosen:
            act.db.execute("UPDATE delivery SET due_at = due_at + ? WHERE event_id = ? AND state = 'pending'", (seconds, event["id"]))
    return jsonify(delayed=[event["id"] for event in chosen])


@blueprint.post("/deliveries/send")
def send() -> Response:
    """Ring the chosen bells now, and say what was answered. Options: times, order, seed, threads, secrets, age_seconds."""
    values = asked()
    state = _state()
    if state.deliveries.url is None:
        raise ValueError("The stand-in was given no webhook address.")
    with state.store.act() as act:
        chosen, settings = _choose(act, values), act.settings
    outcomes = _ring(chosen, values, settings)
    if "secrets" not in values and not values.get("age_seconds"):
        with state.store.act() as act:
            for event_id in {one["event_id"] for one in outcomes if one["taken"]}:
                act.db.execute("UPDATE delivery SET state = 'delivered' WHERE event_id = ? AND state = 'pending'", (event_id,))
    return jsonify(outcomes=outcomes)


def _ring(chosen: Sequence[Json], values: dict[str, Any], settings: Settings) -> list[Json]:
    deliveries = _state().deliveries
    queue = list(chosen) * int(values.get("times", 1))
    order = values.get("order", "created")
    if order not in ORDERS:
        raise ValueError(f"An order is one of {', '.join(ORDERS)}.")
    if order == "reversed":
        queue.reverse()
    if order == "shuffled":
        random.Random(values.get("seed")).shuffle(queue)  # noqa: S311 - an order of play, no secret
    secrets, age = values.get("secrets"), float(values.get("age_seconds", 0))

    def ring(event: Json) -> Json:
        outcome = deliveries.send(event, settings, secrets=secrets, age_seconds=age)
        return asdict(outcome) | {"type": event["type"], "taken": outcome.taken}

    with ThreadPoolExecutor(int(values.get("threads", 1))) as pool:
        return list(pool.map(ring, queue))


def _choose(act: Act, values: dict[str, Any]) -> list[Json]:
    """The events named by `event_ids` (delivered or not), or the pending ones, of `types` if given; oldest first."""
    if "event_ids" in values:
        return [act.get("event", event_id) for event_id in values["event_ids"]]
    rows = act.db.execute("SELECT event_id FROM delivery WHERE state = 'pending' ORDER BY seq").fetchall()
    events = [act.get("event", row["event_id"]) for row in rows]
    types = values.get("types")
    return [event for event in events if types is None or event["type"] in types]


@blueprint.post("/deliveries/sign")
def sign() -> Response:
    """The chosen bells as they would be rung now, for a test that carries them itself: body and signature of each."""
    values = asked()
    with _state().store.act() as act:
        chosen = _choose(act, values)
    secrets, age = values.get("secrets"), float(values.get("age_seconds", 0))
    made = [_state().deliveries.make(event, secrets=secrets, age_seconds=age) for event in chosen]
    bells = [
        {"event_id": event["id"], "type": event["type"], "body": body.decode(), "signature": signature}
        for event, (body, signature) in zip(chosen, made, strict=True)
    ]
    return jsonify(bells=bells)


@blueprint.post("/webhook")
def move_webhook() -> Response:
    """Ring at this url from now on, until the next start; null for nowhere."""
    url = asked().get("url")
    _state().deliveries.ring_at(url)
    return jsonify(url=url)


@blueprint.post("/secrets")
def roll_secrets() -> Response:
    """Sign with these secrets from now on, until the next start."""
    secrets = asked().get("secrets")
    if not isinstance(secrets, list) or not secrets or not all(isinstance(one, str) and one for one in secrets):
        raise ValueError("secrets is a list of texts.")
    _state().deliveries.secrets = tuple(secrets)
    return jsonify(secrets=len(secrets))


@blueprint.post("/troubles")
def add_trouble() -> Response:
    """Plan a trouble for the next requests that match (misbehaviour.Trouble has the names)."""
    _state().misbehaviour.add(asked())
    return jsonify(troubles=_state().misbehaviour.waiting())


@blueprint.post("/troubles/clear")
def clear_troubles() -> Response:
    """Behave again."""
    asked()
    _state().misbehaviour.clear()
    return jsonify(troubles=[])


@blueprint.get("/requests")
def requests() -> Response:
    """What the API was asked, oldest first; ?id= for one."""
    wanted = request.args.get("id")
    return jsonify(requests=[row for row in _state().log.rows() if wanted in {None, row["id"]}])


@blueprint.post("/requests/clear")
def clear_requests() -> Response:
    """Begin the log again."""
    asked()
    _state().log.clear()
    return jsonify(requests=[])

"""The API's front door: key, version, idempotency, parameters, then the endpoint; every answer in Stripe's form."""

from __future__ import annotations

import base64
import binascii
import json
import socket
import time
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request

from fundapp.stripe_stand_in import endpoints, idempotency, ids
from fundapp.stripe_stand_in.calling import Call
from fundapp.stripe_stand_in.encoding import Raw, decode
from fundapp.stripe_stand_in.events import API_VERSION
from fundapp.stripe_stand_in.expansion import expand
from fundapp.stripe_stand_in.faults import StripeFault
from fundapp.stripe_stand_in.idempotency import Remembered
from fundapp.stripe_stand_in.misbehaviour import Trouble, broken
from fundapp.stripe_stand_in.state import State

blueprint = Blueprint("api", __name__)
MOST_BYTES = 256 * 1024


@dataclass(slots=True)
class Exchange:
    """One request on its way to an answer."""

    state: State
    method: str
    path: str
    request_id: str
    key: str | None
    params: dict[str, Raw]
    replayed: bool = False
    should_retry: str = ""
    original: str | None = None


@blueprint.route("/v1", defaults={"rest": ""}, methods=["GET", "POST", "DELETE"])
@blueprint.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
def answer(rest: str) -> Response:  # noqa: ARG001
    """Every address of the API."""
    state: State = current_app.extensions["stand_in"]
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    exchange = Exchange(state, request.method, request.path.rstrip("/"), ids.new("req", 14), key, {})
    try:
        status, body = _answer(exchange)
    except ConnectionAbortedError:
        _log(exchange, None)
        raise
    except StripeFault as fault:
        status, body = fault.status, json.dumps(fault.body(exchange.request_id), indent=2)
    return _respond(exchange, status, body)


def _answer(exchange: Exchange) -> tuple[int, str]:
    _check_key()
    _check_version()
    trouble = exchange.state.misbehaviour.take(exchange.method, exchange.path)
    exchange.should_retry = trouble.should_retry if trouble else ""
    if trouble is not None and trouble.moment == "before" and trouble.deed != "hang":
        _misbehave(trouble)
    exchange.params = _params(exchange.method)
    with exchange.state.in_flight.hold(exchange.key):
        if trouble is not None and trouble.moment == "before":
            _misbehave(trouble)
        status, body = _execute(exchange, trouble)
        if trouble is not None and trouble.moment == "after":
            _misbehave(trouble)
    return status, body


def _execute(exchange: Exchange, trouble: Trouble | None) -> tuple[int, str]:
    endpoint, object_id = endpoints.find(exchange.method, exchange.path)
    options = exchange.state.options
    with exchange.state.store.act(request_id=exchange.request_id, idempotency_key=exchange.key) as act:
        mark = idempotency.fingerprint(exchange.method, exchange.path, exchange.params)
        before = idempotency.recall(act, exchange.key, mark) if exchange.key else None
        if before is not None:
            exchange.replayed, exchange.original = True, before.request_id
            return before.status, before.body
        values = endpoint.params.read(exchange.params)
        found = endpoint.run(Call(act, exchange.path, object_id, values, options.base_url, options.allowed_return_origins))
        status, body = 200, json.dumps(expand(act, found, values.get("expand", [])), indent=2)
        if trouble is not None and trouble.moment == "after" and trouble.deed == "answer":
            status, body = trouble.status, json.dumps(broken(trouble.status).body(exchange.request_id), indent=2)
        if exchange.key:
            idempotency.remember(act, exchange.key, mark, Remembered(status, body, exchange.request_id))
    return status, body


def _check_key() -> None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    elif kind.lower() != "bearer":
        given = ""
    if not given:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
        raise StripeFault(401, "invalid_request_error", message)
    if not given.startswith(("sk_test_", "rk_test_")) or len(given) < 12:
        # The key's first and last letters, as Stripe shows it: enough to know which one it was.
        raise StripeFault(401, "invalid_request_error", f"Invalid API Key provided: {given[:8]}****{given[-4:] if len(given) > 20 else ''}")


def _check_version() -> None:
    given = request.headers.get("Stripe-Version")
    if given is not None and given != API_VERSION:
        message = f"Invalid Stripe API version: {given[:40]}. The stand-in speaks {API_VERSION} alone."
        raise StripeFault(400, "invalid_request_error", message)


def _params(method: str) -> dict[str, Raw]:
    try:
        query = decode(request.query_string.decode("ascii", errors="strict"))
    except UnicodeDecodeError:
        raise StripeFault(400, "invalid_request_error", "The query is not ASCII.") from None
    if method != "POST":
        return query
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise StripeFault(413, "invalid_request_error", "The request is too large.")
    if not body:
        return query
    if request.mimetype != "application/x-www-form-urlencoded":
        message = f"Invalid content type {request.mimetype}: this API takes application/x-www-form-urlencoded."
        raise StripeFault(400, "invalid_request_error", message)
    return query | decode(body.decode("utf-8", errors="replace"))


def _misbehave(trouble: Trouble) -> None:
    if trouble.deed == "answer" and trouble.moment == "before":
        raise broken(trouble.status)
    if trouble.deed == "hang":
        time.sleep(trouble.seconds)
    if trouble.deed == "drop":
        connection: socket.socket = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError


def _respond(exchange: Exchange, status: int, body: str) -> Response:
    response = Response(body, status, content_type="application/json")
    response.headers["Request-Id"] = exchange.request_id
    response.headers["Stripe-Version"] = API_VERSION
    response.headers["Cache-Control"] = "no-cache, no-store"
    if exchange.key:
        response.headers["Idempotency-Key"] = exchange.key
        response.headers["Original-Request"] = exchange.original or exchange.request_id
    if exchange.should_retry:
        response.headers["Stripe-Should-Retry"] = exchange.should_retry
    if exchange.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    _log(exchange, status)
    return response


def _log(exchange: Exchange, status: int | None) -> None:
    exchange.state.log.add(
        {
            "id": exchange.request_id,
            "method": exchange.method,
            "path": exchange.path,
            "params": exchange.params,
            "status": status,
            "idempotency_key": exchange.key,
            "replayed": exchange.replayed,
            "stripe_version": request.headers.get("Stripe-Version"),
        }
    )

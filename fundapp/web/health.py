"""For whoever operates the Fund: is it alive, and can it do its work?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from fundapp.web.guards import PUBLIC, guard


def health_blueprint(fault: Callable[[], str | None]) -> Blueprint:
    """`/healthz` and `/readyz`. `fault` says in a plain sentence what is wrong with the database, or None."""
    blueprint = Blueprint("health", __name__)
    guard(blueprint, PUBLIC)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return _plain({"alive": True}, 200)

    @blueprint.get("/readyz")
    def ready() -> Response:
        sentence = fault()
        return _plain({"ready": sentence is None, "fault": sentence}, 200 if sentence is None else 503)

    return blueprint


def _plain(facts: dict[str, object], status: int) -> Response:
    response = jsonify(facts)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response

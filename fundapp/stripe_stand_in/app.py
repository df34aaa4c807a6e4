"""The WSGI app: API, hosted page and control, for callers on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from fundapp.stripe_stand_in import api, control, control_billing, control_money, pages, pages_portal
from fundapp.stripe_stand_in.deliveries import LOOPBACK, Deliveries
from fundapp.stripe_stand_in.state import Options, State
from fundapp.stripe_stand_in.store import Store


def open_state(options: Options) -> State:
    """Open the store and make the parts, without starting the clockwork.

    Raises StoreInUse, NotLoopback.
    """
    store = Store(options.store)
    with store.act() as act:
        act.set(act.settings.changed(options.settings()))
    return State(options, store, Deliveries(store, options.webhook_url, options.webhook_secrets))


def create_stand_in(state: State) -> Flask:
    """The app around these parts."""
    app = Flask(__name__, static_folder=None, template_folder="pages")
    app.extensions["stand_in"] = state
    # A dropped connection is raised through Flask to the server, which closes it without an answer.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.before_request(_only_this_machine)
    for room in (api, control, control_billing, control_money, pages, pages_portal):
        app.register_blueprint(room.blueprint)
    return app


def _only_this_machine() -> Response | None:
    """Refuse names that merely resolve to this machine, so that no web page elsewhere can steer the stand-in."""
    if urlsplit(f"//{request.host}").hostname in LOOPBACK:
        return None
    return Response("The stand-in answers at 127.0.0.1 alone.\n", 421, content_type="text/plain; charset=utf-8")

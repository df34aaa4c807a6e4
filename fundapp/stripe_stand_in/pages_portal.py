"""The portal's page: a card that works, one that is declined, and stop."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fundapp.stripe_stand_in import checkout, portal
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.pages import guard
from fundapp.stripe_stand_in.state import State
from fundapp.stripe_stand_in.store import Act

blueprint = Blueprint("portal", __name__, template_folder="pages")
blueprint.after_request(guard)
DONE = {"works": "From now on the card works.", "declines": "From now on the card is declined.", "stop": "Stopped."}


def _state() -> State:
    state: State = current_app.extensions["stand_in"]
    return state


@blueprint.get("/p/session/<session_id>")
def page(session_id: str) -> tuple[str, int]:
    """What goes on, and what can be done about it."""
    with _state().store.act() as act:
        session = portal.current(act, session_id)
        if session is None:
            return render_template("nothing.html"), 404
        return _shown(act, session), 200


@blueprint.post("/p/session/<session_id>")
def do(session_id: str) -> AnyResponse | tuple[str, int]:
    """Do it. A visit that was opened for one thing goes back when it is done."""
    deed = request.form.get("act", "")
    with _state().store.act() as act:
        session = portal.current(act, session_id)
        if session is None:
            return render_template("nothing.html"), 404
        portal.do(act, session, deed, request.form.get("subscription", ""))
        after = (session["flow"] or {}).get("after_completion", {}).get("redirect")
        if after:
            return redirect(after["return_url"], 303)
        return _shown(act, session, DONE.get(deed, "")), 200


def _shown(act: Act, session: Json, done: str = "") -> str:
    # A browser holds form-action against redirects too, so the address after the deed has to be named.
    after = (session["flow"] or {}).get("after_completion", {}).get("redirect") or {}
    g.return_origin = checkout.origin(after.get("return_url") or session["return_url"] or "")
    return render_template("portal.html", session=session, running=portal.running(act, session), done=done)

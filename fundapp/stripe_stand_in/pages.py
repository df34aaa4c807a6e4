"""The hosted page: plainly a test page, where a person pays, is declined, or goes away."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fundapp.stripe_stand_in import bank_debit, checkout, paying, subscriptions
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.params import EMAIL
from fundapp.stripe_stand_in.state import State
from fundapp.stripe_stand_in.store import Act

blueprint = Blueprint("pages", __name__, template_folder="pages", static_folder="pages/static", static_url_path="/assets")


def _state() -> State:
    state: State = current_app.extensions["stand_in"]
    return state


@blueprint.get("/")
def front() -> str:
    """What this is, for whoever finds it."""
    return render_template("front.html")


@blueprint.get("/c/pay/<session_id>")
def pay_page(session_id: str) -> tuple[str, int]:
    """The page that asks for the money."""
    with _state().store.act() as act:
        session = act.find("checkout.session", session_id)
        if session is None:
            return render_template("nothing.html"), 404
        session = checkout.current(act, session_id)
        return _page(act, session), 200


@blueprint.post("/c/pay/<session_id>")
def answer(session_id: str) -> AnyResponse | tuple[str, int]:
    """Pay or be declined. A second press of Pay leads where the first one did."""
    email = request.form.get("email", "").strip()
    with _state().store.act() as act:
        if act.find("checkout.session", session_id) is None:
            return render_template("nothing.html"), 404
        session = checkout.current(act, session_id)
        if session["status"] == "complete":
            return redirect(_success(session), 303)
        if session["status"] == "expired":
            return _page(act, session), 409
        if request.form.get("act") == "decline":
            session = paying.decline(act, session_id)
            return _page(act, session, email=email), 200
        is_monthly = session["mode"] == "subscription"
        if (email or is_monthly) and not EMAIL.fullmatch(email):
            fault = "Write the address like name@example.org" + ("." if is_monthly else ", or leave it empty.")
            return _page(act, session, email=email, fault=fault), 422
        if request.form.get("act") == "bank" and not is_monthly:
            session = bank_debit.begin(act, session_id, email or None)
            return redirect(_success(session), 303)
        session = (subscriptions if is_monthly else paying).pay(act, session_id, email or None)
    return redirect(_success(session), 303)


@blueprint.get("/c/again/<session_id>")
def recover(session_id: str) -> AnyResponse | tuple[str, int]:
    """The way back from a session that ran out, to one that stands in for it."""
    state = _state()
    with state.store.act() as act:
        found = act.find("checkout.session", session_id)
        session = checkout.recover(act, session_id, state.options.base_url) if found else None
    return redirect(f"/c/pay/{session['id']}", 303) if session else (render_template("nothing.html"), 404)


@blueprint.after_request
def guard(response: Response) -> Response:
    """No scripts, nothing from elsewhere; a form may lead on to where the session says, and nowhere else."""
    # A browser holds form-action against redirects too, so the address after paying has to be named.
    onward = g.get("return_origin", "")
    policy = f"default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {onward}; frame-ancestors 'none'; base-uri 'none'"
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint != "pages.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _page(act: Act, session: Json, *, email: str = "", fault: str = "") -> str:
    lines = act.hidden(session["id"])["line_items"]
    intent = act.find("payment_intent", session["payment_intent"])
    declined = intent is not None and intent["last_payment_error"] is not None
    g.return_origin = checkout.origin(session["success_url"])
    return render_template("pay.html", session=session, lines=lines, success=_success(session), email=email, fault=fault, declined=declined)


def _success(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


@blueprint.app_template_filter("pounds")
def pounds(pence: int) -> str:
    """Pence as people write pounds."""
    return f"£{pence // 100:,}.{pence % 100:02d}"

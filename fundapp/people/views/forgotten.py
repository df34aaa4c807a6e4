"""A forgotten password: asking for a link, and using it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.people import resetting, service, signed_in, throttle
from fundapp.people.factor_forms import ForgottenForm, NewPasswordForm
from fundapp.web.app import keys, settings
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.limits import counted_elsewhere, limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("forgotten", __name__, url_prefix="/sign-in/forgotten")
guard(blueprint, PUBLIC)


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """These pages hold a form's token, and their address opens an account."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("")
def ask() -> ResponseReturnValue:
    """Ask whose password it is."""
    return render_template("people/forgotten.html", form=ForgottenForm())


@blueprint.post("")
@counted_elsewhere("people/throttle.py, by account and network together")
def send() -> ResponseReturnValue:
    """Send a link, where there is such an account. The answer is the same."""
    form = ForgottenForm()
    if not form.validate():
        return render_template("people/forgotten.html", form=form), form.status
    email = form.email.data or ""
    with transaction(db()):
        attempt = throttle.note_reset(db(), keys=keys(), email=email, address=request.remote_addr)
    with transaction(db()):
        resetting.ask(db(), attempt=attempt, email=email)
    return redirect(url_for("forgotten.sent"), 303)


@blueprint.get("/sent")
def sent() -> ResponseReturnValue:
    """Say what happens now, whoever asked."""
    return render_template("people/forgotten_sent.html")


@blueprint.get("/<token>")
@noticed("password-link")
def new_password(token: str) -> ResponseReturnValue:
    """Ask for a new password."""
    if not resetting.usable(db(), token):
        return _gone()
    return render_template("people/new_password.html", form=NewPasswordForm())


@blueprint.post("/<token>")
@limited("password-link", most=30)
@noticed("password-link")
def set_password(token: str) -> ResponseReturnValue:
    """Set it. Nobody is signed in by that."""
    form = NewPasswordForm()
    if form.validate():
        try:
            with form.refusals():
                with transaction(db()):
                    resetting.set_password(
                        db(), token=token, password=form.password.data or "", passwords=service.passwords(settings().env)
                    )
                signed_in.finish()
                flash(_("Your password is set. Sign in with it."), "good")
                return redirect(url_for("sign_in.sign_in"), 303)
        except NotFound:
            return _gone()
    if not resetting.usable(db(), token):
        return _gone()
    return render_template("people/new_password.html", form=form), form.status


def _gone() -> ResponseReturnValue:
    return render_template("people/forgotten_gone.html"), 404

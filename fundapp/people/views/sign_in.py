"""The ways in: signing in, and taking up an invitation."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.people import passkeys, proving, service, signed_in, throttle
from fundapp.people.factor_forms import PasskeyForm
from fundapp.people.forms import AcceptForm, SignInForm
from fundapp.people.sessions import device_name, start
from fundapp.people.views.second_step import copies_noted, site
from fundapp.web import identity
from fundapp.web.app import keys, settings
from fundapp.web.guards import PUBLIC, guard, safe_next
from fundapp.web.limits import counted_elsewhere, limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("sign_in", __name__)
guard(blueprint, PUBLIC)


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """These pages hold a form's token, or an invitation's facts."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for e-mail and password, unless they are signed in already."""
    person = identity.signed_in()
    if person:
        return redirect(signed_in.onward(request.args.get("next"), person.actor.roles), 303)
    return _page(SignInForm(next=safe_next(request.args.get("next")) or ""))


@blueprint.post("/sign-in")
@counted_elsewhere("people/throttle.py, by account and network together")
def sign_in_try() -> ResponseReturnValue:
    """Begin a session. Whatever is wrong, the answer is the same."""
    form = SignInForm()
    if form.validate():
        email = form.email.data or ""
        with transaction(db()):
            attempt = throttle.note(db(), keys=keys(), email=email, address=request.remote_addr)
        with form.refusals():
            with transaction(db()):
                row, token = service.sign_in(
                    db(),
                    attempt=attempt,
                    email=email,
                    password=form.password.data or "",
                    passwords=service.passwords(settings().env),
                    device=device_name(request.user_agent.string),
                )
            signed_in.begin(row, token)
            return redirect(signed_in.onward(form.next.data, row.user.roles), 303)
    return _page(form)


@blueprint.post("/sign-in/passkey")
@limited("sign-in-passkey", most=100)
def sign_in_by_passkey() -> ResponseReturnValue:
    """Begin a session for whoever holds a passkey. It is never counted against anybody's account."""
    form = PasskeyForm()
    shown = SignInForm(formdata=None, next=form.next.data)
    with shown.refusals():
        with copies_noted(), transaction(db()):
            row, token = proving.sign_in_by_passkey(
                db(),
                keys=keys(),
                site=site(),
                signed=form.signed.data or "",
                answer=form.answer.data or "",
                device=device_name(request.user_agent.string),
            )
        signed_in.begin(row, token)
        return redirect(signed_in.onward(form.next.data, row.user.roles), 303)
    return _page(shown)


@blueprint.get("/invitations/<token>")
@noticed("invitations")
def invitation(token: str) -> ResponseReturnValue:
    """Say what the invitation is for, and ask for a name and a password."""
    found = service.invitation_for(db(), token)
    if found is None:
        return render_template("people/invitation_gone.html"), 404
    return render_template("people/invitation.html", form=AcceptForm(), invitation=found)


@blueprint.post("/invitations/<token>")
@limited("invitation", most=60)
@noticed("invitations")
def accept_invitation(token: str) -> ResponseReturnValue:
    """Make the account and sign its owner in."""
    form = AcceptForm()
    if form.validate():
        try:
            with form.refusals():
                with transaction(db()):
                    user = service.accept_invitation(
                        db(),
                        token=token,
                        name=form.name.data or "",
                        password=form.password.data or "",
                        passwords=service.passwords(settings().env),
                    )
                    row, secret = start(db(), user=user, device=device_name(request.user_agent.string))
                signed_in.begin(row, secret)
                return redirect(signed_in.home(user.roles), 303)
        except NotFound:
            return render_template("people/invitation_gone.html"), 404
    found = service.invitation_for(db(), token)
    if found is None:
        return render_template("people/invitation_gone.html"), 404
    return render_template("people/invitation.html", form=form, invitation=found), form.status


def _page(form: SignInForm) -> ResponseReturnValue:
    asked = passkeys.ask(keys(), site(), purpose=passkeys.SIGN_IN)
    return render_template("people/sign_in.html", form=form, asked=asked), form.status

"""One's own account: who am I here, where am I signed in, my password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.people import factors, queries, recovery, service, signed_in, throttle
from fundapp.people.forms import PasswordForm
from fundapp.people.seats import what_they_do
from fundapp.people.sessions import PROVEN_BY, SignedInPerson, device_words
from fundapp.web import identity
from fundapp.web.app import keys, settings
from fundapp.web.first_steps import opens_always
from fundapp.web.guards import SIGNED_IN, guard
from fundapp.web.navigation import frame
from fundapp.web.session import db

blueprint = Blueprint("account", __name__)
guard(blueprint, SIGNED_IN)


def _own() -> SignedInPerson:
    person = identity.signed_in()
    if not isinstance(person, SignedInPerson):
        raise TypeError("the guard lets nobody through who is not signed in")
    return person


@blueprint.get("/account")
def show() -> ResponseReturnValue:
    """Who I am to the Fund, and where I am signed in."""
    return _page(PasswordForm())


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Set another password; every other session ends."""
    form, own = PasswordForm(), _own()
    if form.validate():
        with transaction(db()):
            attempt = throttle.note(db(), keys=keys(), email=own.person.email, address=request.remote_addr)
        with form.refusals():
            with transaction(db()):
                service.change_password(
                    db(),
                    actor=own.actor,
                    attempt=attempt,
                    session_id=own.session_id,
                    current=form.current.data or "",
                    new=form.new.data or "",
                    passwords=service.passwords(settings().env),
                )
            flash(_("Your password is changed. You are signed out everywhere else."), "good")
            return redirect(url_for("account.show"), 303)
    return _page(form)


@blueprint.post("/account/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out on another device."""
    with transaction(db()):
        service.end_session(db(), actor=_own().actor, session_id=session_id)
    flash(_("That device is signed out."), "good")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/sign-out")
@opens_always
def sign_out() -> ResponseReturnValue:
    """End this session here and in the database."""
    with transaction(db()):
        service.sign_out(db(), session_id=_own().session_id)
    signed_in.finish()
    away = redirect(url_for("sign_in.sign_in"), 303)
    # Going back shows nothing of what was read: no page was stored, and what a browser keeps of open ones goes as well (ASVS 14.3.1),
    # and with it whatever was written on this phone without a signal (docs/offline.md).
    away.headers["Clear-Site-Data"] = '"cache", "storage"'
    return away


def _page(form: PasswordForm) -> ResponseReturnValue:
    own = _own()
    found = queries.sessions(db(), own.person.id)
    facts = {"sessions": found, "this": own.session_id, "device_words": device_words, "does": what_they_do(), "proven_by": PROVEN_BY}
    shown = {"factors": factors.of(db(), own.person.id), "codes": recovery.left(db(), own.person.id)}
    return render_template("people/account.html", frame=frame(), form=form, **facts, **shown), form.status

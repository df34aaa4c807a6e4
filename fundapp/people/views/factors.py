"""Setting up what one proves with: passkeys, apps, recovery codes. At the first sign-in, and later from one's account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.people import app_codes, factors, passkeys, recovery, service, signed_in
from fundapp.people.factor_forms import NewAppForm, NewPasskeyForm, RenameForm
from fundapp.people.factor_models import PASSKEY
from fundapp.people.factors import Added
from fundapp.people.seats import needs_second_factor
from fundapp.people.views.second_step import arriving, site
from fundapp.web.app import fund, keys, settings
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import ARRIVING, SECOND_STEP, guard, prove_first, safe_next
from fundapp.web.session import db

blueprint = Blueprint("factors", __name__, url_prefix="/factors")
guard(blueprint, ARRIVING)

# In a phone's width on every screen: one thing at a time, and a code that a camera takes in.
FRAME = "base/phone.html"
# What somebody may do here who has shown their password alone, and has nothing else yet.
_BEGINNING = frozenset({"factors.set_up", "factors.new_app", "factors.add_app", "factors.new_passkey", "factors.add_passkey"})


@blueprint.before_request
def who_may() -> ResponseReturnValue | None:
    """Only a fresh proof opens these pages; or, for whoever has nothing to prove it with yet, the password."""
    own = arriving()
    if own.proven:
        # Anybody may look at what there is to choose from.
        return None if own.fresh or request.endpoint == "factors.set_up" else prove_first()
    if factors.count(db(), own.person.id) or request.endpoint not in _BEGINNING:
        return redirect(url_for(SECOND_STEP, next=safe_next(request.values.get("next"))), 303)
    return None


@blueprint.get("/set-up")
def set_up() -> ResponseReturnValue:
    """Offer the ways there are, a passkey first."""
    own = arriving()
    needed = needs_second_factor(own.actor.roles) and not own.proven
    return render_template("people/factors_set_up.html", frame=FRAME, needed=needed, next=_next())


@blueprint.get("/app")
def new_app() -> ResponseReturnValue:
    """Show the QR code and the secret, and ask for the first code."""
    sealed = app_codes.offer(db(), session_id=arriving().session_id, secret=app_codes.new_secret())
    return _app(NewAppForm(formdata=None, sealed=sealed, name=_("My phone"), next=_next()))


@blueprint.post("/app")
def add_app() -> ResponseReturnValue:
    """Add an app that shows the right code."""
    form, own = NewAppForm(), arriving()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                added = factors.add_app(
                    db(),
                    actor=own.actor,
                    session_id=own.session_id,
                    sealed=form.sealed.data or "",
                    typed=form.code.data or "",
                    name=form.name.data or "",
                    passwords=service.passwords(settings().env),
                )
            return _added(added, form.next.data)
    return _app(form)


@blueprint.get("/passkey")
def new_passkey() -> ResponseReturnValue:
    """Say what a passkey is, and ask the browser for one."""
    return _passkey(NewPasskeyForm(formdata=None, name=_("This device"), next=_next()))


@blueprint.post("/passkey")
def add_passkey() -> ResponseReturnValue:
    """Add a passkey that has answered."""
    form, own = NewPasskeyForm(), arriving()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                added = factors.add_passkey(
                    db(),
                    actor=own.actor,
                    session_id=own.session_id,
                    keys=keys(),
                    site=site(),
                    signed=form.signed.data or "",
                    answer=form.answer.data or "",
                    name=form.name.data or "",
                    passwords=service.passwords(settings().env),
                )
            return _added(added, form.next.data)
    return _passkey(form)


@blueprint.get("/<int:factor_id>")
def change(factor_id: int) -> ResponseReturnValue:
    """One passkey or app: its name, and how to remove it."""
    return _change(factor_id, None)


@blueprint.post("/<int:factor_id>/rename")
def rename(factor_id: int) -> ResponseReturnValue:
    """Call it something else."""
    form = RenameForm()
    if form.validate():
        with transaction(db()):
            factors.rename(db(), actor=arriving().actor, factor_id=factor_id, name=form.name.data or "")
        flash(_("It has its new name."), "good")
        return redirect(url_for("account.show"), 303)
    return _change(factor_id, form)


@blueprint.post("/<int:factor_id>/remove")
def remove(factor_id: int) -> ResponseReturnValue:
    """Remove it."""
    form = RenameForm(formdata=None)
    with form.refusals():
        with transaction(db()):
            factors.remove(db(), actor=arriving().actor, factor_id=factor_id)
        flash(_("It is removed, and opens nothing any more. Delete it on your device as well."), "good")
        return redirect(url_for("account.show"), 303)
    return _change(factor_id, form)


@blueprint.get("/recovery-codes")
def ask_for_codes() -> ResponseReturnValue:
    """Say what new codes do to the old ones."""
    return _ask_for_codes(CsrfForm())


@blueprint.post("/recovery-codes")
def make_codes() -> ResponseReturnValue:
    """Make ten new ones, and show them this once."""
    form = CsrfForm()
    with form.refusals():
        with transaction(db()):
            codes = factors.make_codes(db(), actor=arriving().actor, passwords=service.passwords(settings().env))
        return _codes(tuple(codes), url_for("account.show"))
    return _ask_for_codes(form)


def _next() -> str:
    return safe_next(request.args.get("next")) or ""


def _app(form: NewAppForm) -> ResponseReturnValue:
    own = arriving()
    secret = app_codes.offered(db(), session_id=own.session_id, sealed=form.sealed.data or "")
    if secret is None:
        # The form was another's, or too old: begin with a new secret, and say so.
        secret = app_codes.new_secret()
        form.sealed.data = app_codes.offer(db(), session_id=own.session_id, secret=secret)
    label = _("QR code for your app")
    code = fund().gateways.qr_svg(app_codes.address(secret, own.person.email), label=label)
    page = render_template("people/factor_app.html", frame=FRAME, form=form, code=code, secret=app_codes.in_fours(secret))
    return page, form.status


def _passkey(form: NewPasskeyForm) -> ResponseReturnValue:
    own = arriving()
    known = [one for one in factors.of(db(), own.person.id) if one.kind == PASSKEY]
    asked = passkeys.ask_for_new(keys(), site(), purpose=passkeys.adding(own.session_id), user=own.person, known=known)
    form.signed.data, form.answer.data = asked.signed, ""
    return render_template("people/factor_passkey.html", frame=FRAME, form=form, asked=asked), form.status


def _change(factor_id: int, form: RenameForm | None) -> ResponseReturnValue:
    own = arriving()
    factor = factors.one(db(), actor=own.actor, factor_id=factor_id)
    shown = form or RenameForm(formdata=None)
    if not shown.name.data:
        shown.name.data = factor.name
    page = render_template("people/factor.html", frame=FRAME, form=shown, factor=factor)
    return page, shown.status


def _ask_for_codes(form: CsrfForm) -> ResponseReturnValue:
    left = recovery.left(db(), arriving().person.id)
    return render_template("people/recovery_codes_ask.html", frame=FRAME, form=form, left=left), form.status


def _added(added: Added, target: str | None) -> ResponseReturnValue:
    signed_in.renew(added.token)
    onward = signed_in.onward(target, arriving().actor.roles) if target or not added.codes else None
    if added.codes:
        return _codes(added.codes, onward or signed_in.home(arriving().actor.roles))
    flash(_("It is added. From now on it opens your account."), "good")
    return redirect(url_for("account.show"), 303)


def _codes(codes: tuple[str, ...], onward: str) -> ResponseReturnValue:
    return render_template("people/recovery_codes.html", codes=codes, onward=onward)

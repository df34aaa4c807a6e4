"""The second step of signing in: a passkey, an app's code, or a recovery code, after the password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.people import factors, passkeys, proving, recovery, service, signed_in, throttle
from fundapp.people.factor_forms import PasskeyForm, SecondStepForm
from fundapp.people.factor_models import PASSKEY
from fundapp.people.passkeys import Copied, Site
from fundapp.people.sessions import SignedInPerson
from fundapp.web import identity
from fundapp.web.app import keys, settings
from fundapp.web.guards import ARRIVING, guard, safe_next
from fundapp.web.session import db

blueprint = Blueprint("second_step", __name__, url_prefix="/second-step")
guard(blueprint, ARRIVING)


def arriving() -> SignedInPerson:
    """Whoever is at the door: at least their password was right."""
    person = identity.arriving()
    if not isinstance(person, SignedInPerson):
        raise TypeError("the guard lets nobody through who has no session")
    return person


def site() -> Site:
    """Where passkeys are good."""
    return Site.of(settings().base_url)


@contextmanager
def copies_noted() -> Iterator[None]:
    """Around the act that takes a passkey: one that is refused as a copy is written down, though the act itself is undone."""
    try:
        yield
    except Copied as copied:
        with transaction(db()):
            factors.note_copy(db(), user_id=copied.user_id, factor_id=copied.factor_id)
        raise


@blueprint.before_request
def still_to_come() -> ResponseReturnValue | None:
    """Whoever has proven it is them goes on; whoever has nothing to prove it with sets that up."""
    person = arriving()
    target = safe_next(request.values.get("next"))
    if request.endpoint == "second_step.leave":
        return None
    if person.proven:
        return redirect(signed_in.onward(target, person.actor.roles), 303)
    if not factors.count(db(), person.person.id):
        return redirect(url_for("factors.set_up", next=target), 303)
    return None


@blueprint.get("")
def ask() -> ResponseReturnValue:
    """Ask for the second proof."""
    return _page(SecondStepForm(next=safe_next(request.args.get("next")) or ""))


@blueprint.post("")
def prove() -> ResponseReturnValue:
    """Take a code."""
    form, own = SecondStepForm(), arriving()
    if form.validate():
        with transaction(db()):
            attempt = throttle.note_second_factor(db(), keys=keys(), user_id=own.person.id, address=request.remote_addr)
        with form.refusals():
            with transaction(db()):
                token = proving.second_step(
                    db(),
                    actor=own.actor,
                    session_id=own.session_id,
                    attempt=attempt,
                    typed=form.code.data or "",
                    passwords=service.passwords(settings().env),
                )
            signed_in.renew(token)
            return redirect(signed_in.onward(form.next.data, own.actor.roles), 303)
    return _page(form)


@blueprint.post("/passkey")
def prove_by_passkey() -> ResponseReturnValue:
    """Take a passkey's answer."""
    form, own = PasskeyForm(), arriving()
    shown = SecondStepForm(formdata=None, next=form.next.data)
    with shown.refusals():
        with copies_noted(), transaction(db()):
            token = proving.by_passkey(
                db(),
                actor=own.actor,
                session_id=own.session_id,
                keys=keys(),
                site=site(),
                signed=form.signed.data or "",
                answer=form.answer.data or "",
            )
        signed_in.renew(token)
        return redirect(signed_in.onward(form.next.data, own.actor.roles), 303)
    return _page(shown)


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """Give up, and begin again as somebody else."""
    with transaction(db()):
        service.sign_out(db(), session_id=arriving().session_id)
    signed_in.finish()
    return redirect(url_for("sign_in.sign_in"), 303)


def _page(form: SecondStepForm) -> ResponseReturnValue:
    own = arriving()
    has = factors.of(db(), own.person.id)
    known = [one for one in has if one.kind == PASSKEY]
    asked = passkeys.ask(keys(), site(), purpose=passkeys.proving(own.session_id), known=known) if known else None
    page = render_template(
        "people/second_step.html",
        form=form,
        passkey=PasskeyForm(formdata=None, signed=asked.signed if asked else "", next=form.next.data),
        asked=asked,
        has_app=len(known) < len(has),
        left=recovery.left(db(), own.person.id).left,
    )
    return page, form.status

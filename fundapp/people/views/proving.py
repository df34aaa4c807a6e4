"""Proving once more that it is oneself, before money moves or somebody's seats change."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.people import factors, passkeys, proving, service, signed_in, throttle
from fundapp.people.factor_forms import ProveForm
from fundapp.people.factor_models import PASSKEY
from fundapp.people.views.second_step import arriving, copies_noted, site
from fundapp.web.app import keys, settings
from fundapp.web.guards import SIGNED_IN, guard, safe_next
from fundapp.web.navigation import frame
from fundapp.web.session import db

blueprint = Blueprint("proving", __name__, url_prefix="/prove")
guard(blueprint, SIGNED_IN)

# What a form that was interrupted may bring along: names and lines, no files.
MOST_KEPT = 200
_OWN = "proof_"


@blueprint.get("")
def ask() -> ResponseReturnValue:
    """Ask for a proof before a page is shown."""
    return _page(ProveForm(formdata=None, proof_next=safe_next(request.args.get("next")) or ""))


@blueprint.post("/act")
def ask_to_act() -> ResponseReturnValue:
    """Ask for a proof before an act is done. What was typed stays in this page, and goes on with the proof."""
    return _page(ProveForm(formdata=None, proof_next=safe_next(request.args.get("next")) or "", proof_act="1"))


@blueprint.post("")
def prove() -> ResponseReturnValue:
    """Take a code, or the password of an account that has nothing else."""
    form, own = ProveForm(), arriving()

    def take() -> str:
        with transaction(db()):
            attempt = throttle.note_second_factor(db(), keys=keys(), user_id=own.person.id, address=request.remote_addr)
        with transaction(db()):
            return proving.again(
                db(),
                actor=own.actor,
                session_id=own.session_id,
                attempt=attempt,
                typed=form.proof_code.data or form.proof_password.data or "",
                passwords=service.passwords(settings().env),
            )

    return _on_with(form, take) if form.validate() else _page(form)


@blueprint.post("/passkey")
def prove_by_passkey() -> ResponseReturnValue:
    """Take a passkey's answer."""
    form, own = ProveForm(), arriving()

    def take() -> str:
        with copies_noted(), transaction(db()):
            return proving.by_passkey(
                db(),
                actor=own.actor,
                session_id=own.session_id,
                keys=keys(),
                site=site(),
                signed=form.proof_signed.data or "",
                answer=form.proof_answer.data or "",
            )

    return _on_with(form, take)


def _on_with(form: ProveForm, take: Callable[[], str]) -> ResponseReturnValue:
    with form.refusals():
        signed_in.renew(take())
        target = signed_in.onward(form.proof_next.data, arriving().actor.roles)
        # An act that was interrupted is sent again by the browser, with everything that was typed (RFC 9110, 15.4.8).
        return redirect(target, 307 if form.proof_act.data and safe_next(form.proof_next.data) else 303)
    return _page(form)


def _kept() -> list[tuple[str, str]]:
    sent = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token" and not name.startswith(_OWN)]
    return sent[:MOST_KEPT]


def _page(form: ProveForm) -> ResponseReturnValue:
    own = arriving()
    has = factors.of(db(), own.person.id)
    known = [one for one in has if one.kind == PASSKEY]
    asked = passkeys.ask(keys(), site(), purpose=passkeys.proving(own.session_id), known=known) if known else None
    form.proof_signed.data, form.proof_answer.data = asked.signed if asked else "", ""
    page = render_template(
        "people/prove.html",
        frame=frame(),
        form=form,
        asked=asked,
        has_app=len(known) < len(has),
        has_nothing=not has,
        kept=_kept(),
        back=url_for("account.show"),
    )
    return page, form.status

"""Handing one's open requests to a colleague while one is away, and taking them back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import marked, ngettext
from fundapp.core.roles import Role
from fundapp.grants import lending, waiting
from fundapp.grants.listing_forms import LendForm
from fundapp.people import cover, leaving
from fundapp.people import queries as people
from fundapp.web.forms import CsrfForm, Form
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.needs import work
from fundapp.web.session import db

blueprint = Blueprint("lending", __name__, url_prefix="/requests/away")
guard(blueprint, Role.KEY_WORKER)
work(blueprint, marked("Handed over while you were away"), "lending.show", [Role.KEY_WORKER], 12, waiting.to_take_back)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What is in hand, what is with a colleague, and the way from one to the other."""
    return _page(_form(None))


@blueprint.post("")
def lend() -> ResponseReturnValue:
    """Hand all that is open to a colleague until a day."""
    form = _form()
    if form.validate():
        with form.refusals():
            with transaction(db()) as session:
                handed = lending.lend(session, actor=actor(), to_id=form.to.data, until=form.until.data)
            told = ngettext("%(count)d request is with your colleague now.", "%(count)d requests are with your colleague now.", handed)
            flash(told % {"count": handed}, "good")
            return redirect(url_for("lending.show"), 303)
    return _page(form)


@blueprint.post("/take-back")
def take_back() -> ResponseReturnValue:
    """Take back what is still open."""
    form = CsrfForm()
    with form.refusals():
        with transaction(db()) as session:
            came = lending.take_back(session, actor=actor())
        flash(ngettext("%(count)d request is yours again.", "%(count)d requests are yours again.", came) % {"count": came}, "good")
        return redirect(url_for("lending.show"), 303)
    return _page(_form(None), form)


def _page(form: LendForm, refused: Form | None = None) -> ResponseReturnValue:
    page = render_template(
        "grants/lending.html",
        form=form,
        refused=refused.refusal.sentence if refused and refused.refusal else "",
        open_count=lending.open_count(db(), actor()),
        lent=lending.lent_to(db(), actor()),
        taking=bool(form.to.choices),
    )
    return page, (refused or form).status


def _form(formdata: object = ...) -> LendForm:
    me = actor()
    away = next(iter(cover.absences(db(), user_id=me.user_id)), None)
    known = {"to": away.deputy_id, "until": away.ends_on} if away else {}
    form = LendForm(formdata=None, data=known) if formdata is None else LendForm()
    form.offer(leaving.colleagues(db(), people.user(db(), me.user_id or 0)))
    return form

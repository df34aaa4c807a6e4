"""More than one thing in a request, and asking for the same again."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import asking, asking_again, queries, steps, usual
from fundapp.grants.asking_forms import AgainForm, MoreForm
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.thing_models import MOST_THINGS
from fundapp.grants.views.asking import key_of, offer, whole
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("asking_more", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)


@blueprint.get("/<int:request_id>/things/new")
def new_thing(request_id: int) -> ResponseReturnValue:
    """What else do they need?"""
    draft, _ties = steps.seen(db(), request_id, actor())
    if draft.status != Status.DRAFT:
        return redirect(url_for("requests.show", request_id=request_id), 303)
    if len(draft.things) >= MOST_THINGS:
        return redirect(_check(request_id), 303)
    form = MoreForm(formdata=None, data={"position": len(draft.things) + 1})
    offer(form)
    return _page(form, draft)


@blueprint.post("/<int:request_id>/things/new")
def add_thing(request_id: int) -> ResponseReturnValue:
    """Ask for one thing more, and go on to what it costs."""
    draft, _ties = steps.seen(db(), request_id, actor())
    form = MoreForm()
    offer(form)
    if not whole(form):
        return _page(form, draft)
    with form.refusals():
        try:
            with transaction(db()):
                thing = asking.put_thing(
                    db(),
                    actor=actor(),
                    request_id=request_id,
                    position=form.position.data or 0,
                    item_id=form.item.data,
                    detail_words=form.detail.data or "",
                )
        except Conflict as told:
            flash(told.sentence, "warn")
            return redirect(url_for("requests.show", request_id=request_id), 303)
        return redirect(url_for("asking.ask", request_id=request_id, step="price", thing=thing.id, then="check"), 303)
    return _page(form, draft)


@blueprint.post("/<int:request_id>/things/<int:thing_id>/leave-out")
def leave_out(request_id: int, thing_id: int) -> ResponseReturnValue:
    """Leave one thing out again."""
    try:
        with transaction(db()):
            asking.take_out_thing(db(), actor=actor(), request_id=request_id, thing_id=thing_id)
    except Conflict as told:
        flash(told.sentence, "warn")
        return redirect(url_for("requests.show", request_id=request_id), 303)
    except Refused as told:
        flash(told.sentence, "warn")
    else:
        flash(_("Left out. The rest is as it was."), "good")
    return redirect(_check(request_id), 303)


@blueprint.get("/<int:request_id>/again")
def again(request_id: int) -> ResponseReturnValue:
    """What a new request would begin with."""
    return _again(request_id, AgainForm(formdata=None, data={"form_key": str(uuid4())}))


@blueprint.post("/<int:request_id>/again")
def ask_again(request_id: int) -> ResponseReturnValue:
    """Begin a new request with the same things."""
    form = AgainForm()
    form.validate()
    with form.refusals():
        with transaction(db()):
            draft = asking_again.ask_again(db(), actor=actor(), request_id=request_id, form_key=key_of(form.form_key.data))
        return redirect(url_for("asking.ask", request_id=draft.id, step="who"), 303)
    return _again(request_id, form)


def _check(request_id: int) -> str:
    return url_for("asking.ask", request_id=request_id, step="check")


def _page(form: MoreForm, draft: GrantRequest) -> ResponseReturnValue:
    items = {item.id: item for item in queries.catalogue(db())}
    page = render_template("grants/ask_more.html", form=form, draft=draft, number=0, of=0, items=items, usually=usual.usually(db()))
    return page, form.status


def _again(request_id: int, form: AgainForm) -> ResponseReturnValue:
    asked, _ties = steps.seen(db(), request_id, actor())
    if asked.status == Status.DRAFT or asked.group_id is not None:
        raise NotFound
    offered = asking_again.still_offered(asked)
    return render_template("grants/again.html", form=form, asked=asked, offered=offered), form.status

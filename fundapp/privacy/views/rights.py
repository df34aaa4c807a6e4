"""What people ask about their data: written down, due within a month, answered."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import queries as people
from fundapp.privacy import access, rights
from fundapp.privacy.forms import AnswerForm, AskedForm, NameForm, ReasonForm
from fundapp.privacy.models import DataRequest
from fundapp.privacy.rights import Erased
from fundapp.web import paging
from fundapp.web.forms import CsrfForm, Form
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db

blueprint = Blueprint("data_rights", __name__, url_prefix="/admin/data-protection/requests")
guard(blueprint, Role.ADMIN)


def _needs(_actor: Actor, limit: int) -> Waiting:
    rows, total = rights.waiting(db(), limit)
    needs = [
        Need(
            what=_(rights.KIND_WORDS[row.kind]),
            about=_("Somebody asks about their data: number %(number)d") % {"number": row.id},
            url=url_for("data_rights.show", request_id=row.id),
            act=_("Answer"),
            due_at=clock.start_of(row.due_on),
        )
        for row in rows
    ]
    return Waiting(needs, total)


work(blueprint, marked("Requests about data"), "data_rights.asked", [Role.ADMIN], 75, _needs)


@blueprint.route("", methods=["GET", "POST"])
def asked() -> ResponseReturnValue:
    """All of them, what is due soonest first, and a form for one more."""
    form = AskedForm()
    if form.validate_on_submit():
        with form.refusals():
            with transaction(db()):
                made = rights.enter(
                    db(),
                    actor=actor(),
                    kind=form.kind.data,
                    subject=form.subject.data or "",
                    received_on=form.received_on.data,
                    words=form.words.data or "",
                )
            return redirect(url_for(".show", request_id=made.id), 303)
    page = paging.page_of(db(), rights.all_asked(), number=paging.asked())
    told = {"page": page, "kinds": rights.KIND_WORDS, "subjects": access.KIND_WORDS, "today": clock.today()}
    return render_template("privacy/asked.html", form=form, **told), form.status


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One of them, with what can be done."""
    return _one(rights.asked(db(), request_id))


@blueprint.post("/<int:request_id>/take")
def take(request_id: int) -> ResponseReturnValue:
    """Everything that is held, as a file made now and kept nowhere."""
    form = ReasonForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                content = rights.take(db(), actor=actor(), request_id=request_id, reason=form.reason.data or "")
            name = f'attachment; filename="data-request-{request_id}.json"'
            return Response(content, mimetype="application/json", headers={"Content-Disposition": name})
    return _one(rights.asked(db(), request_id), form)


@blueprint.post("/<int:request_id>/put-right")
def put_right(request_id: int) -> ResponseReturnValue:
    """Put an account's name right."""
    form = NameForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                rights.put_right(db(), actor=actor(), request_id=request_id, name=form.name.data or "")
            flash(_("Put right."), "good")
            return redirect(url_for(".show", request_id=request_id), 303)
    return _one(rights.asked(db(), request_id), form)


@blueprint.post("/<int:request_id>/erase")
def erase(request_id: int) -> ResponseReturnValue:
    """Erase what may be erased, and show what stays and why."""
    form = CsrfForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                done = rights.erase(db(), actor=actor(), request_id=request_id)
            return _one(rights.asked(db(), request_id), erased=done)
    return _one(rights.asked(db(), request_id), form)


@blueprint.post("/<int:request_id>/answer")
def answer(request_id: int) -> ResponseReturnValue:
    """Write down what they were told."""
    form = AnswerForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                rights.answer(db(), actor=actor(), request_id=request_id, words=form.words.data or "")
            flash(_("Answered."), "good")
            return redirect(url_for(".asked"), 303)
    return _one(rights.asked(db(), request_id), form)


def _one(found: DataRequest, form: Form | None = None, *, erased: Erased | None = None) -> ResponseReturnValue:
    blank = {"take": ReasonForm, "answer": AnswerForm, "put_right": NameForm}
    forms = {name: form if isinstance(form, kind) else kind(formdata=None) for name, kind in blank.items()}
    names = people.names(db(), [one for one in (found.entered_by, found.answered_by) if one])
    told = {
        "asked": found,
        "forms": forms,
        "form": form,
        "kinds": rights.KIND_WORDS,
        "names": names,
        "erased": erased,
        "today": clock.today(),
    }
    return render_template("privacy/asked_one.html", **told), form.status if form is not None else 200

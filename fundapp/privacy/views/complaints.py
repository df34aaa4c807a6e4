"""Complaints about data, as administrators answer them, with the law's clock."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import queries as people
from fundapp.privacy import complaints
from fundapp.privacy.forms import SubjectForm, TellForm
from fundapp.privacy.models import DataComplaint
from fundapp.web import paging
from fundapp.web.forms import Form
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db

blueprint = Blueprint("data_complaints", __name__, url_prefix="/admin/data-protection/complaints")
guard(blueprint, Role.ADMIN)


def _needs(_actor: Actor, limit: int) -> Waiting:
    rows, total = complaints.waiting(db(), limit)
    needs = [
        Need(
            what=_("A complaint about data"),
            about=_(complaints.STATUS_WORDS[row.status]),
            url=url_for("data_complaints.show", complaint_id=row.id),
            act=_("Look into it") if row.acknowledged_at else _("Acknowledge"),
            since=row.received_at,
            due_at=None if row.acknowledged_at else row.received_at + complaints.ACKNOWLEDGE_WITHIN,
        )
        for row in rows
    ]
    return Waiting(needs, total)


work(blueprint, marked("Complaints about data"), "data_complaints.all_of_them", [Role.ADMIN], 74, _needs)


@blueprint.get("")
def all_of_them() -> ResponseReturnValue:
    """What is open first, the oldest first."""
    page = paging.page_of(db(), complaints.complaints(), number=paging.asked())
    return render_template("privacy/complaints.html", page=page, status_words=complaints.STATUS_WORDS, within=complaints.ACKNOWLEDGE_WITHIN)


@blueprint.get("/<int:complaint_id>")
def show(complaint_id: int) -> ResponseReturnValue:
    """One complaint, what its writer was told, and what to tell them next."""
    return _one(complaints.complaint(db(), complaint_id))


@blueprint.post("/<int:complaint_id>/tell")
def tell(complaint_id: int) -> ResponseReturnValue:
    """Tell the writer, on their own page."""
    form = TellForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                words = form.words.data or ""
                complaints.tell(db(), actor=actor(), complaint_id=complaint_id, what=form.what.data, words=words)
            flash(_("They can read it on their page now."), "good")
            return redirect(url_for(".show", complaint_id=complaint_id), 303)
    return _one(complaints.complaint(db(), complaint_id), form)


@blueprint.post("/<int:complaint_id>/about")
def about(complaint_id: int) -> ResponseReturnValue:
    """Say what it is about."""
    form = SubjectForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                complaints.set_subject(db(), actor=actor(), complaint_id=complaint_id, subject=(form.subject.data or "").strip())
            flash(_("Noted. Nothing of that is forgotten while the complaint is open."), "good")
            return redirect(url_for(".show", complaint_id=complaint_id), 303)
    return _one(complaints.complaint(db(), complaint_id), form)


def _one(found: DataComplaint, form: Form | None = None) -> ResponseReturnValue:
    told = form if isinstance(form, TellForm) else TellForm(formdata=None)
    subject = form if isinstance(form, SubjectForm) else SubjectForm(formdata=None, data={"subject": found.subject or ""})
    words = {"status_words": complaints.STATUS_WORDS, "step_words": complaints.STEP_WORDS, "within": complaints.ACKNOWLEDGE_WITHIN}
    names = people.names(db(), [step.by for step in found.steps])
    page = render_template("privacy/complaint.html", complaint=found, form=form, told=told, subject=subject, names=names, **words)
    return page, form.status if form is not None else 200

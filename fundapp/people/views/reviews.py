"""The access review, each quarter."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy, marked
from fundapp.core.roles import Role
from fundapp.people import queries, reviewing
from fundapp.people.reviewing import Decision
from fundapp.web import paging
from fundapp.web.forms import CsrfForm, Form, required
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db


class DecideForm(Form):
    """What becomes of one account, and why."""

    decision = RadioField(
        lazy("What becomes of this account?"),
        choices=lambda: [(one.value, one.words) for one in Decision],
        validators=[required(lazy("Choose what becomes of it."))],
    )
    reason = TextAreaField(
        lazy("Why"),
        validators=[
            required(lazy("Say why, for whoever reads this later.")),
            Length(max=500, message=lazy("Keep it under %(max)d characters.")),
        ],
    )


def waiting(person: Actor, _limit: int) -> Waiting:
    """This quarter's review, until it is finished: to administrators whole, to finance officers as far as it is theirs."""
    found = reviewing.due(db())
    if found is None:
        return Waiting()
    url, what = url_for("reviews.home"), _("Review who may do what")
    if not person.has(Role.ADMIN):
        rows = reviewing.lines(db(), found.review.id) if found.review else []
        mine = [one for one in rows if one.decision is None and reviewing.may_decide(person, one)]
        if not mine or found.review is None:
            return Waiting()
        url, what = url_for("reviews.show", review_id=found.review.id), _("Review an administrator’s account")
    since = found.review.begun_at if found.review else None
    return Waiting([Need(what, _("Each quarter, each account"), url, _("Review"), since=since, due_at=found.due_at)], 1)


blueprint = Blueprint("reviews", __name__, url_prefix="/admin/access-reviews")
guard(blueprint, Role.ADMIN, Role.FINANCE, Role.AUDITOR)
admin_item(
    blueprint,
    marked("Access reviews"),
    "reviews.home",
    18,
    marked("Each quarter: every account with what it may do, kept, changed or ended."),
)
work(blueprint, marked("Access review"), "reviews.home", [Role.ADMIN, Role.FINANCE], 85, waiting)


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Every review, and the button that begins this quarter's."""
    return _home(CsrfForm(formdata=None))


@blueprint.post("")
@only(Role.ADMIN)
def begin() -> ResponseReturnValue:
    """Begin this quarter's."""
    form = CsrfForm()
    with form.refusals():
        with transaction(db()):
            review = reviewing.begin(db(), actor=actor())
        return redirect(url_for("reviews.show", review_id=review.id), 303)
    return _home(form)


@blueprint.get("/<int:review_id>")
def show(review_id: int) -> ResponseReturnValue:
    """One review, account by account."""
    return _show(review_id, CsrfForm(formdata=None))


@blueprint.post("/<int:review_id>/finish")
@only(Role.ADMIN)
def finish(review_id: int) -> ResponseReturnValue:
    """Finish it, for good."""
    form = CsrfForm()
    with form.refusals():
        with transaction(db()):
            reviewing.finish(db(), actor=actor(), review_id=review_id)
        flash(_("The review is finished. Auditors can read it."), "good")
        return redirect(url_for("reviews.show", review_id=review_id), 303)
    return _show(review_id, form)


@blueprint.get("/<int:review_id>/accounts/<int:user_id>")
def account(review_id: int, user_id: int) -> ResponseReturnValue:
    """One account: what it may do, and what was decided."""
    return _account(review_id, user_id, DecideForm(formdata=None))


@blueprint.post("/<int:review_id>/accounts/<int:user_id>")
@only(Role.ADMIN, Role.FINANCE)
def decide(review_id: int, user_id: int) -> ResponseReturnValue:
    """Decide on it."""
    form = DecideForm()
    if form.validate():
        with form.refusals():
            try:
                with transaction(db()):
                    reviewing.decide(
                        db(),
                        actor=actor(),
                        review_id=review_id,
                        user_id=user_id,
                        decision=Decision(form.decision.data),
                        reason=form.reason.data or "",
                    )
                flash(_("Written down."), "good")
            except Conflict as told:
                flash(told.sentence, "warn")
            return redirect(url_for("reviews.show", review_id=review_id), 303)
    return _account(review_id, user_id, form)


def _home(form: CsrfForm) -> ResponseReturnValue:
    found = reviewing.reviews(db())
    page = render_template(
        "people/reviews.html",
        form=form,
        reviews=found,
        counts=reviewing.counts(db(), [one.id for one in found]),
        is_begun=any(one.quarter_on == clock.quarter_start(clock.today()) for one in found),
        may_begin=actor().has(Role.ADMIN),
    )
    return page, form.status


def _show(review_id: int, form: CsrfForm) -> ResponseReturnValue:
    review, me = reviewing.review(db(), review_id), actor()
    rows = reviewing.lines(db(), review_id)
    page = paging.page_of_known(rows, list, number=paging.asked())
    shown = render_template(
        "people/review.html",
        form=form,
        review=review,
        page=page,
        undecided=sum(one.decision is None for one in rows),
        may={one.user_id for one in page if review.finished_at is None and reviewing.may_decide(me, one)},
        names=queries.names(db(), [review.begun_by, review.finished_by, *(one.decided_by for one in page)]),
        is_done=reviewing.is_done,
        Decision=Decision,
        Role=Role,
        is_admin=me.has(Role.ADMIN),
    )
    return shown, form.status


def _account(review_id: int, user_id: int, form: DecideForm) -> ResponseReturnValue:
    review, found = reviewing.review(db(), review_id), reviewing.line(db(), review_id, user_id)
    told = {event.id: event.words or "" for event in audit.trail(db(), f"review:{review_id}")}
    page = render_template(
        "people/review_account.html",
        form=form,
        review=review,
        found=found,
        may=review.finished_at is None and reviewing.may_decide(actor(), found),
        own=found.user_id == actor().user_id,
        reason=told.get(found.audit_id or 0, ""),
        names=queries.names(db(), [found.decided_by]),
        Decision=Decision,
        Role=Role,
        is_admin=actor().has(Role.ADMIN),
    )
    return page, form.status

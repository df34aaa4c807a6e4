"""Comparing between agencies while a request is sent; and, for auditors, who compared whom by code and how often."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import carry_out, transaction
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import asking, steps
from fundapp.grants.lifecycle import Status
from fundapp.grants.matching import queries, service
from fundapp.grants.matching.forms import CompareForm
from fundapp.grants.matching.service import Particulars
from fundapp.grants.steps import AlreadyDone
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.session import db

blueprint = Blueprint("comparing", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)

auditing = Blueprint("comparisons", __name__, url_prefix="/comparisons")
guard(auditing, Role.AUDITOR)
nav_item(auditing, marked("Comparisons"), "comparisons.made", [Role.AUDITOR], 82)


@blueprint.get("/<int:request_id>/compare")
def ask(request_id: int) -> ResponseReturnValue:
    """What it is, whether they agree, and what it takes."""
    draft, _ties = steps.seen(db(), request_id, actor())
    return _page(request_id, CompareForm(formdata=None, data={"version": draft.version}))


@blueprint.post("/<int:request_id>/compare")
def send(request_id: int) -> ResponseReturnValue:
    """Send it, compared. The answer is one of two, and the same for a code that nobody else has."""
    form, then = CompareForm(), url_for("requests.show", request_id=request_id)
    if not form.validate():
        return _page(request_id, form)
    typed = Particulars(form.initials.data or "", form.born_on.data, form.how.data or "")
    with form.refusals():
        try:
            over = carry_out(
                db(), lambda: service.send_compared(db(), actor=actor(), request_id=request_id, version=form.shown_for, particulars=typed)
            )
        except AlreadyDone as told:
            flash(told.sentence, "good")
        except Conflict as told:
            flash(told.sentence, "warn")
        else:
            flash(_told(over=over), "good")
        return redirect(then, 303)
    return _page(request_id, form)


@blueprint.post("/people/<int:person_id>/compare/forget")
def forget(person_id: int) -> ResponseReturnValue:
    """They no longer agree to be compared."""
    if CsrfForm().validate():
        with transaction(db()):
            service.forget(db(), actor=actor(), person_id=person_id)
        flash(_("Destroyed. What other agencies ask for them is no longer added up."), "good")
    return redirect(url_for("slips.show", person_id=person_id), 303)


@auditing.get("")
def made() -> ResponseReturnValue:
    """Every comparison, the newest first, and who made how many."""
    page = paging.page_of(db(), queries.tries(), number=paging.asked())
    tallies = queries.tallies(db())
    names = people.names(db(), {*(one.user_id for one in page), *(one.user_id for one in tallies)})
    limits = {"most_a_day": service.MOST_A_DAY, "most_a_month": service.MOST_A_MONTH}
    return render_template("grants/comparisons.html", page=page, tallies=tallies, names=names, **limits)


def _page(request_id: int, form: CompareForm) -> ResponseReturnValue:
    draft, _ties = steps.seen(db(), request_id, actor())
    if draft.status != Status.DRAFT or asking.missing(draft):
        return redirect(url_for("asking.ask", request_id=request_id, step="check"), 303)
    marked_before = draft.person_id is not None and queries.is_marked(db(), draft.person_id)
    return render_template("grants/compare.html", form=form, draft=draft, marked_before=marked_before), form.status


def _told(*, over: bool) -> str:
    if over:
        return _("Sent. With what other agencies asked for them it goes over the cap. It is decided all the same, by one person more.")
    return _("Sent. With what other agencies asked for them it stays under the cap. You get a mail as soon as there is an answer.")

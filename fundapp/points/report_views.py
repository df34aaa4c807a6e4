"""What people reported about posters, for whoever looks into it; and what was done."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import queries as people
from fundapp.points import queries, watching
from fundapp.points.codes import grouped, is_code
from fundapp.points.lifecycle import Outcome, Trouble
from fundapp.points.public_forms import EndReportForm
from fundapp.points.watch_models import PointReport
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db

blueprint = Blueprint("poster_reports", __name__, url_prefix="/admin/points/reports")
guard(blueprint, Role.ADMIN, Role.FINANCE, Role.AUDITOR)
admin_item(blueprint, marked("Reported posters"), "poster_reports.reports", 42, marked("What people noticed, and what was done about it."))

# Where somebody may be taking gifts that are meant for the Fund.
URGENT_WITHIN = timedelta(days=1)


def _needs(_actor: Actor, limit: int) -> Waiting:
    rows, total = watching.waiting(db(), limit)
    return Waiting([_need(row) for row in rows], total)


def _need(row: PointReport) -> Need:
    trouble = Trouble(row.trouble)
    return Need(
        what=trouble.words,
        about=_("Poster %(code)s") % {"code": code_words(row.code)} if row.code else _("A poster without a code"),
        url=url_for("poster_reports.report", report_id=row.id),
        act=_("Look into it"),
        since=row.received_at,
        due_at=row.received_at + URGENT_WITHIN if trouble.is_urgent else None,
    )


work(blueprint, marked("Reported posters"), "poster_reports.reports", [Role.ADMIN, Role.FINANCE], 42, _needs)


def code_words(code: str) -> str:
    """A code as it is read, and whatever else somebody typed as it is."""
    return grouped(code) if is_code(code) else code


@blueprint.get("")
def reports() -> ResponseReturnValue:
    """What is open first, the oldest first."""
    page = paging.page_of(db(), watching.reports(), number=paging.asked())
    return render_template("points/reports.html", page=page, Trouble=Trouble, Outcome=Outcome, code_words=code_words)


@blueprint.get("/<int:report_id>")
def report(report_id: int) -> ResponseReturnValue:
    """One report, the point it is about, and what was done."""
    return _one(watching.one_report(db(), report_id), EndReportForm(formdata=None))


@blueprint.post("/<int:report_id>")
@only(Role.ADMIN, Role.FINANCE)
def end(report_id: int) -> ResponseReturnValue:
    """Say what was done about it."""
    form = EndReportForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                watching.end_report(db(), actor=actor(), report_id=report_id, outcome=form.outcome.data, done=form.done.data or "")
            flash(_("Kept with the report."), "good")
            return redirect(url_for(".report", report_id=report_id), 303)
    return _one(watching.one_report(db(), report_id), form)


def _one(found: PointReport, form: EndReportForm) -> ResponseReturnValue:
    words = render_template(
        "points/report_one.html",
        report=found,
        form=form,
        point=queries.point(db(), found.point_id) if found.point_id else None,
        trouble=Trouble(found.trouble),
        outcome=Outcome(found.outcome) if found.outcome else None,
        code=code_words(found.code),
        names=people.names(db(), [found.ended_by] if found.ended_by else []),
        may_end=actor().has(Role.ADMIN, Role.FINANCE),
        may_change=actor().has(Role.ADMIN),
    )
    return words, form.status

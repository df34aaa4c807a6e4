"""What each collection point takes, beside how often it is visited. Exact figures, for staff alone."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.finance import ledger_words
from fundapp.giving import figures as gifts
from fundapp.points import figures as points
from fundapp.points import queries
from fundapp.points.queries import State, grouped
from fundapp.web import paging
from fundapp.web.forms import cleaned
from fundapp.web.guards import guard
from fundapp.web.session import db

blueprint = Blueprint("point_takings", __name__, url_prefix="/finance/points")
guard(blueprint, Role.FINANCE, Role.AUDITOR)


@blueprint.get("")
def takings() -> ResponseReturnValue:
    """Every point: what it took this month and ever, how often it was visited, and when last."""
    words = cleaned(request.args.get("words", "")[:100])
    page = paging.page_of(db(), queries.points(words=words, state=State.ALL), number=paging.asked(), words=words)
    shown, today = [one.id for one in page], clock.today()
    return render_template(
        "finance/point_takings.html",
        page=page,
        words=words,
        taken=gifts.by_point(db(), shown, since=today.replace(day=1)),
        visited=points.visited(db(), shown, today=today),
        grouped=grouped,
    )


@blueprint.get("/<int:point_id>")
def of_point(point_id: int) -> ResponseReturnValue:
    """One point, month by month."""
    found = queries.point(db(), point_id)
    months = {one.month: one for one in gifts.by_month(db(), [found.id])}
    visits = points.visits_by_month(db(), found.id)
    rows = [(month, months.get(month), visits.get(month, 0)) for month in sorted({*months, *visits}, reverse=True)]
    return render_template(
        "finance/point_taking.html", point=found, rows=rows, total=sum(one.taken_pence for one in months.values()), words=ledger_words
    )

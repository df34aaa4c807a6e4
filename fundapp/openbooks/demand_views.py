"""What was declined and what could not be given, for partners and everybody who works with the Fund."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.quarters import Period, quarter_code
from fundapp.core.roles import Role
from fundapp.core.spreadsheet import BYTE_ORDER_MARK, MEDIA_TYPE, chunks, line, words
from fundapp.openbooks import demand, rules
from fundapp.openbooks.demand import Demand
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import frame, nav_item
from fundapp.web.session import db

blueprint = Blueprint("demand", __name__, url_prefix="/demand")
guard(blueprint, *Role)
nav_item(blueprint, marked("Not given"), "demand.report", [Role.KEY_WORKER, Role.APPROVER], 75)


@blueprint.get("")
def report() -> ResponseReturnValue:
    """One quarter's help that was not given, by need, reason, group and part of the town."""
    choices = demand.quarters(clock.today())
    shown = demand.demand(db(), _asked(choices), rules.now(db()).least)
    return render_template(
        "openbooks/demand.html",
        shown=shown,
        choices=[(quarter_code(one), one.words) for one in choices],
        may_note=actor().has(Role.KEY_WORKER),
        frame=frame(),
    )


@blueprint.get("/table.csv")
def table() -> Response:
    """The same as a table."""
    shown = demand.demand(db(), _asked(demand.quarters(clock.today())), rules.now(db()).least)
    headers = {"Content-Disposition": f'attachment; filename="not-given-{shown.code}.csv"'}
    return Response(BYTE_ORDER_MARK + b"".join(chunks(_rows(shown))), content_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


def _asked(choices: list[Period]) -> Period:
    code = request.args.get("quarter", "")
    return next((one for one in choices if quarter_code(one) == code), choices[0])


def _rows(shown: Demand) -> Iterator[str]:
    yield line(_("Quarter"), _("Counted by"), _("Which"), _("People, at least"), _("Times"))
    for one in shown.tables:
        for row in one.lines:
            yield line(shown.code, one.head, words(row.name), "" if row.people is None else str(row.people), str(row.times))

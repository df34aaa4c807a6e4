"""Months: open, closed by one finance officer, sealed by another."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import carry_out
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.roles import Role
from fundapp.finance import closing, ledger_words, waiting
from fundapp.ledger import queries
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.needs import work
from fundapp.web.session import db

blueprint = Blueprint("periods_desk", __name__, url_prefix="/finance/periods")
guard(blueprint, Role.FINANCE, Role.AUDITOR)
work(blueprint, lazy("Months"), "periods_desk.months", [Role.FINANCE], 50, waiting.months)


@blueprint.get("")
def months() -> ResponseReturnValue:
    """Every month of the books, and what each waits for."""
    found, who = closing.months(db())
    return render_template("finance/periods.html", months=found, who=who, today=clock.today(), words=ledger_words)


@blueprint.get("/<int:year>-<int:month>")
def month(year: int, month: int) -> ResponseReturnValue:
    """One month: its totals, and the act that it waits for."""
    return _shown(year, month, CsrfForm(formdata=None))


@blueprint.post("/<int:year>-<int:month>/close")
@only(Role.FINANCE)
def close(year: int, month: int) -> ResponseReturnValue:
    """Shut its days."""
    form = CsrfForm()
    if form.validate():
        with form.refusals():
            carry_out(db(), lambda: closing.close_month(db(), actor=actor(), year=year, number=month))
            flash(_("Closed. Now another finance officer looks at the totals and seals them."), "good")
            return redirect(url_for("periods_desk.month", year=year, month=month), 303)
    return _shown(year, month, form)


@blueprint.post("/<int:year>-<int:month>/seal")
@only(Role.FINANCE)
def seal(year: int, month: int) -> ResponseReturnValue:
    """Seal its totals."""
    form = CsrfForm()
    if form.validate():
        with form.refusals():
            number = carry_out(db(), lambda: closing.seal_month(db(), actor=actor(), year=year, number=month))
            flash(_("Sealed, as entry %(number)s.") % {"number": f"{number:,}"}, "good")
            return redirect(url_for("periods_desk.month", year=year, month=month), 303)
    return _shown(year, month, form)


def _shown(year: int, month: int, form: CsrfForm) -> ResponseReturnValue:
    found = closing.month(db(), year, month, actor=actor())
    page = render_template(
        "finance/period.html",
        month=found,
        funds=queries.funds(db()),
        form=form,
        figures=ledger_words.public_figures(),
        today=clock.today(),
        words=ledger_words,
    )
    return page, form.status

"""One contribution: what was entered, and taking it back by two people when it was wrong."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import carry_out
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.finance import reversals as service
from fundapp.finance import waiting
from fundapp.finance.forms import WrongForm
from fundapp.ledger import queries as ledger
from fundapp.people import queries as people
from fundapp.web.forms import Form
from fundapp.web.guards import fresh_proof, guard, only
from fundapp.web.identity import actor
from fundapp.web.needs import work
from fundapp.web.session import db

blueprint = Blueprint("contributions", __name__, url_prefix="/finance/contributions")
guard(blueprint, Role.FINANCE, Role.AUDITOR)
work(blueprint, marked("Contributions called wrong"), "finance.contributions", [Role.FINANCE], 38, waiting.reversals)


@blueprint.get("/<int:contribution_id>")
def show(contribution_id: int) -> ResponseReturnValue:
    """One contribution."""
    return _shown(contribution_id)


@blueprint.post("/<int:contribution_id>/call-wrong")
@only(Role.FINANCE)
def call_wrong(contribution_id: int) -> ResponseReturnValue:
    """Say that it is wrong."""
    form = WrongForm()
    said = _("Noted. Somebody else takes it back in the ledger, or keeps it.")
    act = service.call_wrong
    return _act(contribution_id, form, lambda: act(db(), actor=actor(), contribution_id=contribution_id, words=form.words.data or ""), said)


@blueprint.post("/<int:contribution_id>/keep")
@only(Role.FINANCE)
def keep(contribution_id: int) -> ResponseReturnValue:
    """Keep it after all."""
    said = _("Kept as it was.")
    return _act(contribution_id, Form(), lambda: service.keep(db(), actor=actor(), contribution_id=contribution_id), said)


@blueprint.post("/<int:contribution_id>/take-back")
@only(Role.FINANCE)
@fresh_proof
def take_back(contribution_id: int) -> ResponseReturnValue:
    """Take it back in the ledger, as the second person."""
    said = _("Taken back in the ledger. Both entries stay. Record it anew as it should be, if there is one.")
    return _act(contribution_id, Form(), lambda: service.take_back(db(), actor=actor(), contribution_id=contribution_id), said)


def _act(contribution_id: int, form: Form, act: Callable[[], object], said: str) -> ResponseReturnValue:
    if form.validate():
        with form.refusals():
            carry_out(db(), act)
            flash(said, "good")
            return redirect(url_for("contributions.show", contribution_id=contribution_id), 303)
    return _shown(contribution_id, form)


def _shown(contribution_id: int, form: Form | None = None) -> ResponseReturnValue:
    found, me = service.contribution(db(), contribution_id), actor()
    reversal = service.standing(db(), contribution_id)
    officers = (found.entered_by, *((reversal.asked_by, reversal.reversed_by) if reversal else ()))
    page = render_template(
        "finance/contribution.html",
        one=found,
        fund=next((fund.name for fund in ledger.funds(db()) if fund.code == found.fund_code), ""),
        reversal=reversal,
        names=people.names(db(), officers),
        form=form,
        why=form if isinstance(form, WrongForm) else WrongForm(formdata=None),
        acts=me.has(Role.FINANCE),
        is_mine=reversal is not None and reversal.asked_by == me.user_id,
    )
    return page, form.status if form is not None else 200

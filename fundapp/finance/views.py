"""The finance desk."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import carry_out, transaction
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.finance import closing, ledger_words, reversals, search, shortfalls, waiting, work_words
from fundapp.finance import desk as desk_queries
from fundapp.finance.contributions import receive_contribution
from fundapp.finance.forms import AlarmForm, ContributionForm
from fundapp.finance.models import Contribution
from fundapp.giving import queries as giving
from fundapp.giving import service as giving_service
from fundapp.jobs import queries as jobs
from fundapp.jobs import service as jobs_service
from fundapp.ledger import checkpoints
from fundapp.ledger import queries as ledger
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.needs import work
from fundapp.web.searching import search_source
from fundapp.web.session import db

blueprint = Blueprint("finance", __name__, url_prefix="/finance")
guard(blueprint, Role.FINANCE, Role.AUDITOR)
nav_item(blueprint, lazy("Finance"), "finance.desk", [Role.FINANCE, Role.AUDITOR], order=40)
work(blueprint, lazy("Needs a look"), "finance.needs_a_look", [Role.FINANCE, Role.AUDITOR], 40, waiting.looks)
search_source(blueprint, "receipts", lazy("Receipts"), search.RECEIPT_HINT, [Role.FINANCE, Role.AUDITOR], 40, search.receipts)


@blueprint.get("")
def desk() -> ResponseReturnValue:
    """What waits, where the money is, what each fund has."""
    return render_template(
        "finance/desk.html",
        desk=desk_queries.desk(db()),
        month=closing.next_step(db()),
        today=clock.today(),
        words=ledger_words,
        is_finance=actor().has(Role.FINANCE),
    )


@blueprint.get("/contributions")
def contributions() -> ResponseReturnValue:
    """What partners and grant-makers paid in."""
    page = paging.page_of(db(), desk_queries.contributions(), number=paging.asked())
    names = {fund.code: fund.name for fund in ledger.funds(db())}
    wrong = reversals.standing_of(db(), [one.id for one in page])
    return render_template("finance/contributions.html", page=page, fund_names=names, wrong=wrong, may_enter=actor().has(Role.FINANCE))


@blueprint.route("/contributions/new", methods=["GET", "POST"])
@only(Role.FINANCE)
def new_contribution() -> ResponseReturnValue:
    """Record one."""
    form = ContributionForm()
    form.fund_code.choices = [("", _("Choose a fund")), *((fund.code, fund.name) for fund in ledger.funds(db()))]
    if form.validate_on_submit():
        with form.refusals():
            made = carry_out(db(), lambda: _receive(form))
            flash(_("%(amount)s is recorded and in the ledger.") % {"amount": pounds(made.amount_pence)}, "good")
            return redirect(url_for("finance.contributions"), 303)
    return render_template("finance/new_contribution.html", form=form), form.status


@blueprint.get("/needs-a-look")
def needs_a_look() -> ResponseReturnValue:
    """What failed and what looked wrong, each with what can be done about it."""
    return render_template(
        "finance/needs_a_look.html",
        failed=jobs.failed(db()),
        alarms=giving.open_alarms(db()),
        shortfalls=shortfalls.open_shortfalls(db(), ledger.fund_positions(db())),
        lag=checkpoints.lag(db()),
        loops=jobs.loops(db()),
        words=ledger_words,
        work=work_words,
        is_finance=actor().has(Role.FINANCE),
    )


@blueprint.post("/needs-a-look/jobs/<int:job_id>/run-again")
@only(Role.FINANCE)
def run_again(job_id: int) -> ResponseReturnValue:
    """Try a job once more."""
    try:
        with transaction(db()) as session:
            jobs_service.run_again(session, job_id=job_id)
        flash(_("It is in the queue again."), "good")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return redirect(url_for("finance.needs_a_look"), 303)


@blueprint.post("/needs-a-look/alarms/<int:alarm_id>/close")
@only(Role.FINANCE)
def close_alarm(alarm_id: int) -> ResponseReturnValue:
    """Say what was found."""
    try:
        with transaction(db()) as session:
            giving_service.close_alarm(session, actor=actor(), alarm_id=alarm_id, words=AlarmForm().words.data or "")
        flash(_("Closed. What you found is kept with it."), "good")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return redirect(url_for("finance.needs_a_look"), 303)


@blueprint.post("/needs-a-look/shortfalls/<int:number>/close")
@only(Role.FINANCE)
def close_shortfall(number: int) -> ResponseReturnValue:
    """Say why a fund was taken below what it had, and what is done about it."""
    try:
        with transaction(db()) as session:
            shortfalls.close_shortfall(session, actor=actor(), number=number, words=AlarmForm().words.data or "")
        flash(_("Closed. What you found is kept with it."), "good")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return redirect(url_for("finance.needs_a_look"), 303)


def _receive(form: ContributionForm) -> Contribution:
    return receive_contribution(
        db(),
        actor=actor(),
        once_key=form.once_key.data or "",
        received_from=form.received_from.data or "",
        fund_code=form.fund_code.data,
        amount_pence=form.amount.data,
        received_on=form.received_on.data,
        bank_reference=form.bank_reference.data or "",
    )

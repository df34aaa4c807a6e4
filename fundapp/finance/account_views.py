"""Accounts: what stands in each, what it was called, its statement; and all of them side by side, as of any day."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import carry_out
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance import accounts as service
from fundapp.finance import ledger_words
from fundapp.finance.forms import RenameForm
from fundapp.finance.looking import BooksForm, StatementForm
from fundapp.ledger import checkpoints, queries
from fundapp.ledger.statements import statement
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.paging import Page
from fundapp.web.session import db

blueprint = Blueprint("accounts_desk", __name__, url_prefix="/finance")
guard(blueprint, Role.FINANCE, Role.AUDITOR)


@blueprint.get("/trial-balance")
def trial_balance() -> ResponseReturnValue:
    """Every account in every fund, debits and credits: now, to the end of a day, or as the log had them."""
    form = BooksForm(request.args)
    log_size, newest = service.log_size(db()), checkpoints.latest(db())
    rows = None
    if form.validate() and service.is_within(form.log_size, log_size):
        rows = queries.trial_balance(db(), form.as_of.data, log_size=form.log_size.data)
    signed = service.checkpoint_of(db(), form.log_size.data) if rows is not None else None
    page = render_template(
        "finance/trial_balance.html", form=form, rows=rows, funds=queries.funds(db()), log_size=log_size, newest=newest, signed=signed
    )
    return page, form.status


@blueprint.get("/accounts")
def accounts() -> ResponseReturnValue:
    """Every account with what stands in it, and the names it had."""
    return render_template("finance/accounts.html", groups=service.grouped(db()), words=ledger_words)


@blueprint.get("/accounts/<code>")
def account(code: str) -> ResponseReturnValue:
    """One account: its statement for some days, and its names."""
    return _shown(db(), code, RenameForm(formdata=None))


@blueprint.post("/accounts/<code>/rename")
@only(Role.FINANCE)
def rename(code: str) -> ResponseReturnValue:
    """Give an account another name."""
    form = RenameForm()
    if form.validate():
        with form.refusals():
            carry_out(db(), lambda: service.rename(db(), actor=actor(), code=code, name=form.new_name.data or ""))
            flash(_("It has its new name. The ledger keeps the old one."), "good")
            return redirect(url_for("accounts_desk.account", code=code), 303)
    return _shown(db(), code, form)


def _shown(session: Session, code: str, rename_form: RenameForm) -> ResponseReturnValue:
    form = StatementForm(request.args)
    form.fund.choices = [("", _("Every fund")), *((one.code, one.name) for one in queries.funds(session))]
    is_sound, today = form.validate(), clock.today()
    since, until = (form.since.data, form.until.data) if is_sound else (None, None)
    since, until = since or _begin(until or today), until or max(today, since or today)
    fund = (form.fund.data or None) if is_sound else None
    offset = (paging.asked() - 1) * paging.PER_PAGE
    found = statement(session, code, since=since, until=until, fund=fund, limit=paging.PER_PAGE, offset=offset)
    page = render_template(
        "finance/account.html",
        found=found,
        page=Page(found.lines, paging.asked(), found.count, kept=form.kept),
        form=form,
        fund=fund,
        rename_form=rename_form,
        names=service.names(session, code),
        may_rename=actor().has(Role.FINANCE),
        words=ledger_words,
    )
    return page, (rename_form.status if rename_form.status != 200 else form.status)


def _begin(until: date) -> date:
    return until.replace(day=1)

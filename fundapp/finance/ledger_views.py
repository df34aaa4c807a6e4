"""The ledger, to be read: every entry, what moved, each balance opened into its entries, and the path of a pound."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.roles import Role
from fundapp.finance import ledger_words, pound, search, story, telling
from fundapp.finance.looking import EntriesForm, PathForm
from fundapp.gateways.path_chart import path
from fundapp.ledger import queries
from fundapp.ledger.chart import MONEY_KINDS
from fundapp.ledger.entries import Wanted
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.paging import Page
from fundapp.web.searching import search_source
from fundapp.web.session import db

blueprint = Blueprint("ledger_desk", __name__, url_prefix="/finance/ledger")
guard(blueprint, Role.FINANCE, Role.AUDITOR)
nav_item(blueprint, lazy("Ledger"), "ledger_desk.entries", [Role.FINANCE, Role.AUDITOR], order=45)
search_source(
    blueprint,
    "entries",
    lazy("Ledger entries"),
    search.ENTRY_HINT,
    [Role.FINANCE, Role.AUDITOR],
    45,
    search.entries,
    names=search.ENTRY_NAMES,
)


@blueprint.get("")
def entries() -> ResponseReturnValue:
    """Every entry, the newest first: all, or those that fit what was asked."""
    form = EntriesForm(request.args)
    form.offer(queries.accounts(db()), queries.funds(db()))
    found = form.validate()
    wanted: Wanted = form.wanted if found else {}
    total = queries.entry_count(db(), **wanted) if found else 0
    number = min(paging.asked(), max(1, -(-total // paging.PER_PAGE)))
    rows = queries.entries(db(), **wanted, limit=paging.PER_PAGE, offset=(number - 1) * paging.PER_PAGE) if total else []
    balance, means = _balance(wanted)
    page = render_template(
        "finance/ledger_entries.html",
        page=Page(rows, number, total, kept=form.kept),
        form=form,
        balance_pence=balance,
        balance_means=means,
        words=ledger_words,
    )
    return page, form.status


@blueprint.get("/entries/<int:number>")
def entry(number: int) -> ResponseReturnValue:
    """One entry: its story, what moved, what anybody may see of it, where it is sealed, and whether it is as it was written."""
    found = story.story(db(), number)
    return render_template("finance/ledger_entry.html", story=found, entry=found.entry, words=ledger_words, telling=telling, draw=path)


@blueprint.get("/entries/<int:number>/proof.tlog-proof")
def proof(number: int) -> ResponseReturnValue:
    """The proof that an entry is in the signed log. Whoever takes it stands in the audit trail."""
    with transaction(db()) as session:
        text = story.take_proof(session, actor=actor(), number=number)
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="entry-{number}.tlog-proof"'
    return response


@blueprint.get("/path")
def pound_path() -> ResponseReturnValue:
    """Where money went, and lies now: all of it, a fund's, some days', or one thing's."""
    form = PathForm(request.args)
    funds = queries.funds(db())
    form.fund.choices = [("", _("Every fund")), *((one.code, one.name) for one in funds)]
    subject = form.subject.data or ""
    asked: dict[str, Any] = {"fund": form.fund.data or None, "since": form.since.data, "until": form.until.data}
    found = None
    if form.validate():
        found = pound.path_of(db(), subject, **asked) if subject else pound.whole_path(db(), **asked)
    page = render_template("finance/ledger_path.html", form=form, found=found, subject=subject, asked=asked, words=ledger_words, draw=path)
    return page, form.status


def _balance(wanted: Wanted) -> tuple[int | None, str]:
    """What stands in the account or the fund that was asked for, then or now, and what is said behind it.

    Nothing, where anything else was asked as well.
    """
    beyond = {name for name, value in wanted.items() if value is not None} - {"account", "fund", "until", "log_size"}
    account, fund, until, log_size = wanted.get("account"), wanted.get("fund"), wanted.get("until"), wanted.get("log_size")
    if beyond or not (account or fund) or (until and log_size):
        return None, ""
    means = ledger_words.stands(account, until, log_size)
    rows = [row for row in queries.trial_balance(db(), until, log_size=log_size) if fund in (None, row.fund)]
    if account:
        return sum(row.balance_pence for row in rows if row.account == account), means
    return sum(row.debits_pence - row.credits_pence for row in rows if row.kind in MONEY_KINDS), means

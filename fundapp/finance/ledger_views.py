"""The ledger, to be read: every entry, what moved, and each balance opened into its entries."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.roles import Role
from fundapp.finance.ledger_words import PLAIN_KINDS, kind_words, people_in
from fundapp.ledger import canonical, queries, records
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.navigation import nav_item
from fundapp.web.paging import Page
from fundapp.web.session import db

blueprint = Blueprint("ledger_desk", __name__, url_prefix="/finance/ledger")
guard(blueprint, Role.FINANCE, Role.AUDITOR)
nav_item(blueprint, "Ledger", "ledger_desk.entries", [Role.FINANCE, Role.AUDITOR], order=45)

FILTERS = ("account", "fund", "subject")


@blueprint.get("")
def entries() -> ResponseReturnValue:
    """Every entry, the newest first: all, or of one account, one fund, one subject."""
    chosen = {name: request.args.get(name, "").strip() for name in FILTERS}
    asked = {name: value or None for name, value in chosen.items()}
    accounts, funds = queries.accounts(db()), queries.funds(db())
    _must_know(chosen["account"], {account.code for account in accounts})
    _must_know(chosen["fund"], {fund.code for fund in funds})
    total = queries.entry_count(db(), **asked)
    number = min(paging.asked(), max(1, -(-total // paging.PER_PAGE)))
    rows = queries.entries(db(), **asked, limit=paging.PER_PAGE, offset=(number - 1) * paging.PER_PAGE)
    return render_template(
        "finance/ledger_entries.html",
        page=Page(rows, number, total, kept={name: value for name, value in chosen.items() if value}),
        chosen=chosen,
        accounts=accounts,
        funds=funds,
        balance_pence=_balance(db(), asked),
        kind_words=kind_words,
    )


@blueprint.get("/entries/<int:number>")
def entry(number: int) -> ResponseReturnValue:
    """One entry: what moved, what it is about, what anybody may see of it, and whether it is as it was written."""
    found = queries.entry(db(), number)
    record = records.record(db(), number)
    names = people.names(db(), people_in(found.actor))
    return render_template(
        "finance/ledger_entry.html",
        entry=found,
        shown=canonical.public_part(record),
        intact=canonical.leaf_hash(record) == found.leaf_hash,
        actor=next(iter(names.values()), "") or PLAIN_KINDS.get(found.actor, found.actor),
        kind=kind_words(found.kind),
    )


def _must_know(code: str, known: set[str]) -> None:
    if code and code not in known:
        raise NotFound(f"There is nothing called “{code[:60]}” in the ledger.")


def _balance(session: Session, asked: dict[str, str | None]) -> int | None:
    """What stands in the chosen account, in the chosen fund; of a fund without an account, what is in the fund."""
    if asked["subject"]:
        return None
    if asked["account"]:
        return queries.balance_pence(session, asked["account"], asked["fund"])
    if asked["fund"]:
        return next(one.balance_pence for one in queries.fund_positions(session) if one.code == asked["fund"])
    return None

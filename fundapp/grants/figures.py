"""What help was given, kind by kind: the ledger's own figures, with people and teams counted from the requests behind them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Subquery, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from fundapp.grants.models import CatalogueItem, GrantRequest
from fundapp.ledger import chart
from fundapp.ledger.models import Account, Entry, Transfer


@dataclass(frozen=True, slots=True)
class KindOfHelp:
    """One kind of help in one period."""

    # The expense account, like "help-phone".
    kind_code: str
    name: str
    # How many different people had it, and how many different teams asked for it.
    people: int
    teams: int
    # Awarded less given back, as posted in the period. Below nothing when only an earlier award was given back.
    spent_pence: int


def help_by_kind(session: Session, since: date, until: date) -> list[KindOfHelp]:
    """Help awarded less given back from `since` to `until`, both days included, by kind, the largest first.

    The pence are the movement of each kind's expense account in the ledger; a test holds the two together. People and teams are
    counted over the requests to which something was awarded in the period and not given back in it.
    """
    by_request = _by_request(since, until)
    given = by_request.c.pence > 0
    statement = (
        select(
            by_request.c.account,
            func.coalesce(func.max(CatalogueItem.name), func.max(Account.name)),
            func.count(case((given, GrantRequest.person_id)).distinct()),
            func.count(case((given, GrantRequest.team_id)).distinct()),
            func.sum(by_request.c.pence),
        )
        .join(Account, Account.code == by_request.c.account)
        .outerjoin(CatalogueItem, CatalogueItem.account_code == by_request.c.account)
        .outerjoin(GrantRequest, literal("grant:").concat(GrantRequest.id) == by_request.c.subject)
        .group_by(by_request.c.account)
        .order_by(func.sum(by_request.c.pence).desc(), by_request.c.account)
    )
    return [KindOfHelp(kind_code, name, people, teams, int(pence)) for kind_code, name, people, teams, pence in session.execute(statement)]


@dataclass(frozen=True, slots=True)
class FundMove:
    """What one request moved in one fund in one month: awarded, less given back."""

    fund: str
    # As 2026-07.
    month: str
    # The request, as the ledger names it.
    subject: str
    person_id: int | None
    team_id: int | None
    pence: int


def moves_by_fund(session: Session, until: date) -> list[FundMove]:
    """All that was ever awarded and given back up to a day, by fund, month and request."""
    moves = _moves()
    month = func.to_char(Entry.happened_on, "YYYY-MM")
    pence = func.sum(moves.c.pence)
    by_month = (
        select(moves.c.fund, month.label("month"), Entry.subject, pence.label("pence"))
        .join(Entry, Entry.id == moves.c.entry_id)
        .where(Entry.happened_on <= until)
        .group_by(moves.c.fund, month, Entry.subject)
        .having(pence != 0)
        .subquery()
    )
    statement = (
        select(by_month.c.fund, by_month.c.month, by_month.c.subject, GrantRequest.person_id, GrantRequest.team_id, by_month.c.pence)
        .outerjoin(GrantRequest, literal("grant:").concat(GrantRequest.id) == by_month.c.subject)
        .order_by(by_month.c.month, by_month.c.subject, by_month.c.fund)
    )
    return [FundMove(fund, at, subject, person, team, int(moved)) for fund, at, subject, person, team, moved in session.execute(statement)]


def people_behind(session: Session, kind_codes: Collection[str], since: date, until: date) -> tuple[int, int]:
    """How many different people and teams had at least one of these kinds of help, counted as `help_by_kind` counts them.

    Not the sum over the kinds: somebody who had two of them is one person.
    """
    by_request = _by_request(since, until)
    statement = (
        select(func.count(GrantRequest.person_id.distinct()), func.count(GrantRequest.team_id.distinct()))
        .join(by_request, literal("grant:").concat(GrantRequest.id) == by_request.c.subject)
        .where(by_request.c.pence > 0, by_request.c.account.in_(kind_codes))
    )
    people, teams = session.execute(statement).one()
    return people, teams


def _by_request(since: date, until: date) -> Subquery:
    """What each request moved on each kind's account in a period, both days included."""
    moves = _moves()
    return (
        select(moves.c.account, Entry.subject, func.sum(moves.c.pence).label("pence"))
        .join(Entry, Entry.id == moves.c.entry_id)
        .where(Entry.happened_on.between(since, until))
        .group_by(moves.c.account, Entry.subject)
        .subquery()
    )


def _moves() -> Subquery:
    """What was awarded of each kind, and given back, transfer by transfer."""
    # Asked of each side apart, so that the index on it finds their own transfers, however long the ledger is.
    kinds = select(Account.code).where(Account.code.startswith(chart.HELP))
    debits = select(Transfer.entry_id, Transfer.fund, Transfer.debit_account.label("account"), Transfer.amount_pence.label("pence"))
    credits_ = select(Transfer.entry_id, Transfer.fund, Transfer.credit_account.label("account"), (-Transfer.amount_pence).label("pence"))
    return union_all(debits.where(Transfer.debit_account.in_(kinds)), credits_.where(Transfer.credit_account.in_(kinds))).subquery()

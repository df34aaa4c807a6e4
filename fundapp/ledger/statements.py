"""An account's statement: what stood in it, every movement of a stretch of days, what stood in it then. Worked out, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger import balances
from fundapp.ledger.chart import DEBIT_KINDS
from fundapp.ledger.models import Account

# Both ways in which a transfer can touch the account; one cannot be both.
_MOVED = """
WITH moved AS (
    SELECT entry.number, entry.kind, entry.happened_on, entry.subject, transfer.fund, entry.id, transfer.n,
        CASE WHEN debit_account = :account THEN credit_account ELSE debit_account END AS other,
        CASE WHEN (debit_account = :account) = :grows_by_debit THEN amount_pence ELSE -amount_pence END AS pence
    FROM transfer JOIN entry ON entry.id = transfer.entry_id
    WHERE :account IN (debit_account, credit_account) AND happened_on BETWEEN :since AND :until
        AND (CAST(:fund AS text) IS NULL OR fund = :fund)
)
"""
_SUMMED = """
SELECT count(*) AS lines, coalesce(sum(greatest(pence, 0)), 0)::bigint AS came_pence,
    coalesce(sum(-least(pence, 0)), 0)::bigint AS went_pence
FROM moved
"""
_LINED_UP = """
SELECT number, running.kind, happened_on, subject, fund, other, account.name AS other_name, pence, (:opening + stood)::bigint AS stands
FROM (SELECT *, sum(pence) OVER (ORDER BY happened_on, id, n) AS stood FROM moved) AS running JOIN account ON account.code = other
ORDER BY happened_on, running.id, n LIMIT :limit OFFSET :offset
"""
_ADDED_UP, _LINES = text(_MOVED + _SUMMED), text(_MOVED + _LINED_UP)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement. Positive where it raises the balance on the account's own side."""

    number: int
    kind: str
    happened_on: date
    subject: str
    fund: str
    other: str
    other_name: str
    amount_pence: int
    # What stood in the account after it, in the funds asked about.
    balance_pence: int


@dataclass(frozen=True, slots=True)
class Statement:
    """An account from one day to another, both included, in one fund or in all; its lines a page at a time, the oldest first."""

    code: str
    name: str
    kind: str
    since: date
    until: date
    opening_pence: int
    came_pence: int
    went_pence: int
    closing_pence: int
    count: int
    lines: list[StatementLine]

    @property
    def adds_up(self) -> bool:
        """Whether what stood, what came and what went make what stands: two ways to the same figure."""
        return self.opening_pence + self.came_pence - self.went_pence == self.closing_pence


def statement(
    session: Session, code: str, *, since: date, until: date, fund: str | None = None, limit: int = 50, offset: int = 0
) -> Statement:
    """An account's statement. Raises NotFound for no such account."""
    account = session.query(Account.name, Account.kind).filter(Account.code == code).one_or_none()
    if account is None:
        raise NotFound(_("There is no account “%(code)s” in the ledger.") % {"code": code[:60]})
    asked = {"account": code, "grows_by_debit": account.kind in DEBIT_KINDS, "since": since, "until": until, "fund": fund}
    opening = _balance(session, code, account.kind, fund, since - timedelta(days=1)) if since > date.min else 0
    added = session.execute(_ADDED_UP, asked).one()
    rows = session.execute(_LINES, {**asked, "opening": opening, "limit": limit, "offset": offset})
    return Statement(
        code=code,
        name=account.name,
        kind=account.kind,
        since=since,
        until=until,
        opening_pence=opening,
        came_pence=added.came_pence,
        went_pence=added.went_pence,
        closing_pence=_balance(session, code, account.kind, fund, until),
        count=added.lines,
        lines=[StatementLine(*row) for row in rows],
    )


def _balance(session: Session, code: str, kind: str, fund: str | None, as_of: date) -> int:
    sides = [total for total in balances.totals(session, as_of=as_of) if total.account == code and fund in (None, total.fund)]
    debit_balance = sum(total.debits_pence - total.credits_pence for total in sides)
    return debit_balance if kind in DEBIT_KINDS else -debit_balance

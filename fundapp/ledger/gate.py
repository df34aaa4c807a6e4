"""Money going out: through the gate of each fund, one at a time, so that no fund is overspent (reference: ledger.md section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from fundapp.core.days import day
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.ledger import balances
from fundapp.ledger.chart import AGAINST_ONLY, CASH, NOT_YET_MONEY
from fundapp.ledger.draft import Draft, Line, Posted
from fundapp.ledger.errors import FundClosed, NotEnoughCash, NotEnoughMoney
from fundapp.ledger.posting import known, write, write_fact
from fundapp.ledger.writing import execute

# Locked in the order of ids, so that two acts over several funds cannot wait for one another in a ring. The lock is one that
# gifts, which only name the fund by its code, do not wait for; raising the version makes a reader with an older snapshot fail.
_TAKE_GATES = """
UPDATE fund SET version = version + 1
FROM (SELECT id FROM fund WHERE code = ANY (%(funds)s::text[]) ORDER BY id FOR NO KEY UPDATE) AS gate
WHERE fund.id = gate.id
RETURNING fund.code, fund.name, fund.starts_on, fund.ends_on
"""

# What each fund has available, before and after the lines (chart.awardable says which balances count): the newest snapshot, what
# waits for the sealer, and the lines.
_AVAILABLE = """
WITH tail AS (
    SELECT debit_account AS debit, credit_account AS credit, fund, amount_pence AS pence, false AS proposed
    FROM unsealed CROSS JOIN LATERAL (SELECT * FROM transfer WHERE transfer.entry_id = unsealed.entry_id OFFSET 0) AS moved
    WHERE fund = ANY (%(gates)s::text[])
    UNION ALL
    SELECT debit, credit, fund, pence, true
    FROM unnest(%(debits)s::text[], %(credits)s::text[], %(funds)s::text[], %(amounts)s::bigint[]) AS line (debit, credit, fund, pence)
), side AS (
    SELECT fund, account AS code, debits_pence - credits_pence AS pence, false AS proposed FROM balance_snapshot
    WHERE log_size = (SELECT max(log_size) FROM balance_snapshot) AND fund = ANY (%(gates)s::text[])
    UNION ALL SELECT fund, debit, pence, proposed FROM tail UNION ALL SELECT fund, credit, -pence, proposed FROM tail
), balance AS (
    SELECT side.fund, side.code, coalesce(sum(pence) FILTER (WHERE NOT proposed), 0) AS before, sum(pence) AS after
    FROM side JOIN account ON account.code = side.code AND account.kind IN ('asset', 'liability')
    WHERE account.code <> ALL (%(not_yet)s::text[])
    GROUP BY side.fund, side.code
)
SELECT fund,
    sum(CASE WHEN code = %(doubtful)s THEN least(before, 0) ELSE before END)::bigint AS before,
    sum(CASE WHEN code = %(doubtful)s THEN least(after, 0) ELSE after END)::bigint AS after
FROM balance GROUP BY fund
"""

_CASH = " ".join(
    (
        "SELECT coalesce(sum(debits_pence - credits_pence), 0)::bigint FROM (",
        balances.NOW,
        ") AS total WHERE fund = %(fund)s AND account = ANY (%(cash)s::text[])",
    )
)


class Dated(Protocol):
    """Whatever has a fund's dates."""

    @property
    def starts_on(self) -> date | None:
        """The first day on which awards may be made."""
        ...

    @property
    def ends_on(self) -> date | None:
        """The last day on which awards may be made."""
        ...


class Gate(NamedTuple):
    """A fund whose gate this transaction holds."""

    code: str
    name: str
    starts_on: date | None
    ends_on: date | None


def fund_allows(fund: Dated, on: date) -> bool:
    """Whether awards may be made from a fund on a day. Both ends count as inside."""
    return (fund.starts_on is None or fund.starts_on <= on) and (fund.ends_on is None or on <= fund.ends_on)


def spend(
    session: Session,
    *,
    event_key: str,
    kind: str,
    happened_on: date,
    lines: Sequence[Line],
    actor: str,
    subject: str,
    reason: str = "",
    note: str = "",
) -> Posted:
    """Commit or pay out money that a fund must have available: an award, a transfer to another fund.

    Holds the gate of every fund in the lines until the transaction ends. An event that stands already is answered with its
    entry, whatever the fund has left by now.
    Raises NotEnoughMoney, FundClosed (the day is outside the fund's dates), Conflict, Refused, Busy.
    """
    draft = _draft(event_key, kind, happened_on, lines, actor, subject, reason, note)
    connection = session.connection()
    gates = pass_gates(connection, draft.funds)
    falls = _falls(connection, draft)
    refusal = _first_refusal(draft, gates, falls)
    if refusal is not None:
        standing = known(connection, draft)
        if standing is not None:
            return standing
        raise refusal
    return write(session, draft, gate_passed=True)


def force(
    session: Session,
    *,
    event_key: str,
    kind: str,
    happened_on: date,
    lines: Sequence[Line],
    actor: str,
    subject: str,
    reason: str = "",
    note: str = "",
) -> Posted:
    """Write money that leaves whether we like it or not: a refund, a chargeback, a fee that the processor took.

    It passes the gate, so that no award counts on the same pounds, and is never refused for want of money; if it takes a fund
    below what it had, the entry says so (`forced`), and awards are refused until the fund has recovered. If its day is shut, it
    is dated on the first open day and names its own, as `receive` does.
    Raises Conflict, Refused, Busy.
    """
    return write_forced(session, _draft(event_key, kind, happened_on, lines, actor, subject, reason, note))


def write_forced(session: Session, draft: Draft) -> Posted:
    """Write a draft through the gates: below zero if it must be, and then flagged; on the first open day, if its own is shut."""
    connection = session.connection()
    pass_gates(connection, draft.funds)
    below = any(after < 0 for _, after in _falls(connection, draft).values())
    return write_fact(session, draft, gate_passed=True, forced=below)


def require_cash(session: Session, *, fund_code: str, amount_pence: int) -> None:
    """See that a fund's money in the bank, on its way there and at Stripe covers a payment. Call it before posting the payment.

    Holds the fund's gate until the transaction ends, so that two payments cannot count on the same pounds.
    Raises NotEnoughCash, Refused (no such fund), Busy.
    """
    connection = session.connection()
    gates = pass_gates(connection, [fund_code])
    found: int = execute(connection, _CASH, {"cash": list(CASH), "fund": fund_code}).scalar_one()
    if found < amount_pence:
        words = _("%(fund)s has %(amount)s at hand: in the bank, on its way there and at Stripe. This payment needs %(needed)s.")
        raise NotEnoughCash(words % {"fund": gates[fund_code].name, "amount": pounds(found), "needed": pounds(amount_pence)})


def pass_gates(connection: Connection, funds: Sequence[str]) -> dict[str, Gate]:
    """Hold each fund's gate until the transaction ends. What is then read, in a later statement, stays true.

    Raises Refused for a fund that does not exist, and Busy when somebody else holds a gate too long.
    """
    rows = execute(connection, _TAKE_GATES, {"funds": list(funds)}).all()
    gates = {row.code: Gate(row.code, row.name, row.starts_on, row.ends_on) for row in rows}
    for code in funds:
        if code not in gates:
            raise Refused(_("There is no fund “%(code)s” in the ledger.") % {"code": code})
    return gates


def _falls(connection: Connection, draft: Draft) -> dict[str, tuple[int, int]]:
    """For each fund that the draft leaves with less to award: what it had, and what it would have."""
    values: dict[str, Any] = {
        "debits": [line.debit for line in draft.lines],
        "credits": [line.credit for line in draft.lines],
        "funds": [line.fund for line in draft.lines],
        "amounts": [line.amount_pence for line in draft.lines],
        "gates": draft.funds,
        "not_yet": list(NOT_YET_MONEY),
        "doubtful": AGAINST_ONLY,
    }
    rows = execute(connection, _AVAILABLE, values).all()
    return {row.fund: (row.before, row.after) for row in rows if row.after < row.before}


def _first_refusal(draft: Draft, gates: dict[str, Gate], falls: dict[str, tuple[int, int]]) -> Refused | None:
    for code, (before, after) in sorted(falls.items()):
        gate = gates[code]
        if not fund_allows(gate, draft.happened_on):
            return FundClosed(_other_time(gate))
        if after < 0:
            told = {"fund": gate.name, "amount": pounds(max(before, 0)), "needed": pounds(before - after)}
            return NotEnoughMoney(_("%(fund)s has %(amount)s left to award, and this needs %(needed)s.") % told)
    return None


def _other_time(gate: Gate) -> str:
    start, end = (day(on) if on else "" for on in (gate.starts_on, gate.ends_on))
    told = {"fund": gate.name, "start": start, "end": end}
    if start and end:
        return _("%(fund)s cannot be used for this: it was given for %(start)s to %(end)s.") % told
    if start:
        return _("%(fund)s cannot be used for this: it was given for the time from %(start)s.") % told
    return _("%(fund)s cannot be used for this: it was given for the time until %(end)s.") % told


def _draft(event_key: str, kind: str, happened_on: date, lines: Sequence[Line], actor: str, subject: str, reason: str, note: str) -> Draft:
    draft = Draft(event_key, kind, happened_on, tuple(lines), actor, subject, reason, note)
    if not draft.lines:
        raise Refused(_("An entry about money has at least one line."))
    draft.check()
    return draft

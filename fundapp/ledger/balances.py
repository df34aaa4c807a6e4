"""Debits and credits of every account in every fund: now, when the log had a size, or to the end of a day (ledger.md section 5).

Now is the newest snapshot and what waits for the sealer; as recorded then, the snapshot before and the leaves since; by date, the
totals of the last sealed period and what happened since. None of it grows with the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from fundapp.ledger.periods_read import last_sealed

# Of the snapshots but the newest, one is kept in each stretch of this many leaves.
KEPT_EVERY = 1_024

# What the entries in `tail` moved between each pair of accounts. Where the tail is short by its nature, its transfers are looked up
# one entry at a time (OFFSET 0 keeps them so): the planner cannot know how many wait in a queue, and must never read the whole
# table for them.
_FEW = """
pair AS (
    SELECT debit_account, credit_account, fund, sum(amount_pence) AS pence
    FROM tail CROSS JOIN LATERAL (SELECT * FROM transfer WHERE entry_id = tail.id OFFSET 0) AS moved
    GROUP BY debit_account, credit_account, fund
)"""
_MANY = """
pair AS (
    SELECT debit_account, credit_account, fund, sum(amount_pence) AS pence FROM tail JOIN transfer ON transfer.entry_id = tail.id
    GROUP BY debit_account, credit_account, fund
)"""
# Both sides of what was known and of what moved.
_SIDES = """
side AS (
    SELECT account, fund, debits_pence, credits_pence FROM base
    UNION ALL SELECT debit_account, fund, pence, 0 FROM pair
    UNION ALL SELECT credit_account, fund, 0, pence FROM pair
)
"""
_SUMMED = """
SELECT account.code AS account, account.name, account.kind, fund.code AS fund,
    sum(debits_pence)::bigint AS debits_pence, sum(credits_pence)::bigint AS credits_pence
FROM side JOIN account ON account.code = side.account JOIN fund ON fund.code = side.fund
GROUP BY account.id, fund.id ORDER BY account.id, fund.id
"""

# The parts of each statement below: what is known already, and the entries since.
_BASE_NOW = """
WITH base AS (
    SELECT account, fund, debits_pence, credits_pence FROM balance_snapshot
    WHERE log_size = (SELECT max(log_size) FROM balance_snapshot)
)"""
NOW = ", ".join((_BASE_NOW, "tail AS (SELECT entry_id AS id FROM unsealed)", _FEW, _SIDES)) + _SUMMED

_BASE_AT_SIZE = """
WITH begun AS MATERIALIZED (SELECT coalesce(max(log_size), 0) AS size FROM balance_snapshot WHERE log_size <= :size), base AS (
    SELECT account, fund, debits_pence, credits_pence FROM balance_snapshot WHERE log_size = (SELECT size FROM begun)
)"""
_LEAVES = "tail AS (SELECT entry_id AS id FROM log_leaf WHERE seq >= (SELECT size FROM begun) AND seq < :size)"
_AT_SIZE = ", ".join((_BASE_AT_SIZE, _LEAVES, _FEW, _SIDES)) + _SUMMED

_BASE_TO_DAY = """
WITH base AS (
    SELECT account, fund, debits_pence, credits_pence FROM entry
    CROSS JOIN jsonb_to_recordset(private_particulars -> 'totals')
        AS total (account text, fund text, debits_pence bigint, credits_pence bigint)
    WHERE number = :seal
)"""
_DAYS = "tail AS (SELECT id FROM entry WHERE happened_on <= :as_of AND happened_on > :begun)"
_TO_DAY = ", ".join((_BASE_TO_DAY, _DAYS, _MANY, _SIDES)) + _SUMMED

_WRITE = """
INSERT INTO balance_snapshot (log_size, account, fund, debits_pence, credits_pence)
SELECT :after, account, fund, sum(debits_pence), sum(credits_pence) FROM side WHERE EXISTS (SELECT FROM pair) GROUP BY account, fund
"""
_SNAPSHOT = ", ".join((_BASE_NOW, "tail AS (SELECT unnest(CAST(:ids AS bigint[])) AS id)", _FEW, _SIDES)) + _WRITE
_PRUNE = """
DELETE FROM balance_snapshot
WHERE log_size = (SELECT max(log_size) FROM balance_snapshot WHERE log_size < :after) AND log_size / :every = :after / :every
    AND EXISTS (SELECT FROM balance_snapshot WHERE log_size = :after)
"""


class Total(NamedTuple):
    """All that was ever debited and credited to one account in one fund, in pence."""

    account: str
    name: str
    kind: str
    fund: str
    debits_pence: int
    credits_pence: int


def totals(session: Session, *, as_of: date | None = None, log_size: int | None = None) -> list[Total]:
    """The totals now; or to the end of a day, by what happened; or as recorded when the log had a size. Not both."""
    if as_of is not None and log_size is not None:
        raise ValueError("a balance is asked for by day or by log size")
    if log_size is not None:
        return _read(session, _AT_SIZE, {"size": log_size})
    if as_of is None:
        return _read(session, NOW, {})
    # A sealed period never changes, so that it can be read in a statement of its own: the next one is then planned for its days.
    base = last_sealed(session, as_of)
    begun, seal = (base.ends_on, base.entry_number) if base else (date.min, None)
    return _read(session, _TO_DAY, {"as_of": as_of, "begun": begun, "seal": seal})


def write_snapshot(connection: Connection, *, after: int, ids: Sequence[int]) -> None:
    """Write all balances for a log that has grown to `after` leaves by the entries `ids`. For the sealer alone."""
    values: dict[str, Any] = {"after": after, "ids": list(ids)}
    connection.execute(text(_SNAPSHOT), values)
    connection.execute(text(_PRUNE), {"after": after, "every": KEPT_EVERY})


def _read(session: Session, statement: str, values: dict[str, Any]) -> list[Total]:
    return [Total(*row) for row in session.execute(text(statement), values)]

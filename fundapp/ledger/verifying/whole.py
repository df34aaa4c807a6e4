"""What no single entry shows: strays, crooked reversals, names, and the books as the database sums them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.ledger import balances
from fundapp.ledger.verifying.found import Verified

Said = Iterator[tuple[str, int | None]]

_ORPHANS = text("""
SELECT DISTINCT entry_id FROM transfer WHERE NOT EXISTS (SELECT FROM entry WHERE entry.id = transfer.entry_id) ORDER BY entry_id
""")

# Under "number" the reversal; the lines of both in order, the original's with sides exchanged.
_CROOKED = text("""
SELECT entry.number, entry.reverses, original.number IS NULL AS gone FROM entry
LEFT JOIN entry AS original ON original.number = entry.reverses
WHERE entry.reverses IS NOT NULL AND (
    original.number IS NULL OR original.kind = 'reversal' OR
    (SELECT array_agg((debit_account, credit_account, fund, amount_pence)::text ORDER BY n) FROM transfer WHERE entry_id = entry.id)
    IS DISTINCT FROM
    (SELECT array_agg((credit_account, debit_account, fund, amount_pence)::text ORDER BY n) FROM transfer WHERE entry_id = original.id)
) ORDER BY entry.id
""")
_REVERSED_TWICE = text("""
SELECT reverses, count(*) AS times FROM entry WHERE reverses IS NOT NULL GROUP BY reverses HAVING count(*) > 1 ORDER BY reverses
""")

_QUEUED = text("""
SELECT unsealed.entry_id, entry.number, log_leaf.seq FROM unsealed LEFT JOIN entry ON entry.id = unsealed.entry_id
LEFT JOIN log_leaf ON log_leaf.entry_id = unsealed.entry_id WHERE entry.id IS NULL OR log_leaf.seq IS NOT NULL ORDER BY 1
""")
_SEALED_TWICE = text("""
SELECT entry_id, min(seq) AS first, max(seq) AS last FROM log_leaf GROUP BY entry_id HAVING count(*) > 1 ORDER BY entry_id
""")
_SNAPSHOTS_BEYOND = text("SELECT DISTINCT log_size FROM balance_snapshot WHERE log_size > :size OR log_size <= 0 ORDER BY 1")
_PUBLICATIONS = text("""
SELECT id, checkpoint_size FROM publication
WHERE NOT EXISTS (SELECT FROM checkpoint WHERE checkpoint.size = publication.checkpoint_size) ORDER BY id
""")

# Days as text: a database can hold days that no calendar has.
_ACCOUNTS = text("SELECT code, name, kind FROM account ORDER BY id")
_FUNDS = text("""
SELECT code, name, restriction, purpose, starts_on::text AS starts_on, ends_on::text AS ends_on, grantor FROM fund ORDER BY id
""")
_OPENED = text("""
SELECT subject, public_particulars AS said FROM entry WHERE kind IN ('account.opened', 'account.renamed', 'fund.opened') ORDER BY id
""")


def kinds(session: Session) -> dict[str, str]:
    """What each account is, as the table has it."""
    return {row.code: row.kind for row in session.execute(_ACCOUNTS)}


def entries(session: Session) -> Said:
    """Transfers without their entry, and reversals that are not mirrors."""
    for (entry_id,) in session.execute(_ORPHANS):
        yield f"There are transfers of an entry that is gone (row {entry_id}).", None
    for row in session.execute(_CROOKED):
        what = "which is gone" if row.gone else "and is not its mirror image"
        yield f"Entry {row.number:,} reverses entry {row.reverses:,}, {what}.", row.number
    for row in session.execute(_REVERSED_TWICE):
        yield f"Entry {row.reverses:,} was reversed {row.times} times.", row.reverses


def log(session: Session, found: Verified) -> Said:
    """The queue, snapshots and publications beside the log."""
    for row in session.execute(_SEALED_TWICE):
        yield f"Row {row.entry_id} stands at two places of the log, {row.first + 1:,} and {row.last + 1:,}.", None
    for row in session.execute(_QUEUED):
        if row.number is None:
            yield f"An entry that is gone waits for the log (row {row.entry_id}).", None
        else:
            yield f"Entry {row.number:,} is at place {row.seq + 1:,} of the log, and waits to be put there again.", row.number
    for (size,) in session.execute(_SNAPSHOTS_BEYOND, {"size": found.sealed}):
        yield f"Balances are kept for {size:,} entries, which the log has not.", None
    for row in session.execute(_PUBLICATIONS):
        yield f"A checkpoint of {row.checkpoint_size:,} entries was published that is not there (publication {row.id}).", None


def books(session: Session, found: Verified) -> Said:
    """The trial balance as the database sums it, beside the one recomputed."""
    trial = balances.totals(session)
    if {(row.account, row.fund): [row.debits_pence, row.credits_pence] for row in trial} != found.totals:
        yield "The trial balance is not the sum of the entries.", None
    for fund in sorted({row.fund for row in trial}):
        rest = sum(row.debits_pence - row.credits_pence for row in trial if row.fund == fund)
        if rest:
            yield f"Debits and credits of the fund {fund} differ by {rest} pence.", None


def names(session: Session, found: Verified) -> Said:
    """Accounts and funds beside what their entries say they were opened as, accounts by their last name."""
    opened: dict[str, dict[str, Any]] = {}
    for subject, said in session.execute(_OPENED):
        opened[subject] = {**opened.get(subject, {}), **said}
    standing: dict[str, dict[str, Any]] = {}
    for row in session.execute(_ACCOUNTS).mappings():
        standing[f"account:{row['code']}"] = dict(row)
    for row in session.execute(_FUNDS).mappings():
        found.funds.append(row["code"])
        standing[f"fund:{row['code']}"] = {key: value for key, value in row.items() if value}
    for subject in sorted(standing.keys() | opened.keys()):
        what, _, code = subject.partition(":")
        if subject not in opened:
            yield f"The {what} {code} stands in the books, and no entry opened it.", None
        elif standing.get(subject) != opened[subject]:
            yield f"The {what} {code} is not what its entries say it was opened as.", None

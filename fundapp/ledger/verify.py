"""Recompute everything: does the ledger say what was written, and do its books hold together? (reference: ledger.md section 6)"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fundapp.ledger import guards, queries, records
from fundapp.ledger.canonical import LEAF_VERSION, leaf_hash
from fundapp.ledger.chart import MONEY_KINDS, AccountKind, awardable
from fundapp.ledger.models import Entry, Transfer

Progress = Callable[[int], None]

# Reading is told of this often, and rows travel in blocks of this many.
STEP = 1_000

# Kinds of records that say what an account or a fund is.
_OPENING_KINDS = ("account.opened", "account.renamed", "fund.opened")

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

_STREAM = (
    select(
        Entry.id,
        Entry.number,
        Entry.event_key,
        Entry.kind,
        Entry.happened_on,
        Entry.recorded_at,
        Entry.transfers,
        Entry.reverses,
        Entry.reason,
        Entry.actor,
        Entry.subject,
        Entry.note,
        Entry.forced,
        Entry.public_particulars,
        Entry.private_particulars,
        Entry.nonce,
        Entry.leaf_version,
        Entry.leaf_hash,
        Transfer.n,
        Transfer.debit_account,
        Transfer.credit_account,
        Transfer.fund,
        Transfer.amount_pence,
    )
    .outerjoin(Transfer, Transfer.entry_id == Entry.id)
    .order_by(Entry.id, Transfer.n)
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written, or cannot be. `number`: the entry it was found at, if it was one."""

    sentence: str
    number: int | None = None


@dataclass(slots=True)
class Verified:
    """What was found. Totals are debits and credits, in pence, by account and fund, as recomputed from the transfers."""

    entries: int = 0
    transfers: int = 0
    totals: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    # Entries that took a fund below what it had, and said so.
    forced: int = 0
    available: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(session: Session, *, progress: Progress | None = None) -> Verified:
    """Check every entry, every balance and every guard. `progress` is told how many entries were read, now and then.

    While others write, call it in a transaction at REPEATABLE READ: several statements then see one state.
    It cannot find an entry that was taken out whole, with its transfers, by somebody above the guards: only a seal can (docs/ledger.md).
    """
    found = Verified()
    walk = _Walk(found, {account.code: account.kind for account in queries.accounts(session)})
    rows = session.execute(_STREAM, execution_options={"stream_results": True, "yield_per": STEP})
    for _, group in groupby(rows, key=lambda row: row.id):
        walk.entry(list(group))
        if progress and found.entries % STEP == 0:
            progress(found.entries)
    for sentence, number in _whole(session, walk):
        found.faults.append(Fault(sentence, number))
    found.faults += [Fault(sentence) for sentence in guards.faults(session.connection())]
    return found


class _Walk:
    """Goes through the entries in the order they were written, and keeps the books again."""

    def __init__(self, found: Verified, kinds: dict[str, AccountKind]) -> None:
        self.found = found
        self.kinds = kinds
        # What the log says each account and each fund was opened as; accounts by their last name.
        self.opened: dict[str, dict[str, Any]] = {}
        self._money: dict[tuple[str, str], int] = {}

    def entry(self, rows: list[Any]) -> None:
        """Take one entry with all its transfers."""
        head = rows[0]
        lines = [row for row in rows if row.n is not None]
        self.found.entries += 1
        self.found.transfers += len(lines)
        self.found.forced += head.forced
        for sentence in self._sentences(head, lines):
            self.found.faults.append(Fault(sentence, head.number))
        if head.kind in _OPENING_KINDS:
            self.opened[head.subject] = {**self.opened.get(head.subject, {}), **head.public_particulars}

    def _sentences(self, head: Any, lines: list[Any]) -> Iterator[str]:
        name = f"Entry {head.number:,}"
        if [row.n for row in lines] != list(range(1, head.transfers + 1)):
            yield f"{name} declares {head.transfers} transfers and has {len(lines)}."
        if not head.event_key:
            yield f"{name} does not say which event it tells."
        if head.leaf_version != LEAF_VERSION:
            yield f"{name} is encoded in a way that this program does not know ({head.leaf_version})."
        elif _recomputed(head, lines) != head.leaf_hash:
            yield f"{name} is not what was written: its fingerprint does not fit its contents."
        for fund in self._book(lines):
            if not head.forced:
                yield f"{name} took the fund {fund} below what it had, and nobody flagged it."

    def _book(self, lines: list[Any]) -> list[str]:
        """Add the lines to the books. The funds that are thereby left with less than nothing, and less than before."""
        available = self.found.available
        before = {row.fund: available.get(row.fund, 0) for row in lines}
        for row in lines:
            self._side(row.debit_account, row.fund, row.amount_pence, 0)
            self._side(row.credit_account, row.fund, row.amount_pence, 1)
        return [fund for fund, had in sorted(before.items()) if available.get(fund, 0) < min(0, had)]

    def _side(self, account: str, fund: str, pence: int, side: int) -> None:
        self.found.totals.setdefault((account, fund), [0, 0])[side] += pence
        if self.kinds.get(account) in MONEY_KINDS:
            had = self._money.get((account, fund), 0)
            has = had - pence if side else had + pence
            self._money[account, fund] = has
            rise = awardable(account, has) - awardable(account, had)
            self.found.available[fund] = self.found.available.get(fund, 0) + rise


def _recomputed(head: Any, lines: list[Any]) -> bytes | None:
    try:
        return leaf_hash(records.of_row(head, lines))
    except ValueError:
        # It holds what the encoding refuses, so it was never written so.
        return None


def _whole(session: Session, walk: _Walk) -> Iterator[tuple[str, int | None]]:
    """What no single entry shows: transfers without entry, crooked reversals, names, and the books as the database sums them."""
    for (entry_id,) in session.execute(_ORPHANS):
        yield f"There are transfers of an entry that is gone (row {entry_id}).", None
    for row in session.execute(_CROOKED):
        what = "which is gone" if row.gone else "and is not its mirror image"
        yield f"Entry {row.number:,} reverses entry {row.reverses:,}, {what}.", row.number
    yield from _names(session, walk)
    trial = queries.trial_balance(session)
    summed = {(row.account, row.fund): [row.debits_pence, row.credits_pence] for row in trial}
    if summed != walk.found.totals:
        yield "The trial balance is not the sum of the entries.", None
    for fund in sorted({row.fund for row in trial}):
        rest = sum(row.debits_pence - row.credits_pence for row in trial if row.fund == fund)
        if rest:
            yield f"Debits and credits of the fund {fund} differ by {rest} pence.", None


def _names(session: Session, walk: _Walk) -> Iterator[tuple[str, int | None]]:
    standing: dict[str, dict[str, Any]] = {}
    for account in queries.accounts(session):
        standing[f"account:{account.code}"] = {"code": account.code, "name": account.name, "kind": account.kind.value}
    for fund in queries.funds(session):
        terms = {"code": fund.code, "name": fund.name, "restriction": fund.restriction, "purpose": fund.purpose, "grantor": fund.grantor}
        days = {"starts_on": fund.starts_on, "ends_on": fund.ends_on}
        said = terms | {key: day.isoformat() for key, day in days.items() if day}
        standing[f"fund:{fund.code}"] = {key: value for key, value in said.items() if value}
    for subject in sorted(standing.keys() | walk.opened.keys()):
        what, _, code = subject.partition(":")
        if subject not in walk.opened:
            yield f"The {what} {code} stands in the books, and no entry opened it.", None
        elif standing.get(subject) != walk.opened[subject]:
            yield f"The {what} {code} is not what its entries say it was opened as.", None

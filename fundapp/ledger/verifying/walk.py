"""Every entry with its transfers, in the order of the log and then of the queue, hashed again from its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.ledger import records
from fundapp.ledger.canonical import LEAF_VERSION, leaf_hash
from fundapp.ledger.verifying.books import Books, snapshots
from fundapp.ledger.verifying.found import Progress, Step, Verified, readable
from fundapp.ledger.verifying.log import Log
from fundapp.ledger.verifying.periods import Periods

# Places are read in blocks of this many: whole tiles.
BLOCK = 4_096

_LEAVES = text("SELECT seq, entry_id, hash FROM log_leaf WHERE seq >= :first AND seq < :last ORDER BY seq")
_BOUNDS = text("SELECT count(*) FILTER (WHERE seq < 0) AS below, coalesce(max(seq), -1) AS last FROM log_leaf")
_NEXT = text("SELECT min(seq) / :block * :block FROM log_leaf WHERE seq >= :end")
_COUNT = text("SELECT count(*) FROM entry")
# A day or a moment that no calendar has is told as none, instead of ending the reading; so are particulars that are empty.
_ENTRIES = text("""
SELECT id, number, event_key, kind, CASE WHEN happened_on BETWEEN '0001-01-01' AND '9999-12-31' THEN happened_on END AS happened_on,
    CASE WHEN recorded_at BETWEEN '0001-01-02' AND '9999-12-30' THEN recorded_at END AS recorded_at, transfers, reverses, reason, actor,
    subject, note, forced, nullif(public_particulars, '{}') AS public_particulars, nullif(private_particulars, '{}') AS private_particulars,
    nonce, leaf_version, leaf_hash
FROM entry WHERE id = ANY (:ids)
""")
_LEGS = text("""
SELECT entry_id, n, debit_account, credit_account, fund, amount_pence FROM transfer WHERE entry_id = ANY (:ids) ORDER BY entry_id, n
""")
_HASHES = text("SELECT id, number, leaf_hash FROM entry WHERE id = ANY (:ids)")
_WAITING = text("""
SELECT entry.id, unsealed.entry_id IS NOT NULL AS queued FROM entry LEFT JOIN unsealed ON unsealed.entry_id = entry.id
WHERE entry.id > :after AND NOT EXISTS (SELECT FROM log_leaf WHERE log_leaf.entry_id = entry.id) ORDER BY entry.id LIMIT :most
""")


class Walk:
    """Reads the ledger once, from its first entry to its last. Entries before `trusted` are not hashed again."""

    def __init__(
        self, session: Session, found: Verified, *, books: Books, log: Log, periods: Periods, trusted: int, progress: Progress | None
    ) -> None:
        self.session, self.found, self.books, self.log, self.periods = session, found, books, log, periods
        self.trusted, self.progress = trusted, progress
        self._seen, self._count = 0, session.execute(_COUNT).scalar_one()

    def sealed(self) -> None:
        """Read the log: leaves, entries, and what has been kept about the sizes on the way."""
        below, last = self.session.execute(_BOUNDS).one()
        size = last + 1
        if below:
            self.found.add("The log has places before its first.")
        first: int | None = 0
        while first is not None and first < size:
            # A block ends where trust does.
            for begin, end in _split(first, min(first + BLOCK, size), self.trusted):
                with readable(self.session, self.found, f"The log from place {begin + 1:,} to {end:,}"):
                    self._block(begin, end)
                if self.log.tree.size != end:
                    self._gap(end)
            # Where nothing stands for a long stretch, it is passed over: somebody may have written a place beyond all counting.
            first = self.session.execute(_NEXT, {"end": end, "block": BLOCK}).scalar_one()
        self.log.end()

    def waiting(self) -> None:
        """Read the entries that have no place in the log yet, in the order they were written."""
        after = 0
        while rows := self.session.execute(_WAITING, {"after": after, "most": BLOCK}).all():
            after = rows[-1].id
            entries = self._entries([row.id for row in rows])
            for row in rows:
                head, legs = entries[row.id]
                if not row.queued:
                    self.found.add(f"{named(head)} is neither in the log nor in the queue to it.", head.number)
                self._check(head, legs)
            self._tell(len(rows))

    def _block(self, first: int, last: int) -> None:
        leaves = self.session.execute(_LEAVES, {"first": first, "last": last}).all()
        self.log.expect(first, last)
        ids = [leaf.entry_id for leaf in leaves]
        heads = self._entries(ids) if last > self.trusted else self._fingerprints(ids)
        kept = snapshots(self.session, first, last) if last > self.trusted else {}
        for leaf in leaves:
            if leaf.seq != self.log.tree.size:
                self._gap(leaf.seq)
            self._leaf(leaf, *heads.get(leaf.entry_id, (None, ())))
            if leaf.seq + 1 in kept:
                self._compare_snapshot(leaf.seq + 1, kept[leaf.seq + 1])
        self.found.sealed += len(leaves)
        self._tell(len(leaves))

    def _leaf(self, leaf: Any, head: Any, legs: Sequence[Any]) -> None:
        if head is None:
            self.found.add(f"The entry at place {leaf.seq + 1:,} of the log is gone (row {leaf.entry_id}).")
        elif leaf.hash != head.leaf_hash:
            self.found.add(f"{named(head)} is not the one that was sealed at place {leaf.seq + 1:,} of the log.", head.number)
        if head is not None and leaf.seq >= self.trusted:
            self._check(head, legs)
        elif head is not None:
            self.found.entries += 1
            self.found.trusted += 1
        self.log.add(leaf.hash)

    def _gap(self, place: int) -> None:
        """Say that places are missing before `place`, and go on from there; no root can be compared any more."""
        self.found.add(f"The log has no entry at place {self.log.tree.size + 1:,}.")
        self.log.broken = True
        self.log.tree.size = place

    def _compare_snapshot(self, size: int, kept: dict[tuple[str, str], list[int]]) -> None:
        if self.log.broken:
            return
        if kept != self.found.totals:
            self.found.add(f"The balances kept for {size:,} entries are not what those entries add up to.")
        else:
            self.found.snapshots += 1

    def _entries(self, ids: list[int]) -> dict[int, tuple[Any, Sequence[Any]]]:
        legs = self.session.execute(_LEGS, {"ids": ids}).all()
        grouped = {entry_id: list(group) for entry_id, group in groupby(legs, key=attrgetter("entry_id"))}
        return {head.id: (head, grouped.get(head.id, ())) for head in self.session.execute(_ENTRIES, {"ids": ids}).all()}

    def _fingerprints(self, ids: list[int]) -> dict[int, tuple[Any, Sequence[Any]]]:
        return {head.id: (head, ()) for head in self.session.execute(_HASHES, {"ids": ids}).all()}

    def _check(self, head: Any, legs: Sequence[Any]) -> None:
        found = self.found
        found.entries += 1
        found.transfers += len(legs)
        found.forced += bool(head.forced)
        for sentence in self._sentences(head, legs, named(head)):
            found.add(sentence, head.number)

    def _sentences(self, head: Any, legs: Sequence[Any], name: str) -> Iterator[str]:
        if len(legs) != head.transfers or any(leg.n != nth for nth, leg in enumerate(legs, 1)):
            yield f"{name} declares {head.transfers} transfers and has {len(legs)}."
        if not head.event_key:
            yield f"{name} does not say which event it tells."
        if head.happened_on is None or head.recorded_at is None:
            yield f"{name} is dated on a day that no calendar has."
        elif head.leaf_version != LEAF_VERSION:
            yield f"{name} is encoded in a way that this program does not know ({head.leaf_version})."
        elif _recomputed(head, legs) != head.leaf_hash:
            yield f"{name} is not what was written: its fingerprint does not fit its contents."
        whole = [leg for leg in legs if None not in leg]
        if len(whole) < len(legs):
            yield f"{name} has a transfer that does not say what moved."
        for fund in self.books.book(whole, head.happened_on):
            if not head.forced:
                yield f"{name} took the fund {fund} below what it had, and nobody flagged it."
        yield from self.periods.sentences(head, name)

    def _tell(self, more: int) -> None:
        self._seen += more
        if self.progress:
            self.progress(Step("entries", self._seen, self._count))


def log_size(session: Session) -> int:
    """How many entries the log has, if none is missing."""
    last: int = session.execute(_BOUNDS).one().last
    return last + 1


def named(head: Any) -> str:
    """An entry as people call it."""
    return f"Entry {head.number:,}" if head.number is not None else f"The entry in row {head.id}"


def _split(first: int, last: int, at: int) -> list[tuple[int, int]]:
    return [(first, at), (at, last)] if first < at < last else [(first, last)]


def _recomputed(head: Any, legs: Sequence[Any]) -> bytes | None:
    try:
        return leaf_hash(records.of_row(head, legs))
    except (ValueError, TypeError, AttributeError):
        # It holds what the encoding refuses, so it was never written so.
        return None

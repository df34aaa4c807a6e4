"""A long history, written as the ledger would have written it, but by COPY: real hashes, real seals, months that are closed.

The guards are off while it is written, as they are while a backup is put back; `fundapp ledger verify` finds nothing wrong with it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg

from fundapp.core.db import Database, transaction
from fundapp.ledger import canonical, periods, sealing
from fundapp.ledger.draft import Draft, Line, Record
from tests.benchmarks.machines import ORIGIN, Machine

# The days of the history: two years, and the present month stays open.
FIRST = date(2024, 11, 1)
DAYS = 730
BLOCK = 20_000

_ENTRY = """
COPY entry (id, number, event_key, kind, happened_on, recorded_at, transfers, reason, actor, subject, note, forced,
    public_particulars, private_particulars, nonce, leaf_version, leaf_hash, xid) FROM STDIN
"""
_TRANSFER = "COPY transfer (entry_id, n, debit_account, credit_account, fund, amount_pence) FROM STDIN"


@dataclass(slots=True)
class History:
    """A database whose ledger grows."""

    machine: Machine
    name: str
    database: Database
    entries: int = 0

    def grow(self, to: int) -> None:
        """Write and seal entries until there are so many."""
        while self.entries < to:
            self._write(min(BLOCK, to - self.entries))
        self._seal()
        with psycopg.connect(self.machine.superuser_url(self.name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def _write(self, count: int) -> None:
        with psycopg.connect(self.machine.superuser_url(self.name)) as connection:
            connection.execute("SET session_replication_role = replica")
            first = connection.execute("SELECT max(id) + 1, max(number) + 1 FROM entry").fetchone()
            assert first is not None
            made = list(self._records(count, *first))
            with connection.cursor().copy(_ENTRY) as copy:
                for entry_id, record in made:
                    copy.write_row(_entry_row(entry_id, record))
            with connection.cursor().copy(_TRANSFER) as copy:
                for entry_id, record in made:
                    for n, line in enumerate(record.draft.lines, 1):
                        copy.write_row((entry_id, n, line.debit, line.credit, line.fund, line.amount_pence))
            connection.execute("INSERT INTO unsealed SELECT id FROM entry WHERE id >= %s", [first[0]])
            connection.execute("SELECT setval('entry_number', (SELECT max(number) FROM entry)), setval('entry_id_seq', max(id)) FROM entry")
        self.entries += count

    def _records(self, count: int, entry_id: int, number: int) -> Iterator[tuple[int, Record]]:
        for nth in range(count):
            # Over and over, so that a history of any size has entries on every day.
            day = FIRST + timedelta(days=(self.entries + nth) % DAYS)
            gift = self.entries + nth
            draft = Draft(f"txn:txn_{gift}", "gift.settled", day, _lines(gift), "stripe", f"donation:{gift}")
            recorded = datetime.combine(day, time(12), UTC) + timedelta(microseconds=gift)
            yield entry_id + nth, Record(draft, number + nth, recorded, secrets.token_bytes(16))

    def _seal(self) -> None:
        done = None
        while done is None or done.entries:
            with self.database.session() as session, transaction(session):
                done = sealing.seal(session, origin=ORIGIN, signer=self.machine.signer, most=BLOCK)

    def close_months(self) -> None:
        """Close and seal every month but the last."""
        day = FIRST
        while (after := (day + timedelta(days=31)).replace(day=1)) < FIRST + timedelta(days=DAYS - 31):
            last = after - timedelta(days=1)
            for act in (self._open(day, last), self._close(last), self._seal_month(last)):
                with self.database.session() as session, transaction(session):
                    act(session)
            day = after

    def _open(self, first: date, last: date) -> Any:
        return lambda session: periods.open_period(session, starts_on=first, ends_on=last)

    def _close(self, last: date) -> Any:
        return lambda session: periods.close(session, ends_on=last, actor="user:1")

    def _seal_month(self, last: date) -> Any:
        return lambda session: periods.seal_period(session, ends_on=last, actor="user:2")


def _lines(nth: int) -> tuple[Line, ...]:
    fund = ("public-giving", "general", "rough-sleepers")[nth % 3]
    fee, net = 20 + nth % 30, 400 + nth % 1_000
    return (
        Line("stripe-clearing", "donations", fund, net + fee),
        Line("stripe-balance", "stripe-clearing", fund, net),
        Line("processing-fees", "stripe-clearing", fund, fee),
    )


def _entry_row(entry_id: int, record: Record) -> tuple[Any, ...]:
    draft = record.draft
    told = (record.number, draft.event_key, draft.kind, draft.happened_on, record.recorded_at, len(draft.lines))
    who = (draft.reason, draft.actor, draft.subject, draft.note, record.forced)
    particulars = (json.dumps(draft.public), json.dumps(draft.private))
    return (entry_id, *told, *who, *particulars, record.nonce, canonical.LEAF_VERSION, canonical.leaf_hash(record), 0)

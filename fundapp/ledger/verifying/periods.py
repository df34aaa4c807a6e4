"""Closed periods: seals recomputed from the entries, days that are shut, and facts that were told too late for their own day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.ledger import periods, periods_read
from fundapp.ledger.posting import TOLD_ON
from fundapp.ledger.verifying.books import Books
from fundapp.ledger.verifying.found import Verified

_SEALS = text("""
SELECT entry.number, actor, private_particulars ->> 'ends_on' AS ends_on, seq
FROM entry LEFT JOIN log_leaf ON log_leaf.entry_id = entry.id WHERE kind = :kind ORDER BY seq, entry.id
""")
# As text: a database can hold days that no calendar has.
_PERIODS = text("""
SELECT starts_on::text, ends_on::text, state, closed_by, entry_number FROM period ORDER BY period.ends_on
""")


@dataclass(frozen=True, slots=True)
class Seal:
    """An entry that seals a period."""

    number: int
    actor: str
    ends_on: date
    # Its place in the log; None while it waits.
    seq: int | None


def read_seals(session: Session, found: Verified) -> list[Seal]:
    """Every seal that the log has, in the order of the log."""
    seals = []
    for row in session.execute(_SEALS, {"kind": periods.KIND}):
        ends_on = _day(row.ends_on)
        if ends_on is None:
            found.add(f"Entry {row.number:,} seals a period and does not say which.", row.number)
        else:
            seals.append(Seal(row.number, row.actor, ends_on, row.seq))
    return seals


class Periods:
    """What has been sealed so far, as the log is read again."""

    def __init__(self, session: Session, seals: Sequence[Seal], books: Books) -> None:
        self.session, self.books = session, books
        self.seals = {seal.number: seal for seal in seals}
        self.shut = periods_read.shut_until(session)
        self.last: Seal | None = None

    def begin(self, size: int) -> None:
        """Take the seals among the first `size` entries of the log as they stand."""
        for seal in self.seals.values():
            if seal.seq is not None and seal.seq < size:
                self._pass(seal)

    def sentences(self, head: Any, name: str) -> Iterator[str]:
        """What is wrong with an entry's day; and with what it says of a period, if it is a seal."""
        if self.last is not None and head.happened_on is not None and head.happened_on <= self.last.ends_on:
            yield f"{name} is dated {head.happened_on}, in days that entry {self.last.number:,} had sealed before."
        told = head.private_particulars.get(TOLD_ON) if isinstance(head.private_particulars, dict) else None
        if told is not None and not self._was_shut(_day(told), head.happened_on):
            yield f"{name} says that it was told too late for its own day, and that day was not shut."
        seal = self.seals.get(head.number) if head.kind == periods.KIND else None
        if seal is not None:
            wrong = list(self._wrong_seal(seal, head, name))
            yield from wrong
            self.books.found.periods += not wrong
            self._pass(seal)

    def whole(self) -> Iterator[tuple[str, int | None]]:
        """The table of periods beside the seals, and the last shut day beside both."""
        sealed: set[int] = set()
        rows = [(_day(row.starts_on), _day(row.ends_on), row) for row in self.session.execute(_PERIODS)]
        for starts_on, ends_on, row in rows:
            if starts_on is None or ends_on is None:
                yield "A period has a day that no calendar has.", None
                continue
            sealed.add(row.entry_number)
            yield from self._wrong_row(ends_on, row)
        for (_, earlier, row), (_, later, after) in pairwise(rows):
            if after.state == "sealed" and row.state != "sealed":
                yield f"The period to {later} is sealed, and the one before, to {earlier}, is not.", None
        for number in sorted(self.seals.keys() - sealed):
            yield f"Entry {number:,} seals the period to {self.seals[number].ends_on}, and no period says so.", number

    def _wrong_row(self, ends_on: date, row: Any) -> Iterator[tuple[str, int | None]]:
        if row.state != "open" and (self.shut is None or self.shut < ends_on):
            yield f"The period to {ends_on} is closed, and its days are not shut.", None
        if row.state != "sealed":
            return
        seal = self.seals.get(row.entry_number)
        if seal is None or seal.ends_on != ends_on:
            yield f"The period to {ends_on} is called sealed, and no entry says so.", None
        elif seal.actor == row.closed_by:
            yield f"The period to {ends_on} was closed and sealed by the same person.", seal.number

    def _wrong_seal(self, seal: Seal, head: Any, name: str) -> Iterator[str]:
        totals = self.books.until(seal.ends_on)
        before = self.books.until(self.last.ends_on) if self.last else []
        expected = {(total.account, total.fund): (total.debits_pence, total.credits_pence) for total in totals}
        if _kept(head.private_particulars) != expected:
            yield f"{name} seals the period to {seal.ends_on} with totals that are not those of its entries."
        if head.public_particulars != {"month": seal.ends_on.isoformat()[:7], **periods.particulars(totals, before)}:
            yield f"{name} seals the period to {seal.ends_on} with public figures that are not those of its entries."

    def _pass(self, seal: Seal) -> None:
        if self.last is None or self.last.ends_on < seal.ends_on:
            self.last = seal

    def _was_shut(self, told: date | None, dated: date | None) -> bool:
        return told is not None and dated is not None and self.shut is not None and told <= self.shut and told < dated


def _kept(particulars: Any) -> dict[tuple[str, str], tuple[int, int]] | None:
    """The totals that a seal has written down; None if they cannot be read."""
    try:
        return {(one["account"], one["fund"]): (one["debits_pence"], one["credits_pence"]) for one in particulars["totals"]}
    except (KeyError, TypeError):
        return None


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        return None

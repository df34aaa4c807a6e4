"""The books kept again in the order of the log: totals, what each fund has to award, snapshots, and what closed periods hold.

In the log, whatever an entry could rely on stands before it: a pass of the sealer that sees an entry sees all that was committed
before, and takes the queue in the order of ids. So what a spender saw in the fund is there when the log comes to the spending.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.ledger.balances import Total
from fundapp.ledger.chart import MONEY_KINDS, awardable
from fundapp.ledger.verifying.found import Verified

Pair = tuple[str, str]

# What the entries before a trusted checkpoint moved, by the period they are dated in.
_BEFORE = text("""
SELECT width_bucket(happened_on - 1, CAST(:ends AS date[])) AS bucket, debit_account, credit_account, fund,
    sum(amount_pence)::text AS pence, count(*) AS transfers
FROM log_leaf JOIN entry ON entry.id = log_leaf.entry_id JOIN transfer ON transfer.entry_id = entry.id
WHERE seq < :size GROUP BY 1, 2, 3, 4
""")
_SNAPSHOTS = text("""
SELECT log_size, account, fund, debits_pence, credits_pence FROM balance_snapshot WHERE log_size > :first AND log_size <= :last
""")


class Books:
    """Running totals. `ends`: the last days of all periods that have a seal, in order."""

    def __init__(self, found: Verified, ends: Sequence[date]) -> None:
        self.found = found
        self.ends = ends
        # By period: totals of the entries dated in it, or between the one before and it.
        self._periods: list[dict[Pair, list[int]]] = [{} for _ in ends]

    def begin(self, session: Session, size: int) -> None:
        """Take what the first `size` entries of the log moved as it stands, without looking at each."""
        for row in session.execute(_BEFORE, {"ends": list(self.ends), "size": size}):
            self.found.transfers += row.transfers
            self._move(row.debit_account, row.credit_account, row.fund, int(row.pence), row.bucket)

    def book(self, legs: Iterable[Any], on: date | None) -> list[str]:
        """Add an entry's legs. The funds that are thereby left with less than nothing, and less than before."""
        available, bucket = self.found.available, bisect_left(self.ends, on) if on else len(self.ends)
        before: dict[str, int] = {}
        for leg in legs:
            fund = leg.fund
            if fund not in before:
                before[fund] = available.get(fund, 0)
            self._move(leg.debit_account, leg.credit_account, fund, leg.amount_pence, bucket)
        return [fund for fund, had in sorted(before.items()) if available.get(fund, 0) < min(0, had)]

    def until(self, ends_on: date) -> list[Total]:
        """The totals of everything dated up to the end of a period, as far as the log has been read."""
        summed: dict[Pair, list[int]] = {}
        for end, totals in zip(self.ends, self._periods, strict=True):
            if end <= ends_on:
                for pair, (debits, credits_) in totals.items():
                    sides = summed.setdefault(pair, [0, 0])
                    sides[0] += debits
                    sides[1] += credits_
        return [Total(code, "", self.found.kinds.get(code, ""), fund, *sides) for (code, fund), sides in summed.items()]

    def _move(self, debit: str, credit: str, fund: str, pence: int, bucket: int) -> None:
        for account, side in ((debit, 0), (credit, 1)):
            pair = (account, fund)
            sides = self.found.totals.setdefault(pair, [0, 0])
            if self.found.kinds.get(account) in MONEY_KINDS:
                had = sides[0] - sides[1]
                rise = awardable(account, had - pence if side else had + pence) - awardable(account, had)
                self.found.available[fund] = self.found.available.get(fund, 0) + rise
            sides[side] += pence
            if bucket < len(self._periods):
                self._periods[bucket].setdefault(pair, [0, 0])[side] += pence


def snapshots(session: Session, first: int, last: int) -> dict[int, dict[Pair, list[int]]]:
    """The snapshots of log sizes above `first`, up to `last`."""
    found: dict[int, dict[Pair, list[int]]] = {}
    for size, account, fund, debits, credits_ in session.execute(_SNAPSHOTS, {"first": first, "last": last}):
        found.setdefault(size, {})[account, fund] = [debits, credits_]
    return found

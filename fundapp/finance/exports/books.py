"""The books as an export reads them: the accounts in use, and every entry in the order of its day. Flat in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from fundapp.ledger import queries
from fundapp.ledger.draft import Line
from fundapp.ledger.models import Entry, Transfer
from fundapp.ledger.queries import AccountView, FundView, TrialRow

# Told how many entries were read and how many there are.
Progress = Callable[[int, int], None]

# Reading is told of this often, and rows travel in blocks of this many.
STEP = 1_000

# For an account of which no record says when it was opened, and which was never used.
UNKNOWN_DAY = date(1970, 1, 1)

_EMPTY = text("'{}'::jsonb")

_STREAM = (
    select(
        Entry.number,
        Entry.kind,
        Entry.happened_on,
        Entry.event_key,
        Entry.subject,
        Entry.actor,
        Entry.reason,
        Entry.note,
        Entry.reverses,
        Entry.forced,
        # Nearly always empty, and reading JSON is a fifth of the work.
        func.nullif(Entry.public_particulars, _EMPTY).label("public"),
        func.nullif(Entry.private_particulars, _EMPTY).label("private"),
        Transfer.debit_account,
        Transfer.credit_account,
        Transfer.fund,
        Transfer.amount_pence,
    )
    .outerjoin(Transfer, Transfer.entry_id == Entry.id)
    .order_by(Entry.happened_on, Entry.number, Transfer.n)
)


@dataclass(frozen=True, slots=True)
class Drawer:
    """An account, or what of one fund lies in it, and the first day on which it is there."""

    account: AccountView
    fund: FundView | None
    since: date


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with what moved. Without lines it is a record: it says something and moves no money."""

    number: int
    kind: str
    happened_on: date
    # What else it says, by the name it has in an export; what has nothing to say is absent.
    facts: dict[str, str]
    reverses: int | None
    forced: bool
    public: dict[str, Any]
    private: dict[str, Any]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """The books to the end of a day, or all that is written. The session is one that sees one state (`Database.snapshot`)."""

    session: Session
    as_of: date | None = None
    progress: Progress | None = None

    def extent(self) -> tuple[int, date | None]:
        """How many entries there are, and the day of the last; None in empty books."""
        count, last = self.session.execute(select(func.count(Entry.id), func.max(Entry.happened_on)).where(*self._until())).one()
        return count, last

    def entries(self) -> Iterator[Written]:
        """Every entry, by day and then by number, read from the server a block at a time."""
        total = self.extent()[0] if self.progress else 0
        options = {"stream_results": True, "yield_per": STEP}
        with self.session.execute(_STREAM.where(*self._until()), execution_options=options) as rows:
            for read, (_, group) in enumerate(groupby(rows, key=lambda row: row.number), 1):
                yield _written(list(group))
                if self.progress and read % STEP == 0:
                    self.progress(read, total)

    def funds(self) -> list[FundView]:
        """Every fund, in the order they were opened."""
        return queries.funds(self.session)

    def trial_balance(self) -> list[TrialRow]:
        """What the ledger itself says of every account in every fund."""
        return queries.trial_balance(self.session, self.as_of)

    def drawers(self) -> list[Drawer]:
        """Every account in the order of the chart, and behind each one what of which fund ever lay in it.

        An account is there from the day of its opening, or earlier if something older was booked under it.
        """
        used, opened, funds = self._first_days(), self._opening_days(), self.funds()
        # What the ledger has a balance of is there, even if nothing moved: then the reader's own sum finds the two to differ.
        claimed = {(row.account, row.fund) for row in self.trial_balance()}
        found: list[Drawer] = []
        for account in queries.accounts(self.session):
            known = [day for (code, _), day in used.items() if code == account.code]
            known += [opened[account.code]] if account.code in opened else []
            since = min(known, default=UNKNOWN_DAY)
            if self.as_of is None or since <= self.as_of:
                found.append(Drawer(account, None, since))
                pairs = [(fund, (account.code, fund.code)) for fund in funds]
                found += [Drawer(account, fund, used.get(pair, since)) for fund, pair in pairs if pair in used or pair in claimed]
        return found

    def balances(self) -> dict[tuple[str, str], int]:
        """Debits less credits by account and fund, in pence, as the ledger itself says; a pair that it does not know has nothing."""
        return {(row.account, row.fund): row.debits_pence - row.credits_pence for row in self.trial_balance()}

    def _until(self) -> list[ColumnElement[bool]]:
        return [] if self.as_of is None else [Entry.happened_on <= self.as_of]

    def _first_days(self) -> dict[tuple[str, str], date]:
        pair = (Transfer.debit_account, Transfer.credit_account, Transfer.fund)
        statement = select(*pair, func.min(Entry.happened_on)).join(Entry, Entry.id == Transfer.entry_id).where(*self._until())
        first: dict[tuple[str, str], date] = {}
        for debit, credit, fund, day in self.session.execute(statement.group_by(*pair)):
            for account in (debit, credit):
                first[account, fund] = min(day, first.get((account, fund), day))
        return first

    def _opening_days(self) -> dict[str, date]:
        subjects = [f"account:{account.code}" for account in queries.accounts(self.session)]
        statement = select(Entry.subject, func.min(Entry.happened_on)).where(Entry.subject.in_(subjects), Entry.kind == "account.opened")
        return {subject.partition(":")[2]: day for subject, day in self.session.execute(statement.group_by(Entry.subject))}


def _written(rows: list[Any]) -> Written:
    head = rows[0]
    facts = {"event": head.event_key, "subject": head.subject, "actor": head.actor, "reason": head.reason, "note": head.note}
    lines = [Line(row.debit_account, row.credit_account, row.fund, row.amount_pence) for row in rows if row.fund is not None]
    return Written(
        number=head.number,
        kind=head.kind,
        happened_on=head.happened_on,
        facts={name: said for name, said in facts.items() if said},
        reverses=head.reverses,
        forced=head.forced,
        public=head.public or {},
        private=head.private or {},
        lines=tuple(lines),
    )

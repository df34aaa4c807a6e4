"""Up to when the books are open: money to the last month end, help by whole quarters, always in London time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fundapp.core import clock
from fundapp.core.language import gettext as _


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included, as London counts them."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The moment, in UTC, at which it begins."""
        return clock.start_of(self.first)

    @property
    def until(self) -> datetime:
        """The moment, in UTC, that no longer belongs to it."""
        return clock.start_of(self.next_day)

    @property
    def next_day(self) -> date:
        """The day after it."""
        return self.last + timedelta(days=1)

    @property
    def words(self) -> str:
        """The months it covers: "July to September 2026", "November 2025 to January 2026", "April 2026"."""
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return _month(self.last)
        begin = _(f"{self.first:%B}") if self.first.year == self.last.year else _month(self.first)
        return _("%(first)s to %(last)s") % {"first": begin, "last": _month(self.last)}


def _month(day: date) -> str:
    return f"{_(f'{day:%B}')} {day.year}"


def open_year(today: date) -> Period:
    """The financial year of the last month end, as far as it is open: 1 April to that day."""
    last = clock.last_month_end(today)
    return Period(clock.financial_year_start(last), last)


def quarter_of(day: date) -> Period:
    """The calendar quarter that a day is in."""
    first = clock.quarter_start(day)
    return Period(first, clock.quarter_start(first + timedelta(days=100)) - timedelta(days=1))


def last_quarter(today: date) -> Period:
    """The last calendar quarter that is wholly over."""
    return quarter_of(clock.quarter_start(today) - timedelta(days=1))


def quarters_between(since: date, until: date) -> list[Period]:
    """The quarters from the one that a day is in to the last that has ended by another, the oldest first."""
    found: list[Period] = []
    quarter = quarter_of(since)
    while quarter.last <= until:
        found.append(quarter)
        quarter = quarter_of(quarter.next_day)
    return found


def quarters_back(today: date, how_many: int) -> list[Period]:
    """The last quarters that are wholly over, the newest first."""
    found = [last_quarter(today)]
    while len(found) < how_many:
        found.append(last_quarter(found[-1].first))
    return found


def quarter_code(quarter: Period) -> str:
    """A quarter as the ledger names it: "2026-Q3"."""
    return f"{quarter.first.year}-Q{(quarter.first.month + 2) // 3}"


def quarter_named(code: str) -> Period:
    """The quarter of such a name."""
    year, _, number = code.partition("-Q")
    return quarter_of(date(int(year), 3 * int(number), 1))

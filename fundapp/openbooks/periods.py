"""Up to when the books are open: money to the last month end, help by closed quarters, always in London time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fundapp.core import clock


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
        return clock.start_of(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        """The months it covers: "July to September 2026", "November 2025 to January 2026", "April 2026"."""
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.last:%B %Y}"
        begin = f"{self.first:%B}" if self.first.year == self.last.year else f"{self.first:%B %Y}"
        return f"{begin} to {self.last:%B %Y}"


def open_year(today: date) -> Period:
    """The financial year of the last month end, as far as it is open: 1 April to that day."""
    last = clock.last_month_end(today)
    return Period(clock.financial_year_start(last), last)


def closed_quarters(today: date, how_many: int) -> list[Period]:
    """The last calendar quarters that are wholly over, the newest first."""
    found: list[Period] = []
    next_first = clock.quarter_start(today)
    for _ in range(how_many):
        last = next_first - timedelta(days=1)
        next_first = clock.quarter_start(last)
        found.append(Period(next_first, last))
    return found

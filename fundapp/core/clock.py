"""The one clock: UTC in the database, Europe/London on the page and for what "a day" means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

# Set by tests and by the demonstration history only; nothing else may move time.
_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


def now() -> datetime:
    """The present moment, in UTC."""
    return _stopped_at.get() or datetime.now(UTC)


def today() -> date:
    """The present day in London."""
    return london(now()).date()


def london(moment: datetime) -> datetime:
    """The same moment on a London wall clock."""
    return moment.astimezone(LONDON)


def day_of(moment: datetime) -> date:
    """The London day that a moment falls on."""
    return london(moment).date()


def start_of(day: date) -> datetime:
    """The moment, in UTC, at which a London day begins."""
    return datetime.combine(day, time.min, tzinfo=LONDON).astimezone(UTC)


def last_month_end(day: date) -> date:
    """The last day of the month before the one that `day` is in."""
    return day.replace(day=1) - timedelta(days=1)


def quarter_start(day: date) -> date:
    """The first day of the calendar quarter that `day` is in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def financial_year_start(day: date) -> date:
    """1 April of the financial year that `day` is in (the charity's grants run April to March)."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at a moment, for tests and for the demonstration history.

    Raises ValueError for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    token = _stopped_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped_at.reset(token)


def year_ago() -> datetime:
    """The moment from which twelve rolling months count: the start of the same day last year; on 29 February, of the 28th."""
    day = today()
    return start_of(date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1))

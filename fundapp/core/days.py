"""Days as people write them, in the reader's language."""

from __future__ import annotations

from datetime import date
from functools import cache

from fundapp.core.language import language, pgettext


def day(on: date) -> str:
    """A day: "14 November 2026"."""
    return f"{day_and_month(on)} {on.year}"


def day_and_month(on: date) -> str:
    """A day whose year goes without saying: "14 November"."""
    return f"{on.day} {month_of(on)}"


def month_of(on: date) -> str:
    """Its month, as it stands behind the day's number."""
    return _months(language())[on.month - 1]


@cache
def _months(_language: str) -> tuple[str, ...]:
    """The months as they stand behind a day's number: Polish declines them."""
    return (
        pgettext("in a date", "January"),
        pgettext("in a date", "February"),
        pgettext("in a date", "March"),
        pgettext("in a date", "April"),
        pgettext("in a date", "May"),
        pgettext("in a date", "June"),
        pgettext("in a date", "July"),
        pgettext("in a date", "August"),
        pgettext("in a date", "September"),
        pgettext("in a date", "October"),
        pgettext("in a date", "November"),
        pgettext("in a date", "December"),
    )

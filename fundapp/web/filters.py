"""How money and time are written on a page."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from flask import Flask

from fundapp.core import clock, money
from fundapp.core.language import ENGLISH, language, ngettext, pgettext
from fundapp.core.language import gettext as _

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def day(value: date | datetime) -> str:
    """A day in London: "14 November 2026"."""
    on = clock.day_of(value) if isinstance(value, datetime) else value
    return f"{on.day} {_months(language())[on.month - 1]} {on.year}"


def moment(value: datetime) -> str:
    """A moment in London: "14 November 2026, 2:32 pm"."""
    return f"{day(value)}, {time_of_day(value)}"


def time_of_day(value: datetime) -> str:
    """The time in London: "2:32 pm"; in other languages than English "14:32"."""
    local = clock.london(value)
    if language() != ENGLISH:
        return f"{local.hour}:{local:%M}"
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def ago(value: datetime) -> str:
    """How long since, in the largest whole unit: "just now", "3 minutes ago", "yesterday", "12 days ago"."""
    seconds = int((clock.now() - value).total_seconds())
    if seconds < _MINUTE:
        return _("just now")
    if seconds < _HOUR:
        minutes = seconds // _MINUTE
        return ngettext("%(number)d minute ago", "%(number)d minutes ago", minutes) % {"number": minutes}
    days = (clock.today() - clock.day_of(value)).days
    if days == 0 or seconds < _HOUR * 6:
        hours = seconds // _HOUR
        return ngettext("%(number)d hour ago", "%(number)d hours ago", hours) % {"number": hours}
    return _("yesterday") if days == 1 else ngettext("%(number)d day ago", "%(number)d days ago", days) % {"number": days}


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


FILTERS = {
    "pounds": money.pounds,
    "pounds_short": money.pounds_short,
    "day": day,
    "moment": moment,
    "time_of_day": time_of_day,
    "ago": ago,
}


def install(app: Flask) -> None:
    """Teach the app's templates to write money and time."""
    app.jinja_env.filters.update(FILTERS)

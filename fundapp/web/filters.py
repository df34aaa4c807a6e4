"""How money and time are written on a page."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from fundapp.core import clock, days, money
from fundapp.core.language import ENGLISH, language, ngettext
from fundapp.core.language import gettext as _

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def day(value: date | datetime) -> str:
    """A day in London: "14 November 2026"."""
    return days.day(clock.day_of(value) if isinstance(value, datetime) else value)


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
    nights = (clock.today() - clock.day_of(value)).days
    if nights == 0 or seconds < _HOUR * 6:
        hours = seconds // _HOUR
        return ngettext("%(number)d hour ago", "%(number)d hours ago", hours) % {"number": hours}
    return _("yesterday") if nights == 1 else ngettext("%(number)d day ago", "%(number)d days ago", nights) % {"number": nights}


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

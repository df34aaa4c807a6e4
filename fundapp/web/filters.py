"""How money and time are written on a page."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from fundapp.core import clock, money

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def day(value: date | datetime) -> str:
    """A day in London: "14 November 2026"."""
    on = clock.day_of(value) if isinstance(value, datetime) else value
    return f"{on.day} {on:%B %Y}"


def moment(value: datetime) -> str:
    """A moment in London: "14 November 2026, 2:32 pm"."""
    return f"{day(value)}, {time_of_day(value)}"


def time_of_day(value: datetime) -> str:
    """The time in London: "2:32 pm"."""
    local = clock.london(value)
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def ago(value: datetime) -> str:
    """How long since, in the largest whole unit: "just now", "3 minutes ago", "yesterday", "12 days ago"."""
    seconds = int((clock.now() - value).total_seconds())
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return _count(seconds // _MINUTE, "minute")
    days = (clock.today() - clock.day_of(value)).days
    if days == 0 or seconds < _HOUR * 6:
        return _count(seconds // _HOUR, "hour")
    return "yesterday" if days == 1 else _count(days, "day")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


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

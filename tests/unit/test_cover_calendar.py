"""The office's hours, by the clock on the wall: both clock changes, bank holidays, weekends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fundapp.people.cover import Calendar, Span, _without, at

CALENDAR = Calendar(closed=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00:00", True),
        ("2026-11-23T16:59:59", True),
        ("2026-11-23T17:00:00", False),
        ("2026-11-22T12:00:00", False),
        ("2026-12-25T12:00:00", False),
        ("2026-12-28T12:00:00", False),
        ("2026-12-29T12:00:00", True),
        # The Monday after the clocks go forward: nine on the wall is eight in UTC.
        ("2026-03-30T08:00:00", True),
        ("2026-03-27T08:30:00", False),
        # And after they go back.
        ("2026-10-26T08:30:00", False),
        ("2026-10-23T08:30:00", True),
    ],
)
def test_it_is_open_by_the_clock_on_the_wall(moment: str, is_open: bool) -> None:
    assert CALENDAR.is_open(utc(moment)) is is_open


@pytest.mark.parametrize(
    ("friday", "hours"), [(date(2026, 3, 27), 63), (date(2026, 10, 23), 65), (date(2026, 11, 20), 64), (date(2026, 12, 24), 112)]
)
def test_a_weekend_is_an_hour_shorter_or_longer_when_the_clocks_change(friday: date, hours: int) -> None:
    closes = at(friday, CALENDAR.closes)
    first = CALENDAR.out_of_hours(closes, closes + timedelta(days=7))[0]
    assert first.ends_at - first.starts_at == timedelta(hours=hours)


def test_what_is_open_and_what_is_not_make_up_all_of_the_time() -> None:
    since, until = utc("2026-10-19T11:23:00"), utc("2026-11-09T03:00:00")
    closed = sum((span.ends_at - span.starts_at for span in CALENDAR.out_of_hours(since, until)), timedelta())
    step = timedelta(minutes=1)
    minutes = sum(1 for n in range(int((until - since) / step)) if not CALENDAR.is_open(since + n * step))
    assert closed == minutes * step


def test_what_somebody_covers_is_taken_out_and_the_rest_is_left() -> None:
    night = Span(utc("2026-11-23T17:00"), utc("2026-11-24T09:00"))
    early, late = Span(utc("2026-11-23T12:00"), utc("2026-11-23T20:00")), Span(utc("2026-11-24T06:00"), utc("2026-11-25T09:00"))
    assert _without(night, [late, early]) == [Span(early.ends_at, late.starts_at)]
    assert _without(night, [night]) == []
    assert _without(night, []) == [night]
    assert _without(night, [Span(night.ends_at, late.ends_at)]) == [night]

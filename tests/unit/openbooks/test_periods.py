"""Months and quarters end when London's clocks say so."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from fundapp.core import clock
from fundapp.openbooks.periods import Period, closed_quarters, open_year


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 21), date(2026, 4, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 4, 1), date(2026, 10, 31)),
        (date(2026, 10, 31), date(2026, 4, 1), date(2026, 9, 30)),
        (date(2026, 4, 30), date(2025, 4, 1), date(2026, 3, 31)),
        (date(2026, 5, 1), date(2026, 4, 1), date(2026, 4, 30)),
        (date(2027, 1, 1), date(2026, 4, 1), date(2026, 12, 31)),
        (date(2028, 3, 1), date(2027, 4, 1), date(2028, 2, 29)),
    ],
)
def test_the_books_are_open_to_the_last_month_end(today: date, first: date, last: date) -> None:
    assert open_year(today) == Period(first, last)


def test_a_quarter_is_told_from_the_day_after_its_end() -> None:
    third = Period(date(2026, 7, 1), date(2026, 9, 30))
    assert closed_quarters(date(2026, 10, 1), 1) == [third]
    assert closed_quarters(date(2026, 12, 31), 1) == [third]
    assert closed_quarters(date(2026, 9, 30), 1) == [Period(date(2026, 4, 1), date(2026, 6, 30))]


def test_quarters_follow_one_another_without_a_gap_across_a_year() -> None:
    found = closed_quarters(date(2027, 2, 10), 5)
    assert [one.words for one in found] == [
        "October to December 2026",
        "July to September 2026",
        "April to June 2026",
        "January to March 2026",
        "October to December 2025",
    ]
    assert all(earlier.until == later.since for later, earlier in pairwise(found))


def test_the_spring_quarter_begins_an_hour_before_midnight_utc() -> None:
    winter, spring = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2026, 4, 1), date(2026, 6, 30))
    assert winter.since == utc("2026-01-01T00:00")
    assert winter.until == spring.since == utc("2026-03-31T23:00")


def test_the_autumn_quarter_begins_in_summer_time_and_ends_in_winter_time() -> None:
    autumn = Period(date(2026, 10, 1), date(2026, 12, 31))
    assert (autumn.since, autumn.until) == (utc("2026-09-30T23:00"), utc("2027-01-01T00:00"))


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        ("2026-03-31T22:59", date(2026, 2, 28)),
        ("2026-03-31T23:00", date(2026, 3, 31)),
        ("2026-10-31T23:59", date(2026, 9, 30)),
        ("2026-11-01T00:00", date(2026, 10, 31)),
    ],
)
def test_today_is_london_s_day_on_both_sides_of_a_clock_change(moment: str, last: date) -> None:
    with clock.at(utc(moment)):
        assert open_year(clock.today()).last == last


def test_a_period_says_its_months() -> None:
    assert Period(date(2026, 4, 1), date(2026, 4, 30)).words == "April 2026"
    assert Period(date(2026, 4, 1), date(2026, 10, 31)).words == "April to October 2026"
    assert Period(date(2025, 10, 1), date(2026, 3, 31)).words == "October 2025 to March 2026"

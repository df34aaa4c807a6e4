"""Months and quarters end when London's clocks say so."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from fundapp.core import clock
from fundapp.core.quarters import (
    Period,
    last_quarter,
    open_year,
    quarter_code,
    quarter_named,
    quarter_of,
    quarters_back,
    quarters_between,
)


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
    assert last_quarter(date(2026, 10, 1)) == third
    assert last_quarter(date(2026, 12, 31)) == third
    assert last_quarter(date(2026, 9, 30)) == Period(date(2026, 4, 1), date(2026, 6, 30))


def test_quarters_follow_one_another_without_a_gap_across_a_year() -> None:
    found = quarters_back(date(2027, 2, 10), 5)
    assert [one.words for one in found] == [
        "October to December 2026",
        "July to September 2026",
        "April to June 2026",
        "January to March 2026",
        "October to December 2025",
    ]
    assert all(earlier.until == later.since for later, earlier in pairwise(found))


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 6, 30), "2026-Q2"),
        (date(2026, 12, 31), "2026-Q4"),
        (date(2027, 2, 28), "2027-Q1"),
    ],
)
def test_a_quarter_is_known_by_its_name_in_the_ledger(day: date, code: str) -> None:
    assert quarter_code(quarter_of(day)) == code
    assert quarter_named(code) == quarter_of(day)
    assert quarter_of(day).first <= day <= quarter_of(day).last


def test_quarters_between_two_days_are_those_that_ended_by_the_second() -> None:
    def codes(since: date, until: date) -> list[str]:
        return [quarter_code(one) for one in quarters_between(since, until)]

    assert codes(date(2025, 11, 17), date(2026, 9, 30)) == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
    assert codes(date(2025, 11, 17), date(2026, 9, 29)) == ["2025-Q4", "2026-Q1", "2026-Q2"]
    assert codes(date(2026, 9, 30), date(2026, 8, 31)) == []


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

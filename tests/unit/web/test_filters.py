"""Money and time as the pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fundapp.core import clock
from fundapp.web.filters import ago, day, moment


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 11, 14, 14, 32, tzinfo=UTC), "14 November 2026, 2:32 pm"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2 July 2026, 12:30 am"),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "25 October 2026, 1:59 am"),
        (datetime(2026, 10, 25, 1, 1, tzinfo=UTC), "25 October 2026, 1:01 am"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29 March 2026, 2:00 am"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "1 December 2026, 12:00 pm"),
    ],
)
def test_a_moment_is_written_on_londons_clock(at: datetime, written: str) -> None:
    assert moment(at) == written


def test_a_day_is_the_same_for_a_date_and_for_a_moment_on_it() -> None:
    assert day(date(2026, 7, 2)) == day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026"


@pytest.mark.parametrize(
    ("since", "written"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(minutes=-1), "just now"),
    ],
)
def test_how_long_since_is_said_in_the_largest_whole_unit(since: timedelta, written: str) -> None:
    with clock.at(datetime(2026, 11, 14, 12, 0, tzinfo=UTC)):
        assert ago(clock.now() - since) == written

"""When a point has gone silent: against its own habit, and never for a weekend."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fundapp.giving.point_watch import LEAST_DAYS, silent_since

TODAY = date(2026, 11, 20)


def every(days: int, *, until: int, count: int = 1, weeks: int = 12) -> dict[date, int]:
    """So many on each so-manieth day, the last of them so many whole days before yesterday."""
    last = TODAY - timedelta(days=until + 1)
    return {last - timedelta(days=back): count for back in range(0, weeks * 7, days)}


def test_a_busy_point_is_silent_within_days() -> None:
    busy = every(1, until=3, count=4)
    assert silent_since(busy, TODAY) == TODAY - timedelta(days=4)
    assert silent_since(every(1, until=2, count=40), TODAY) is None


@pytest.mark.parametrize(("days", "loud", "silent"), [(1, 6, 7), (3, 18, 21), (5, 30, 36)])
def test_a_quiet_point_is_given_longer(days: int, loud: int, silent: int) -> None:
    assert silent_since(every(days, until=loud), TODAY) is None
    assert silent_since(every(days, until=silent), TODAY) is not None


def test_a_shop_that_shuts_for_a_fortnight_now_and_then_is_given_longer_still() -> None:
    shut = {on: count for on, count in every(1, until=20, count=3).items() if not 30 <= (TODAY - on).days <= 43}
    assert silent_since(shut, TODAY) is None
    assert silent_since(every(1, until=20, count=3), TODAY) is not None


def test_nobody_has_a_habit_after_a_few_days() -> None:
    assert silent_since({}, TODAY) is None
    assert silent_since(every(1, until=30, count=9, weeks=1), TODAY) is None
    few = dict(list(every(5, until=40).items())[: LEAST_DAYS - 1])
    assert silent_since(few, TODAY) is None


def test_today_is_not_over_and_tomorrow_is_not_asked() -> None:
    busy = every(1, until=2, count=9)
    assert silent_since(busy, TODAY) is None
    assert silent_since({**every(1, until=9, count=9), TODAY: 1}, TODAY) is None

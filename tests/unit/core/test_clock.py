"""One clock: London decides what a day is, at both clock changes too."""

from datetime import UTC, date, datetime

import pytest

from fundapp.core import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_a_day_is_a_london_day(moment: datetime, day: date) -> None:
    assert clock.day_of(moment) == day
    with clock.at(moment):
        assert clock.today() == day


def test_a_summer_day_begins_at_eleven_in_the_evening_utc() -> None:
    assert clock.start_of(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert clock.start_of(date(2026, 10, 25)) == datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert clock.start_of(date(2026, 10, 26)) == datetime(2026, 10, 26, tzinfo=UTC)


def test_months_quarters_and_years_begin_where_people_say() -> None:
    assert clock.last_month_end(date(2026, 3, 31)) == date(2026, 2, 28)
    assert clock.last_month_end(date(2026, 1, 1)) == date(2025, 12, 31)
    assert clock.quarter_start(date(2026, 12, 31)) == date(2026, 10, 1)
    assert clock.financial_year_start(date(2026, 3, 31)) == date(2025, 4, 1)
    assert clock.financial_year_start(date(2026, 4, 1)) == date(2026, 4, 1)


def test_a_moment_without_a_zone_is_refused_and_time_goes_on_afterwards() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2026, 1, 1)):  # noqa: DTZ001 — the fault under test
        pass
    with clock.at(datetime(2020, 1, 1, tzinfo=UTC)):
        assert clock.now().year == 2020
    assert clock.now().year > 2020

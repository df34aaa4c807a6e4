"""What a host is told was given at theirs: never one gift, and nothing by which one could be worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fundapp.points.figures import LEAST_DAYS, LEAST_GIFTS, WHOLE_PENCE, Told, told

END = date(2027, 12, 31)


@dataclass(frozen=True)
class Month:
    month: date
    taken_pence: int
    gifts: int = LEAST_GIFTS
    days: int = LEAST_DAYS


def test_a_month_with_enough_gifts_is_told_in_whole_five_pounds() -> None:
    assert told([Month(date(2026, 5, 1), 4_399)], shut_until=END) == [Told(date(2026, 5, 1), date(2026, 5, 1), 4_000)]


def test_one_gift_in_a_month_is_told_with_the_months_after_it() -> None:
    months = [Month(date(2026, 5, 1), 1_000, gifts=1, days=1), Month(date(2026, 6, 1), 4_000)]
    assert told(months[:1], shut_until=END) == []
    assert told(months, shut_until=END) == [Told(date(2026, 5, 1), date(2026, 6, 1), 5_000)]


def test_many_gifts_on_one_day_are_one_evening_s_friends_and_wait() -> None:
    assert told([Month(date(2026, 5, 1), 9_000, gifts=30, days=2)], shut_until=END) == []


def test_a_month_that_is_not_closed_is_not_told_so_that_no_visit_shows_what_it_changed() -> None:
    months = [Month(date(2026, 5, 1), 5_000), Month(date(2026, 6, 1), 5_000)]
    assert [one.since for one in told(months, shut_until=date(2026, 6, 29))] == [date(2026, 5, 1)]


def test_what_is_given_back_is_off_and_no_figure_is_below_nothing() -> None:
    months = [Month(date(2026, 5, 1), 5_000), Month(date(2026, 6, 1), -2_000), Month(date(2026, 7, 1), 4_000)]
    assert told(months, shut_until=END) == [
        Told(date(2026, 5, 1), date(2026, 5, 1), 5_000),
        Told(date(2026, 6, 1), date(2026, 7, 1), 2_000),
    ]


months = st.lists(st.tuples(st.integers(-5_000, 50_000), st.integers(0, 12), st.integers(0, 8)), max_size=24)


def built(figures: list[tuple[int, int, int]]) -> list[Month]:
    return [Month(date(2025 + n // 12, n % 12 + 1, 1), pence, gifts, min(days, gifts)) for n, (pence, gifts, days) in enumerate(figures)]


@given(months)
def test_whatever_is_told_holds_enough_gifts_and_adds_up_to_what_is_there(figures: list[tuple[int, int, int]]) -> None:
    made = built(figures)
    found = told(made, shut_until=END)
    for one in found:
        inside = [month for month in made if one.since <= month.month <= one.until]
        assert sum(month.gifts for month in inside) >= LEAST_GIFTS
        assert one.pence >= 0
        assert one.pence % WHOLE_PENCE == 0
    if found:
        whole = sum(month.taken_pence for month in made if month.month <= found[-1].until)
        assert 0 <= whole - sum(one.pence for one in found) < WHOLE_PENCE


@given(months, st.integers(1, 24))
def test_what_was_told_never_changes_when_months_are_added(figures: list[tuple[int, int, int]], until: int) -> None:
    made = built(figures)
    before = told(made[:until], shut_until=END)
    assert told(made, shut_until=END)[: len(before)] == before

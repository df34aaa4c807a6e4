"""Gifts are used in the order they came; what was told of one is never told otherwise."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fundapp.giving.following.tracing import Parcel, Release, Share, Used, shared, together, use_up

BEGIN = date(2026, 1, 1)
ENDS = [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)]
CODES = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]


def day(number: int) -> date:
    return BEGIN + timedelta(days=number)


def parcel(key: str, number: int, *moves: tuple[int, int]) -> Parcel:
    return Parcel(key, day(number), tuple((day(on), pence) for on, pence in moves))


def releases(*pence: int) -> list[Release]:
    return [Release(code, until, amount) for code, until, amount in zip(CODES, ENDS, pence, strict=False)]


@st.composite
def queues(draw: st.DrawFn) -> list[Parcel]:
    """Money with fees that come late, refunds, disputes that are won again, in the order of the days."""
    days = sorted(draw(st.lists(st.integers(0, 364), max_size=12)))
    found = []
    for nth, came in enumerate(days):
        gross = draw(st.integers(1, 2_000))
        settles = came + draw(st.integers(0, 100))
        later = draw(st.lists(st.tuples(st.integers(settles, 600), st.integers(-gross, gross)), max_size=3))
        found.append(parcel(f"gift{nth}", came, (settles, gross), *later))
    return found


uses = st.lists(st.integers(-500, 8_000), min_size=1, max_size=4).map(lambda pence: releases(*pence))


def test_the_first_to_come_is_used_first_and_one_may_be_used_in_parts() -> None:
    queue = [parcel("a", 1, (1, 965)), parcel("b", 1, (1, 500)), parcel("c", 100, (100, 700))]
    assert use_up(queue, releases(1_200, 300)) == [
        Used("a", "2026-Q1", 965),
        Used("b", "2026-Q1", 235),
        Used("b", "2026-Q2", 265),
        Used("c", "2026-Q2", 35),
    ]


def test_what_came_after_the_quarter_is_not_used_for_it_and_pays_what_was_missing_later() -> None:
    queue = [parcel("a", 1, (1, 100)), parcel("b", 100, (100, 100))]
    assert use_up(queue, releases(150, 0)) == [Used("a", "2026-Q1", 100), Used("b", "2026-Q2", 50)]


def test_a_gift_whose_fee_is_not_known_keeps_its_place() -> None:
    queue = [parcel("a", 80, (95, 100)), parcel("b", 85, (85, 100))]
    assert use_up(queue, releases(50, 100)) == [Used("b", "2026-Q1", 50), Used("a", "2026-Q2", 100)]


def test_a_refund_before_the_release_takes_the_gift_out_and_one_after_it_changes_nobody() -> None:
    before = [parcel("a", 1, (1, 100), (80, -100)), parcel("b", 2, (2, 100))]
    assert use_up(before, releases(60)) == [Used("b", "2026-Q1", 60)]
    after = [parcel("a", 1, (1, 100), (100, -100)), parcel("b", 2, (2, 100))]
    assert use_up(after, releases(60, 60)) == [Used("a", "2026-Q1", 60), Used("b", "2026-Q2", 60)]


def test_what_was_given_back_of_awards_is_used_before_any_gift() -> None:
    queue = [parcel("a", 1, (1, 100))]
    assert use_up(queue, releases(-40, 70)) == [Used("a", "2026-Q2", 30)]


@given(queues(), uses)
def test_nobody_loses_more_than_stood_of_theirs_and_all_together_lose_what_was_used(queue: list[Parcel], told: list[Release]) -> None:
    found = use_up(queue, told)
    lost: Counter[str] = Counter()
    owed = 0
    by_key = {one.key: one for one in queue}
    for release in told:
        owed += release.pence
        of_this = [one for one in found if one.release == release.code]
        for one in of_this:
            lost[one.key] += one.pence
            assert one.pence > 0
            assert by_key[one.key].came_on <= release.until
            assert lost[one.key] <= by_key[one.key].standing(release.until)
        taken = sum(one.pence for one in of_this)
        free = sum(max(0, one.standing(release.until) - lost[one.key]) for one in queue if one.came_on <= release.until)
        assert taken == max(0, owed) or (taken < owed and free == 0)
        owed -= taken


@given(queues(), uses)
def test_no_release_changes_an_earlier_one_whatever_comes_later(queue: list[Parcel], told: list[Release]) -> None:
    whole = use_up(queue, told)
    for count in range(1, len(told) + 1):
        until = told[count - 1].until
        then = [
            Parcel(one.key, one.came_on, tuple(move for move in one.moves if move[0] <= until)) for one in queue if one.came_on <= until
        ]
        codes = {one.code for one in told[:count]}
        assert use_up(then, told[:count]) == [one for one in whole if one.release in codes]


@given(queues(), uses)
def test_nobody_is_used_while_somebody_before_them_waits(queue: list[Parcel], told: list[Release]) -> None:
    lost: Counter[str] = Counter()
    found = use_up(queue, told)
    for release in told:
        of_this = {one.key: one.pence for one in found if one.release == release.code}
        lost.update(of_this)
        last = max((nth for nth, one in enumerate(queue) if one.key in of_this), default=0)
        assert all(one.standing(release.until) <= lost[one.key] for one in queue[:last])


@given(st.integers(0, 100_000), st.dictionaries(st.one_of(st.none(), st.sampled_from("abcdef")), st.integers(-500, 90_000)))
def test_shares_add_up_to_the_amount_and_none_is_a_penny_off_its_proportion(pence: int, kinds: dict[str | None, int]) -> None:
    found = shared(pence, kinds)
    assert sum(one.pence for one in found) == pence
    assert all(one.pence > 0 for one in found)
    weights = {kind: weight for kind, weight in kinds.items() if weight > 0}
    for one in found if weights else ():
        assert abs(one.pence - pence * weights[one.kind] / sum(weights.values())) < 1
    assert together(found) == together(reversed(found))


def test_without_a_kind_to_tell_all_of_it_is_other_help() -> None:
    assert shared(965, {"Phones": -20, None: 0}) == [Share(None, 965)]


def test_shares_of_several_quarters_are_one_list_with_other_help_last() -> None:
    assert together([Share(None, 9), Share("Phones", 3), Share("Beds", 2), Share("Phones", 1)]) == [
        Share("Phones", 4),
        Share("Beds", 2),
        Share(None, 9),
    ]

"""Money is an integer of pence, and what is typed is read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.money import MOST_PENCE, parse_pence, pounds, pounds_short, split

amounts = st.integers(min_value=0, max_value=MOST_PENCE)


@given(amounts)
def test_what_is_shown_can_be_typed_back(pence: int) -> None:
    assert parse_pence(pounds(pence)) == pence


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("5", 500), ("£5", 500), (" 39.99 ", 3999), ("39.9", 3990), (".50", 50), ("1,250", 125_000), ("£ 12.50", 1250), ("0", 0)],
)
def test_people_may_type_pounds_in_their_own_way(typed: str, pence: int) -> None:
    assert parse_pence(typed) == pence


@pytest.mark.parametrize(
    "typed", ["", ".", "£", "about 40", "-5", "5.123", "1,2", "1e3", "5p", "٣", "５", "5..0", "5.0.0", "NaN", "9" * 30]
)
def test_anything_else_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Write the amount as a number|more than a million"):
        parse_pence(typed)


def test_a_minus_sign_is_a_true_one_and_pence_stand_alone() -> None:
    assert pounds(-123456) == "−£1,234.56"
    assert [pounds_short(p) for p in (35, 500, 1250, 0)] == ["35p", "£5", "£12.50", "£0"]


@given(amounts, st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=12).filter(sum))
def test_a_split_loses_nothing_and_is_fair_to_a_penny(total: int, weights: list[int]) -> None:
    shares = split(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < 1
        assert weight or not share


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_a_split_over_nothing_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        split(100, weights)

"""Initials and a day in one form, and hashed so that nobody without the key finds either."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.grants.matching import marks

KEY = b"k" * 32
DAY = date(1990, 11, 24)


@pytest.mark.parametrize("typed", ["JS", "j s", "J. S.", "S J", " j.-s ", "J.M.S.", "Ĵ Š", "s.j.", "js\u200b"])
def test_one_person_is_written_in_many_ways(typed: str) -> None:
    assert marks.mark(KEY, typed, DAY) == marks.mark(KEY, "JS", DAY)


@pytest.mark.parametrize(("one", "other"), [("Ł K", "L K"), ("Ø A", "O A"), ("Đ B", "D B"), ("ß A", "S A"), ("Æ B", "A B"), ("Þ E", "T E")])
def test_a_letter_that_has_no_key_here_is_typed_as_another(one: str, other: str) -> None:
    assert marks.letters(one) == marks.letters(other)


@pytest.mark.parametrize("typed", ["", " ", "J", "7 4", "--", "J.", "🙂🙂", "\u0301\u0301"])
def test_what_is_no_initials_makes_no_mark(typed: str) -> None:
    assert marks.letters(typed) == ""
    with pytest.raises(ValueError, match="two letters"):
        marks.mark(KEY, typed, DAY)


def test_another_day_or_letter_or_key_is_another_mark() -> None:
    mine = marks.mark(KEY, "JS", DAY)
    others = [marks.mark(KEY, "JT", DAY), marks.mark(KEY, "JS", date(1990, 11, 25)), marks.mark(b"l" * 32, "JS", DAY)]
    assert len({mine, *others}) == 4
    assert len(mine) == 32


@given(typed=st.text(max_size=12))
def test_any_text_is_two_letters_or_none(typed: str) -> None:
    found = marks.letters(typed)
    assert len(found) in (0, 2)
    assert found == marks.letters(found)

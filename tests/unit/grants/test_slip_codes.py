"""The code of a slip: too long to be guessed, and a slip of the pen is seen without asking anybody."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.keys import Keys
from fundapp.grants.slips import codes

stems = st.text(codes.ALPHABET, min_size=codes.RANDOM_LENGTH, max_size=codes.RANDOM_LENGTH)


def test_it_has_more_than_sixty_bits() -> None:
    assert math.log2(len(codes.ALPHABET)) * codes.RANDOM_LENGTH > 60
    made = {codes.new_code() for _ in range(500)}
    assert len(made) == 500
    assert all(codes.is_code(one) for one in made)


@given(stem=stems, place=st.integers(0, codes.LENGTH - 1), letter=st.sampled_from(codes.ALPHABET))
def test_each_single_slip_of_the_pen_is_seen(stem: str, place: int, letter: str) -> None:
    code = stem + codes.check_of(stem)
    wrong = code[:place] + letter + code[place + 1 :]
    assert codes.is_code(wrong) == (wrong == code)


@given(stem=stems, place=st.integers(0, codes.LENGTH - 2))
def test_two_neighbours_that_changed_places_are_seen(stem: str, place: int) -> None:
    code = stem + codes.check_of(stem)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert codes.is_code(wrong) == (wrong == code)


@given(stem=stems)
def test_it_is_read_however_it_is_typed(stem: str) -> None:
    code = stem + codes.check_of(stem)
    for typed in (codes.grouped(code), code.lower(), f" {code[:7]}-{code[7:]}\n", codes.grouped(code).replace(" ", "\u2013")):
        assert codes.normalise(typed) == code


def test_what_is_kept_of_it_takes_the_key() -> None:
    code = codes.new_code()
    one, other = Keys("a" * 40, ("p" * 40,)), Keys("b" * 40, ("p" * 40,))
    assert codes.hash_of(one, code) != codes.hash_of(other, code)
    assert len(codes.hash_of(one, code)) == 32

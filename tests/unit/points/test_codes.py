"""Codes on posters: told apart, typed badly, and checked."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.keys import Keys
from fundapp.points.codes import ALPHABET, LENGTH, RANDOM_LENGTH, Unknown, check_of, explain_unknown, grouped, new_code, normalise

KEYS = Keys("a secret of at least thirty-two characters", [])
OTHER_KEYS = Keys("another secret of thirty-two characters or more", [])

stems = st.text(ALPHABET, min_size=RANDOM_LENGTH, max_size=RANDOM_LENGTH)


def code(stem: str) -> str:
    return stem + check_of(stem, KEYS)


def test_a_code_is_eight_characters_that_nobody_confuses() -> None:
    made = {new_code(KEYS) for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == LENGTH == 8 and set(one) <= set(ALPHABET) for one in made)
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


def test_a_new_code_passes_its_own_check_and_no_other_funds() -> None:
    made = [new_code(KEYS) for _ in range(200)]
    assert {explain_unknown(one, KEYS) for one in made} == {Unknown.NEVER_GIVEN}
    assert sum(explain_unknown(one, OTHER_KEYS) is Unknown.NEVER_GIVEN for one in made) <= 3


@given(stems, st.data())
def test_however_it_is_typed_it_is_the_same_code(stem: str, data: st.DataObject) -> None:
    """Small letters, I and L for 1, O for 0, spaces and hyphens anywhere."""
    whole = code(stem)
    typed = "".join(
        data.draw(st.sampled_from(["", " ", "-", "–", "\u00a0"]))
        + data.draw(st.sampled_from({"1": "1iIlL", "0": "0oO"}.get(letter, letter + letter.lower())))
        for letter in whole
    )
    assert normalise(typed) == whole
    assert explain_unknown(typed, KEYS) is Unknown.NEVER_GIVEN


@given(st.text(max_size=30))
def test_whatever_is_typed_gets_an_answer(typed: str) -> None:
    assert normalise(normalise(typed)) == normalise(typed)
    assert explain_unknown(typed, KEYS) in Unknown


def test_one_wrong_character_is_caught_999_times_in_1000() -> None:
    drawn = random.Random(20261121)  # The same codes each run.
    tried = missed = 0
    for _ in range(300):
        right = code("".join(drawn.choices(ALPHABET, k=RANDOM_LENGTH)))
        for place in range(LENGTH):
            for letter in ALPHABET.replace(right[place], ""):
                tried += 1
                missed += explain_unknown(right[:place] + letter + right[place + 1 :], KEYS) is Unknown.NEVER_GIVEN
    assert tried == 300 * 8 * 31
    assert missed / tried <= 0.001


@given(stems, st.sampled_from(ALPHABET), st.integers(RANDOM_LENGTH, LENGTH - 1))
def test_a_wrong_check_character_is_always_caught(stem: str, letter: str, place: int) -> None:
    right = code(stem)
    wrong = right[:place] + letter + right[place + 1 :]
    assert wrong == right or explain_unknown(wrong, KEYS) is Unknown.MISTYPED


@pytest.mark.parametrize("typed", ["", "7K4M2", "7K4M2ABCD", "UUUUUUUU", "ŁŁŁŁŁŁŁŁ", "７K4M2ABC", "٣٣٣٣٣٣٣٣"])
def test_what_has_not_the_form_of_a_code_is_a_slip(typed: str) -> None:
    assert explain_unknown(typed, KEYS) is Unknown.MISTYPED


def test_a_code_is_read_aloud_in_two_halves() -> None:
    assert grouped("7K4M2ABC") == "7K4M 2ABC"

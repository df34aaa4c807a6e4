"""How what is typed into the search box is read, and how it is sealed into an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.keys import Keys
from fundapp.web.searching import MOST_LETTERS, read, seal, unseal

KEYS = Keys("s" * 40, ["p" * 40])


@pytest.mark.parametrize("typed", ["417", "#417", "  4l7 ", "4I7", "no. 417", "number 417", "4,17", "4 17", "0417", "4\u00a017"])
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert (read(typed).number, read(typed).name) == (417, "")


@pytest.mark.parametrize(
    ("typed", "name"), [("R-417", "r"), ("r 417", "r"), ("Request no. 417", "request"), ("entry #417", "entry"), ("FUND 4I7", "fund")]
)
def test_a_word_before_a_number_says_what_it_is_a_number_of(typed: str, name: str) -> None:
    assert (read(typed).number, read(typed).name) == (417, name)


@pytest.mark.parametrize(
    "typed", ["", " ", "£", "lo", "OIL", "I", "7K4M 2ABC", "12.5.5", "9" * 16, "£1.234", "a" * 500, "%", "'; --", "\x00"]
)
def test_what_is_no_number_and_no_amount_is_words(typed: str) -> None:
    asked = read(typed)
    assert (asked.number, asked.pence) == (None, None)
    assert len(asked.text) <= MOST_LETTERS


@pytest.mark.parametrize(("typed", "pence"), [("£12.50", 1250), ("12.50", 1250), ("£12", 1200), ("£1,250.5", 125050), ("£0.35", 35)])
def test_an_amount_is_read_where_it_is_written_as_one(typed: str, pence: int) -> None:
    assert (read(typed).pence, read(typed).number) == (pence, None)


def test_a_code_is_read_with_noughts_and_ones_for_the_letters_that_look_like_them() -> None:
    assert read(" 7k4m-2o1l ").code == "7K4M2011"
    assert read("fhwqcr").letters == "FHWQCR"


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_the_reading_or_the_seal(typed: str) -> None:
    asked = read(typed)
    assert unseal(KEYS, "me", seal(KEYS, "me", asked.text)) == asked.text


def test_a_sealed_address_holds_no_word_and_opens_for_its_own_session_and_key_alone() -> None:
    token = seal(KEYS, "me", "Amina Yusuf")
    assert "Amina" not in token
    assert token != seal(KEYS, "me", "Amina Yusuf")
    assert unseal(KEYS, "somebody else", token) is None
    assert unseal(Keys("t" * 40, ["p" * 40]), "me", token) is None
    for changed in (token[:-2] + "xx", token[5:], "", "nothing", "é", token + "=", "A" * 2000):
        assert unseal(KEYS, "me", changed) is None or changed == token + "="

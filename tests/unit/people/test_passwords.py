"""Long passwords are welcome, whatever they are made of; what everybody tries first is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.people.passwords import MOST, Passwords, passwords, weakness

EMAIL = "jo.smith@riverside.example.org"


@pytest.fixture(scope="module")
def cheap() -> Passwords:
    """Hashes at next to no price."""
    return passwords("test")


@pytest.mark.parametrize(
    "password",
    [
        "three random words",
        "correct zebra kettle",
        "xkqzjvwp",
        "ÜberGrün-7-Äpfel",
        "        spaced out        ",
        "a" * 3 + "bcdfgh" * 5,
        "p" + "q7!z" * 8,
    ],
)
def test_a_password_need_follow_no_recipe(password: str) -> None:
    assert weakness(password, email=EMAIL) is None


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "",
        "password",
        "Password123!",
        "P4ssw0rd1",
        "qwertyuiop",
        "12345678",
        "87654321",
        "aaaaaaaaaaaa",
        "abababababab",
        "Doncaster1",
        "iloveyou1",
    ],
)
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    assert weakness(password, email=EMAIL)


@pytest.mark.parametrize("password", ["josmith2026", "Smith.Jo!!", "riverside1", "jo.smith@riverside", "RiversideSmith9"])
def test_ones_own_name_and_e_mail_are_no_password(password: str) -> None:
    assert "your name or e-mail" in (weakness(password, email=EMAIL, name="Jo Smith") or "")


def test_more_than_the_most_is_refused_before_it_costs_anything() -> None:
    assert weakness("aB3 " * 33, email=EMAIL) == f"Use at most {MOST} characters."
    assert weakness(("kettle zebra " * 10)[:MOST], email=EMAIL) is None


@given(st.text(min_size=8, max_size=60))
def test_whatever_is_hashed_is_matched_and_nothing_else(password: str) -> None:
    kept = passwords("test").hash(password)
    assert passwords("test").matches(kept, password)
    assert not passwords("test").matches(kept, password + "x")


def test_one_password_in_two_spellings_of_unicode_is_one_password(cheap: Passwords) -> None:
    assert cheap.matches(cheap.hash("caf\u00e9 random words"), "cafe\u0301 random words")


def test_nobody_has_no_password_not_even_the_one_that_stands_in(cheap: Passwords) -> None:
    assert not cheap.matches(None, "nobody has this password")
    assert not cheap.matches("not a hash", "whatever it is")


def test_a_hash_at_another_price_is_dated(cheap: Passwords) -> None:
    assert not cheap.is_dated(cheap.hash("three random words"))
    assert passwords("production").is_dated(cheap.hash("three random words"))


def test_production_hashes_with_argon2id_at_its_own_price() -> None:
    kept = passwords("production").hash("three random words")
    assert kept.startswith("$argon2id$")
    assert "m=65536" in kept

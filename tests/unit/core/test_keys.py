"""Codes and links cannot be guessed, forged, or used for another purpose."""

from datetime import timedelta

import pytest

from fundapp.core import clock
from fundapp.core.keys import Keys, random_code, token_hash

KEYS = Keys("a secret", ["private"])


def test_a_signed_text_comes_back_until_it_expires() -> None:
    signed = KEYS.sign("form", "abc", clock.now() + timedelta(hours=1))
    assert KEYS.unsign("form", signed) == "abc"
    with clock.at(clock.now() + timedelta(hours=2)):
        assert KEYS.unsign("form", signed) is None


@pytest.mark.parametrize("forged", ["", ".", "..", "abc", "abc.99999999999", "abc.99999999999.", "abc.99999999999.é", "a.b.c.d"])
def test_what_was_not_signed_here_is_nothing(forged: str) -> None:
    assert KEYS.unsign("form", forged) is None


def test_a_signature_serves_one_purpose_one_text_one_expiry_and_one_secret() -> None:
    signed = KEYS.sign("form", "abc", clock.now() + timedelta(hours=1))
    text, expiry, mac = signed.split(".")
    assert KEYS.unsign("other", signed) is None
    assert KEYS.unsign("form", f"abd.{expiry}.{mac}") is None
    assert KEYS.unsign("form", f"{text}.{int(expiry) + 1}.{mac}") is None
    assert Keys("another secret", []).unsign("form", signed) is None


def test_a_standing_link_can_be_made_again_and_is_long_enough() -> None:
    token = KEYS.link_token("gift", "42")
    assert token == Keys("a secret", []).link_token("gift", "42")
    assert token not in {KEYS.link_token("gift", "43"), KEYS.link_token("person", "42")}
    assert len(token) * 6 >= 128
    assert token_hash(token) != token.encode()


def test_a_code_uses_its_alphabet_alone() -> None:
    assert set(random_code("AB", 200)) == {"A", "B"}

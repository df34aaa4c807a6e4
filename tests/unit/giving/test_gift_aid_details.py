"""Names and homes as HMRC's schedule takes them, and the declaration's words, which no version ever changes."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fundapp.giving.gift_aid import wording
from fundapp.giving.gift_aid.details import (
    Details,
    changed_for_schedule,
    faults,
    for_schedule,
    hash_of,
    latin,
    opened,
    sealed,
    tidied,
)
from fundapp.giving.gift_aid.models import Scope

# As HMRC's own service has it, which is laxer in one place: it lets the last figure of "EC1A" out.
POSTCODE = re.compile(
    r"^(GIR 0AA)|((([A-Z][0-9][0-9]?)|(([A-Z][A-HJ-Y][0-9][0-9]?)|(([A-Z][0-9][A-Z])|([A-Z][A-HJ-Y][0-9]?[A-Z])))) [0-9][A-Z]{2})$"
)
KEPT = re.compile(r"[\u0020-\u007e\u00a1-\u00ff]*")
WORDS = st.text(max_size=60)
GOOD = {"title": "Mrs", "first_name": "Mary", "last_name": "Palmer", "house": "7", "postcode": "DN1 2AB"}


def typed(**other: str) -> Details:
    return tidied(**{**GOOD, **other}, is_overseas=False)


@given(title=WORDS, first_name=WORDS, last_name=WORDS, house=WORDS, postcode=WORDS, is_overseas=st.booleans())
@example(title="", first_name="Łucja", last_name="Żółć-Nowak", house="Flat 2", postcode="dn12ab", is_overseas=False)
@example(title="Dr.", first_name="Ørsted", last_name="ß", house="\u200b1", postcode="X", is_overseas=False)
def test_whatever_passes_here_passes_there(
    title: str, first_name: str, last_name: str, house: str, postcode: str, *, is_overseas: bool
) -> None:
    details = tidied(title=title, first_name=first_name, last_name=last_name, house=house, postcode=postcode, is_overseas=is_overseas)
    if faults(details):
        return
    there = for_schedule(details)
    for words, most in ((there.first_name, 35), (there.last_name, 35), (there.house, 40)):
        assert 1 <= len(words) <= most
        assert words == words.strip()
        assert KEPT.fullmatch(words)
    assert not there.title or re.fullmatch(r"[A-Za-z][A-Za-z'-]{1,3}", there.title)
    assert " " not in there.first_name
    assert there.postcode == "X" if is_overseas else POSTCODE.fullmatch(there.postcode)
    assert for_schedule(there) == there


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Łukasz Żółć", "Lukasz Zólc"),
        ("Đorđe", "Dorde"),
        ("O’Brien", "O'Brien"),
        ("Ñuñez Ångström", "Ñuñez Ångström"),
        ("Œuvre", "OEuvre"),
        ("Ștefan", "Stefan"),
        ("e\u0301", "é"),
        ("two  spaces\u00a0here", "two spaces here"),
    ],
)
def test_letters_come_as_near_as_they_go(written: str, read: str) -> None:
    assert latin(written) == read


@pytest.mark.parametrize("postcode", ["dn12ab", " DN1  2AB ", "m11aa", "EC1A1BB", "w1a0ax", "gir0aa", "cr26xh"])
def test_postcodes_are_taken_however_they_are_spaced(postcode: str) -> None:
    assert "postcode" not in faults(typed(postcode=postcode))


@pytest.mark.parametrize("postcode", ["DN1", "1DN 2AB", "DN12AB9", "ECA 1BB", "X", "D–1 2AB", "ДН1 2АБ", "DN1 2AB\nX"])
def test_what_is_no_postcode_is_said(postcode: str) -> None:
    assert "postcode" in faults(typed(postcode=postcode))


def test_only_what_is_read_otherwise_is_shown() -> None:
    assert changed_for_schedule(typed()) == {}
    assert changed_for_schedule(typed(last_name="Smith-Jones")) == {"last_name": "Smith Jones"}


def test_the_hash_holds_the_details_and_tells_nothing_of_them() -> None:
    one, two = sealed(typed()), sealed(typed())
    assert opened(one) == opened(two) == typed()
    assert hash_of(one) != hash_of(two)
    assert hash_of(one) == hash_of(dict(reversed(one.items())))
    assert hash_of({**one, "last_name": "Baker"}) != hash_of(one)
    assert opened({}) is None


# Whoever changes a word of a version that was shown sees this turn red: write a new version beside it.
WORDINGS = {1: "78df15f1b2e3cbc1"}


def test_no_version_of_the_words_is_ever_changed() -> None:
    said = {
        version: hashlib.sha256(
            "\n".join(
                wording.shown(scope, amount_pence=pence, charity="C", version=version)
                for pence in (1000, None)
                for scope in Scope
                if pence is not None or scope is not Scope.GIFT
            ).encode()
        ).hexdigest()[:16]
        for version in wording.VERSIONS
    }
    assert said == WORDINGS


@pytest.mark.parametrize("scope", Scope)
def test_the_words_say_what_the_law_asks_for(scope: Scope) -> None:
    """Whose charity, which gifts, that tax is paid and a difference made good (ITA 2007 s.428, SI 2000/2074)."""
    said = wording.shown(scope, amount_pence=1_000, charity="Changing Lives")
    assert "Changing Lives" in said
    assert "£10.00" in said
    assert "my responsibility to pay any difference" in said
    assert ("in the future" in said) is (scope is not Scope.GIFT)
    assert ("past 4 years" in said) is (scope is Scope.PAST_AND_FUTURE)

"""What a sealed row is found by: whole values whatever their capitals, words whatever their accents, under any of our keys."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects import postgresql

from fundapp.core.indexed import WORD_BYTES, BlindIndex, WordIndexes, plain, with_words, words_of
from fundapp.core.vault import Vault

OLD, NEW = Vault(["old"]), Vault(["new", "old"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("A phone shop, Market Place", ["a", "phone", "shop", "market", "place"]),
        ("boots", ["boot"]),
        ("Łucja’s café", ["łucja", "cafe"]),
        ("Hughes & Sons", ["hughe", "son"]),
        ("gas", ["gas"]),
        ("glass", ["glass"]),
        ("TARQ-17/b", ["tarq", "17", "b"]),
        ("ＦＵＮＤ ４１７", ["fund", "417"]),
        ("…—", []),
        ("", []),
    ],
)
def test_words_are_compared_without_capitals_accents_and_plurals(typed: str, found: list[str]) -> None:
    assert words_of(typed) == found


def test_the_same_word_is_found_however_it_was_written() -> None:
    kind = WordIndexes("t.words")
    assert kind.of(NEW, "Safety BOOTS") == kind.of(NEW, "boot, safety; boots")
    assert kind.of(NEW, "boots") != WordIndexes("u.words").of(NEW, "boots")
    assert {len(index) for index in kind.of(NEW, "a few words")} == {WORD_BYTES}
    assert kind.of(NEW, "&") == []


def test_an_address_is_the_same_whatever_its_capitals() -> None:
    kind = BlindIndex("t.email")
    assert plain(" Rosa@Example.org ") == "rosa@example.org"
    assert kind.of(NEW, " Rosa@Example.org ") == kind.of(NEW, "rosa@example.org")
    assert kind.of(NEW, "rosa@example.org") != kind.of(OLD, "rosa@example.org")


def test_a_look_up_asks_for_the_index_of_every_key() -> None:
    table = Table("t", MetaData(), Column("email_index", BlindIndex("t.email")), Column("words_index", WordIndexes("t.words")))
    one = _values(table.c.email_index.type.fits(table.c.email_index, NEW, "rosa@example.org"))
    assert one == [[NEW.index("t.email", "rosa@example.org"), OLD.index("t.email", "rosa@example.org")]]
    words = _values(table.c.words_index.type.fits(table.c.words_index, NEW, "safety boots"))
    assert words == [[vault.index("t.words", word)[:WORD_BYTES] for vault in (NEW, OLD)] for word in ("safety", "boot")]


def test_a_text_without_words_finds_nothing_and_is_no_word_among_others() -> None:
    table = Table("t", MetaData(), Column("words_index", WordIndexes("t.words")))
    assert str(table.c.words_index.type.fits(table.c.words_index, NEW, "&")) == "false"
    assert with_words(["B", "&", "Q"]) == ["B", "Q"]


def _values(condition: object) -> list[object]:
    compiled = condition.compile(dialect=postgresql.dialect())  # type: ignore[attr-defined]
    return list(compiled.params.values())

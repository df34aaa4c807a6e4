"""A sentence of a class body behaves as text wherever a library cuts it, joins it or puts facts in."""

from __future__ import annotations

from fundapp.core.language import lazy, speaking


def test_facts_are_put_into_a_sentence_when_it_is_read() -> None:
    sentence = lazy("The least is %(amount)s. You wrote “%(words)s”.")
    facts = {"amount": "£1", "words": "0"}
    with speaking("pl"):
        said = sentence % facts
    assert type(said) is str
    assert said == "Najmniej można wpłacić £1. Wpisano „0”."
    assert sentence % facts == "The least is £1. You wrote “0”."


def test_what_is_cut_or_joined_is_plain_text() -> None:
    assert lazy("Give") + "." == "Give."
    assert lazy(" Give ").strip() == "Give"

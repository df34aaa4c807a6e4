"""Whether a page in another language has any of the catalogue's English left."""

from __future__ import annotations

import re
from functools import cache

from babel.messages.pofile import read_po

from fundapp.web import catalogue
from tests.support.page import Page


@cache
def pieces_of_english() -> frozenset[str]:
    """Every piece, of three words and more, of the catalogue's English sentences, apart from facts, markup and British bodies' names."""
    with catalogue.place("pl").with_suffix(".po").open("rb") as file:
        said = read_po(file, locale="pl")
    return frozenset(
        " ".join(piece.split())
        for message in said
        for sentence in ([message.id] if isinstance(message.id, str) else message.id)
        for piece in re.split(r"%\(\w+\)[sd]|<[^>]+>", str(sentence))
        if len(piece.split()) > 2 and piece not in str(message.string)
    )


def english_left(words: str) -> list[str]:
    """The English of the catalogue that stands in a text."""
    plain = " ".join(words.split())
    return sorted(piece for piece in pieces_of_english() if piece in plain)


def polish(page: Page) -> Page:
    """The page, seen to be Polish throughout."""
    assert page.one("html")["lang"] == "pl"
    left = english_left(page.words)
    assert left == [], left
    return page

"""One box that finds things by what people call them. Each room says what it can find; nobody keeps a list of all.

A source finds only what its reader may open: it asks the same rule as the pages that it leads to (docs/decisions/0006-search.md).
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Blueprint, current_app
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App

from fundapp.core.actor import Actor
from fundapp.core.keys import Keys
from fundapp.core.money import parse_pence
from fundapp.core.roles import Role
from fundapp.web.forms import cleaned

EXTENSION = "fund-search"
# As much as anything here is called, and as much as an address can carry.
MOST_LETTERS = 100
# How many of each kind the first page shows.
FIRST = 5
_NONCE = 12
# What people write for a nought and a one, and between the figures of a number.
_READ_AS = str.maketrans({"O": "0", "o": "0", "I": "1", "i": "1", "L": "1", "l": "1"})
_IDLE = dict.fromkeys(map(ord, " ,-\t\u00a0\u202f\u2010\u2011\u2012\u2013\u2014"))
_NUMBERED = re.compile(
    r"(?:(?P<name>[a-z]+)[ .:#-]*?)??(?:\b(?:no|nr|number)\b[ .:]*)?#?[ ]*(?P<digits>[0-9oil][0-9oil, ]*)", re.ASCII | re.IGNORECASE
)
_PRICE = re.compile(r"£ ?[\d,]*(?:\.\d{1,2})?|[\d,]+\.\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for, read in each way in which it can be meant."""

    text: str
    # A number ("R-417", "request 417", "4,711", "4l7"), and what they called the thing it is a number of.
    number: int | None = None
    name: str = ""
    # An amount of money, where it is written as one ("£12.50").
    pence: int | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """Its words. What is found has all of them."""
        return tuple(self.text.split())

    @property
    def code(self) -> str:
        """The same as a code: in capitals, without spaces, with noughts and ones where people write O and I."""
        return self.text.translate(_IDLE).translate(_READ_AS).upper()

    @property
    def letters(self) -> str:
        """The same in capitals, without spaces, every letter as it was typed."""
        return self.text.translate(_IDLE).upper()

    @property
    def may_be_one_thing(self) -> bool:
        """Whether it has a figure in it, as references have."""
        return any(letter.isdigit() for letter in self.text)


class Hit(NamedTuple):
    """One thing that was found."""

    title: str
    url: str
    detail: str = ""
    # What was typed is this thing's own reference, and nothing else's of its kind.
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What one room found: some of it, and how many there are in all."""

    hits: Sequence[Hit] = field(default_factory=tuple)
    total: int = 0


NOTHING = Found()
Find = Callable[[Actor, Asked, int, int], Found]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing that can be found, by whom, and by what."""

    key: str
    label: str
    # "a request’s number, or the shop": how the page says what can be searched.
    hint: str
    roles: frozenset[Role]
    order: int
    # What people write before such a thing's number, in small letters.
    names: frozenset[str]
    # Finds so many, from a place on, with one question to the database.
    find: Find


def search_source(
    blueprint: Blueprint, key: str, label: str, hint: str, roles: Iterable[Role], order: int, find: Find, *, names: Iterable[str] = ()
) -> None:
    """Let these roles find things of this kind. Lower orders stand first."""
    source = Source(key, label, hint, frozenset(roles), order, frozenset(names), find)

    def declare(state: BlueprintSetupState) -> None:
        sources(state.app).append(source)

    blueprint.record(declare)


def sources(app: App) -> list[Source]:
    """Every source that a room declared."""
    found: list[Source] = app.extensions.setdefault(EXTENSION, [])
    return found


def sources_of(actor: Actor) -> list[Source]:
    """What this person can search, in the page's order."""
    mine = [source for source in sources(current_app) if actor.has(*source.roles)]
    return sorted(mine, key=lambda source: (source.order, source.label))


def read(typed: str) -> Asked:
    """Read what somebody typed."""
    text = " ".join(cleaned(typed)[:MOST_LETTERS].split())
    if _PRICE.fullmatch(text) and any(letter.isdigit() for letter in text):
        try:
            return Asked(text, pence=parse_pence(text))
        except ValueError:
            return Asked(text)
    found = _NUMBERED.fullmatch(text)
    digits = found["digits"].translate(_IDLE).translate(_READ_AS) if found else ""
    # A word made of O and I alone is a word.
    if not found or not any(letter.isdigit() for letter in found["digits"]) or len(digits) > 15:
        return Asked(text)
    return Asked(text, number=int(digits), name=(found["name"] or "").lower())


def chosen(actor: Actor, asked: Asked, key: str = "") -> list[Source]:
    """The sources to ask: the one that was named, by its key or before a number; else all of this person's."""
    mine = sources_of(actor)
    if key:
        return [source for source in mine if source.key == key]
    return [source for source in mine if asked.name and asked.name in source.names] or mine


def gather(actor: Actor, asked: Asked, asking: Sequence[Source], *, limit: int = FIRST, offset: int = 0) -> list[tuple[Source, Found]]:
    """What each source has, for those that have something."""
    if not asked.text:
        return []
    # A number that belongs to something with another name ("flat 12") is no number of ours.
    known = not asked.name or any(asked.name in source.names for source in asking)
    meant = asked if known else Asked(asked.text)
    found = [(source, source.find(actor, meant, limit, offset)) for source in asking]
    return [(source, one) for source, one in found if one.total]


def only_exact(found: Iterable[tuple[Source, Found]]) -> Hit | None:
    """The thing whose own reference was typed, if there is exactly one."""
    exact = [hit for _, one in found for hit in one.hits if hit.exact]
    return exact[0] if len(exact) == 1 else None


def seal(keys: Keys, session_token: str, words: str) -> str:
    """Words as they may stand in an address: nobody reads them there but the session that asked, and nobody after it."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher(keys).encrypt(nonce, words.encode(), session_token.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def unseal(keys: Keys, session_token: str, token: str) -> str | None:
    """The words, or None for an address that was changed, or made for another session."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _cipher(keys).decrypt(raw[:_NONCE], raw[_NONCE:], session_token.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _cipher(keys: Keys) -> AESGCM:
    return AESGCM(keys.mac("search", "address"))

"""The secret code of a slip: fifteen letters and figures that people read, copy and type. Pure: no database.

Fourteen are random: 65 bits, so that no machine finds one by trying. The last is a check, so that a slip of the pen is told apart
from a wrong code without asking anybody. It is not the person's code of the Fund, which opens nothing.
"""

from __future__ import annotations

from fundapp.core.keys import Keys, random_code
from fundapp.grants.persons import ALPHABET

RANDOM_LENGTH = 14
LENGTH = RANDOM_LENGTH + 1
GROUP = 5
PURPOSE = "person-slip"

_IDLE = dict.fromkeys(map(ord, " -.\t\n\u00a0\u2010\u2011\u2012\u2013\u2014"))


def new_code() -> str:
    """A code that nobody can guess."""
    stem = random_code(ALPHABET, RANDOM_LENGTH)
    return stem + check_of(stem)


def check_of(stem: str) -> str:
    """The check of the others: each single slip is seen, and each two neighbours that changed places.

    Every second letter counts twice, modulo 25: twice a letter is another letter, since 25 is odd.
    """
    total = sum(ALPHABET.index(letter) * (2 - place % 2) for place, letter in enumerate(reversed(stem)))
    return ALPHABET[-total % len(ALPHABET)]


def normalise(typed: str) -> str:
    """A code as it is kept, from the ways people type it: small letters, spaces, hyphens."""
    return typed.upper().translate(_IDLE)


def grouped(code: str) -> str:
    """A code as it is printed and read aloud: "BCDFG HJKMN PQRTV"."""
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def is_code(text: str) -> bool:
    """Whether this has the form of a code, check and all."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET) and check_of(text[:-1]) == text[-1]


def hash_of(keys: Keys, code: str) -> bytes:
    """What the database keeps of a code: without the key, not even whoever tries them all finds one that fits."""
    return keys.mac(PURPOSE, code)

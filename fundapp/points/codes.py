"""The code on a poster: eight characters that people read and type. Pure: no database.

Six are random, two are a keyed check of these. A printed poster must outlive a change of keys, so a code that the database
knows is always valid; the check only tells a slip of the finger from a code that was never given out.
"""

from __future__ import annotations

from enum import Enum

from fundapp.core.keys import Keys, random_code

# Crockford's alphabet: no I, L, O (read as 1, 1, 0) and no U (so that no code says what it should not).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 6
CHECK_LENGTH = 2
LENGTH = RANDOM_LENGTH + CHECK_LENGTH
SHAPE = f"^[0-9A-HJKMNP-TV-Z]{{{LENGTH}}}$"
PURPOSE = "point-code"

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_IDLE = dict.fromkeys(map(ord, " -\t\u00a0\u2010\u2011\u2012\u2013\u2014"))


class Unknown(Enum):
    """Why the database does not know a code."""

    MISTYPED = "mistyped"
    NEVER_GIVEN = "never given"


def new_code(keys: Keys) -> str:
    """A code that nobody can guess from another: one of 2^30, with its check."""
    stem = random_code(ALPHABET, RANDOM_LENGTH)
    return stem + check_of(stem, keys)


def check_of(stem: str, keys: Keys) -> str:
    """The two check characters of six others: ten bits of their HMAC, so one slip in 1,024 goes unseen."""
    bits = int.from_bytes(keys.mac(PURPOSE, stem)[:2], "big") & 0x3FF
    return ALPHABET[bits >> 5] + ALPHABET[bits & 31]


def normalise(typed: str) -> str:
    """A code as it is kept, from the ways people type it: small letters, I or L for 1, O for 0, spaces and hyphens."""
    return typed.upper().translate(_IDLE).translate(_READ_AS)


def grouped(code: str) -> str:
    """A code as it is read aloud: "7K4M 2ABC"."""
    return f"{code[:4]} {code[4:]}"


def is_code(text: str) -> bool:
    """Whether this has the form of a code as it is kept."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def explain_unknown(typed: str, keys: Keys) -> Unknown:
    """Why the database does not know this code: not in our form or not ours by its check, or ours and never given out."""
    code = normalise(typed)
    if not is_code(code):
        return Unknown.MISTYPED
    fits = check_of(code[:RANDOM_LENGTH], keys) == code[RANDOM_LENGTH:]
    return Unknown.NEVER_GIVEN if fits else Unknown.MISTYPED

"""What stands for somebody under a year's key: initials and a date of birth, brought into one form and hashed. Pure: nothing is kept."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import date

# Letters that are no other letter with something on it, and are typed as others where there is no such key.
_LIKE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "t", "æ": "a", "œ": "o", "ß": "s", "ı": "i", "ħ": "h"})
LEAST_LETTERS = 2
FIRST_YEAR = 1900


def letters(initials: str) -> str:
    """The first and the last letter of initials, without capitals, accents, dots and blanks, in the order of the alphabet.

    Middle names are told by some agencies and not by others, and a family name stands first in half the world. Empty for fewer than two.
    """
    bare = unicodedata.normalize("NFKD", initials.casefold().translate(_LIKE))
    found = [one for one in bare if one.isalpha()]
    return "".join(sorted((found[0], found[-1]))) if len(found) >= LEAST_LETTERS else ""


def mark(secret: bytes, initials: str, born_on: date) -> bytes:
    """HMAC-SHA-256 of the normal form, under a key that whoever has the database alone does not have. Raises ValueError for no initials."""
    plain = letters(initials)
    if not plain:
        raise ValueError("initials have two letters at the least")
    return hmac.digest(secret, f"{plain} {born_on.isoformat()}".encode(), "sha256")

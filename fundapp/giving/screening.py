"""What a donor writes about a refund is looked through before it is kept: it need not say who they are, or with which card they paid.

No list finds everything: what is found is what is typed most often.
"""

from __future__ import annotations

import re

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal_patterns import ACCOUNT, EMAIL, TELEPHONE

_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_FEWEST_DIGITS = 13

_SAYS_WHO = (
    (EMAIL, marked("“%(words)s” looks like an e-mail address. Leave it out: this page tells you what becomes of it.")),
    (ACCOUNT, marked("“%(words)s” looks like a bank account. Leave it out: the money goes back the way it came.")),
    (TELEPHONE, marked("“%(words)s” looks like a telephone number. Leave it out: this page tells you what becomes of it.")),
)
_CARD = marked("That has a card’s number in it. Leave it out: the money goes back the way it came, and nobody here should know it.")


def says_too_much(words: str) -> str | None:
    """What is wrong with words that hold what we should not know, as a sentence; or None. A card's number is not repeated."""
    if any(_is_card(found.group()) for found in _DIGITS.finditer(words)):
        return _(_CARD)
    for pattern, sentence in _SAYS_WHO:
        found = pattern.search(words)
        if found:
            return _(sentence) % {"words": found.group().strip()}
    return None


def _is_card(typed: str) -> bool:
    """Whether these digits are a card's, by their check digit (ISO/IEC 7812-1, Luhn)."""
    digits = [int(letter) for letter in typed if letter.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return len(digits) >= _FEWEST_DIGITS and sum(doubled) % 10 == 0

"""Money is an integer of pence, in pounds sterling. Pounds exist in a form field and on the page alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fundapp.core.language import gettext as _

# A lone figure above this is a slip of the finger, and would not fit a price column's check either.
MOST_PENCE = 100_000_000

_POUNDS = re.compile(r"(?P<pounds>\d{1,3}(?:,\d{3})+|\d+)?(?:\.(?P<pence>\d{1,2}))?")


def parse_pence(text: str) -> int:
    """Read pounds and pence as people type them ("5", "£5", "39.99", "1,250.5") into pence.

    Raises ValueError when it is not one plain amount; the sentence is for the person who typed it.
    """
    plain = text.strip().removeprefix("£").strip()
    found = _POUNDS.fullmatch(plain)
    if not plain or not found or not plain.isascii() or plain == ".":
        raise ValueError(_("Write the amount as a number, like 39.99. You wrote “%(words)s”.") % {"words": text.strip()[:40]})
    whole = int((found["pounds"] or "0").replace(",", "")[:12])
    pence = int((found["pence"] or "0").ljust(2, "0"))
    total = whole * 100 + pence
    if total > MOST_PENCE:
        raise ValueError(_("That is more than a million pounds. Check the amount."))
    return total


def pounds(pence: int) -> str:
    """Pence as exact pounds: 123456 → "£1,234.56", with a true minus sign."""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def pounds_short(pence: int) -> str:
    """Pence as people say it: "£5", "£12.50", and "35p" under a pound."""
    if 0 < pence < 100:
        return f"{pence}p"
    exact = pounds(pence)
    return exact.removesuffix(".00")


def split(total_pence: int, weights: Sequence[int]) -> list[int]:
    """Share an amount out by weight with nothing lost, by the largest remainder; ties go to the first.

    Raises ValueError when a weight is negative or none is positive.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative, and at least one is positive")
    shares = [total_pence * weight // whole for weight in weights]
    remainders = [total_pence * weight % whole for weight in weights]
    left = total_pence - sum(shares)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:left]:
        shares[index] += 1
    return shares

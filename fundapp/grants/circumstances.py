"""What may be said around a request, in codes: the group somebody belongs to, where, by when and why, and how they would like it paid.

None of it is needed to send a request. Codes and no words: they are counted for the partners, and words would tell who somebody is.
"""

from __future__ import annotations

from collections.abc import Mapping

from fundapp.core.language import gettext as _
from fundapp.core.language import marked

GROUPS: Mapping[str, str] = {
    "care-leaver": marked("Leaving care"),
    "prison-leaver": marked("Leaving prison"),
    "newly-arrived": marked("Newly arrived in the country"),
    "unstable-place": marked("No settled place to stay"),
    "moving-on": marked("Moving on to a place of their own"),
}
LOCALITIES: Mapping[str, str] = {
    "central": marked("Town centre"),
    "north": marked("North of town"),
    "east": marked("East of town"),
    "south": marked("South of town"),
    "west": marked("West of town"),
    "anywhere": marked("No fixed place"),
}
# What the day is that a thing must be there by.
NEEDED_FOR: Mapping[str, str] = {
    "move-in": marked("They move in"),
    "release": marked("They are released"),
    "appointment": marked("They have an appointment"),
    "work": marked("They start work or a course"),
    "other": marked("Something else"),
}
PAID_HOW: Mapping[str, str] = {
    "shop": marked("Straight to the shop"),
    "voucher": marked("A voucher for the shop"),
    "worker": marked("Bought together with their key worker"),
    "no-matter": marked("It does not matter to them"),
}


def said(codes: Mapping[str, str], code: str | None) -> str:
    """A code in the reader's language; nothing for none."""
    return _(codes[code]) if code is not None and code in codes else ""


def needed_for(code: str | None) -> str:
    """What happens on the day by which it is needed."""
    return said(NEEDED_FOR, code)


def paid_how(code: str | None) -> str:
    """How they would like it paid."""
    return said(PAID_HOW, code)


def offered(codes: Mapping[str, str]) -> dict[str, str]:
    """Every code with its words, in the reader's language."""
    return {code: _(words) for code, words in codes.items()}

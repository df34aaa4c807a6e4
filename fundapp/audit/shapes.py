"""What a fact of the audit trail may look like: a figure, a code, a reference or a day. Never a word that somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from fundapp.core.roles import Role

Fact = str | int
Shape = Callable[[Fact], bool]

_CODE = re.compile(r"[a-z0-9][a-z0-9_.+/-]{0,59}")
# As the ledger has them: no space and no @, so neither a name nor an address fits.
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,119}")
_BETWEEN = re.compile(r",? ")
# Identity columns are 64 bits wide.
_MOST = 2**63 - 1


def whole(fact: Fact) -> bool:
    """A whole number: an id, an amount in pence, a count."""
    return isinstance(fact, int) and not isinstance(fact, bool) and -_MOST <= fact <= _MOST


def code(fact: Fact) -> bool:
    """One code of a closed list that some room keeps: a state, a fund, a kind of help, a media type."""
    return isinstance(fact, str) and _CODE.fullmatch(fact) is not None


def reference(fact: Fact) -> bool:
    """What something is known by: "grant:417", "ch_3Pz", a point's code."""
    return isinstance(fact, str) and _REFERENCE.fullmatch(fact) is not None


def day(fact: Fact) -> bool:
    """A day as ISO 8601 writes it."""
    try:
        return isinstance(fact, str) and date.fromisoformat(fact).isoformat() == fact
    except ValueError:
        return False


def or_else(shape: Shape, *words: str) -> Shape:
    """One of these codes where there is nothing of the shape."""
    return lambda fact: fact in words or shape(fact)


def some_of(*codes: str) -> Shape:
    """Any of these codes, with a space or a comma between them; or none at all."""
    known = frozenset(codes)
    return lambda fact: isinstance(fact, str) and (not fact or known.issuperset(_BETWEEN.split(fact)))


roles = some_of(*(role.value for role in Role))

"""Why something was declined, or could not be given: codes, so that it can be counted; words go to the worker beside them."""

from __future__ import annotations

from enum import StrEnum

from fundapp.core.language import gettext as _
from fundapp.core.language import marked


class Reason(StrEnum):
    """Why a request was declined. A code stays for ever; its words may change."""

    NO_MONEY = "no_money"
    OVER_CAP = "over_cap"
    HAD_BEFORE = "had_before"
    TOO_DEAR = "too_dear"
    NOT_FOR_THIS = "not_for_this"
    SOMEBODY_ELSE = "somebody_else"
    TOO_LATE = "too_late"
    TOO_LITTLE_KNOWN = "too_little_known"
    NO_LONGER_NEEDED = "no_longer_needed"
    # The panel's vote, or its tie.
    PANEL = "panel"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The reason as people read it."""
        return _(_WORDS[self])


_WORDS = {
    Reason.NO_MONEY: marked("There is not enough money for it now"),
    Reason.OVER_CAP: marked("It is more than one person can have for now"),
    Reason.HAD_BEFORE: marked("They had the same help not long ago"),
    Reason.TOO_DEAR: marked("It costs more than it has to"),
    Reason.NOT_FOR_THIS: marked("It is not what the Fund is for"),
    Reason.SOMEBODY_ELSE: marked("Somebody else has to pay for it"),
    Reason.TOO_LATE: marked("It cannot come in time"),
    Reason.TOO_LITTLE_KNOWN: marked("Too little is known to decide"),
    Reason.NO_LONGER_NEEDED: marked("It is no longer needed"),
    Reason.PANEL: marked("The panel did not agree it"),
    Reason.OTHER: marked("Another reason"),
}
# What an approver chooses from; the panel's is given by its vote.
CHOSEN = tuple(one for one in Reason if one is not Reason.PANEL)


def choices() -> dict[str, str]:
    """What an approver chooses from, in the reader's language."""
    return {one.value: one.words for one in CHOSEN}

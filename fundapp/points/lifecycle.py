"""What may be wrong with a poster, what a host may ask for, and how each ends. Pure: no database."""

from __future__ import annotations

from enum import StrEnum

from fundapp.core.language import gettext as _
from fundapp.core.language import marked


class Trouble(StrEnum):
    """What somebody noticed about a poster."""

    ELSEWHERE = "elsewhere"
    COVERED = "covered"
    OTHER_PLACE = "other_place"
    ASKED_MORE = "asked_more"
    DAMAGED = "damaged"
    ELSE = "else"

    @property
    def words(self) -> str:
        """As whoever reports it reads it."""
        return _(TROUBLES[self])

    @property
    def is_urgent(self) -> bool:
        """Whether somebody may be taking gifts that are meant for the Fund."""
        return self not in {Trouble.DAMAGED, Trouble.ELSE}


class Outcome(StrEnum):
    """What was done about a report."""

    IN_ORDER = "in_order"
    PUT_RIGHT = "put_right"
    REPLACED = "replaced"
    CLOSED = "closed"
    NOT_OURS = "not_ours"
    NOT_FOUND = "not_found"

    @property
    def words(self) -> str:
        """As staff choose it."""
        return _(OUTCOMES[self])


class Wish(StrEnum):
    """What a host may ask for."""

    ANOTHER = "another"
    REPLACE = "replace"
    END = "end"

    @property
    def words(self) -> str:
        """As a host chooses it."""
        return _(WISHES[self])


class Answer(StrEnum):
    """How a host's offer or wish ends."""

    DONE = "done"
    DECLINED = "declined"

    @property
    def words(self) -> str:
        """As staff choose it."""
        return _(ANSWERS[self])


TROUBLES = {
    Trouble.ELSEWHERE: marked("My phone showed another address"),
    Trouble.COVERED: marked("Something is stuck over the code"),
    Trouble.OTHER_PLACE: marked("It names another place or another code"),
    Trouble.ASKED_MORE: marked("I was asked for more than a gift: a password, a code, my bank"),
    Trouble.DAMAGED: marked("It is torn, faded or hard to scan"),
    Trouble.ELSE: marked("Something else"),
}
OUTCOMES = {
    Outcome.IN_ORDER: marked("It is ours and in order"),
    Outcome.PUT_RIGHT: marked("It was put right: cleaned, or a sticker taken off"),
    Outcome.REPLACED: marked("It was replaced, with a new code"),
    Outcome.CLOSED: marked("The point was closed"),
    Outcome.NOT_OURS: marked("It is not ours: passed on to the police and the host"),
    Outcome.NOT_FOUND: marked("Somebody went and found nothing"),
}
WISHES = {
    Wish.ANOTHER: marked("One more poster"),
    Wish.REPLACE: marked("A new poster in place of this one"),
    Wish.END: marked("An end: this poster comes down"),
}
ANSWERS = {Answer.DONE: marked("Done"), Answer.DECLINED: marked("Not done")}

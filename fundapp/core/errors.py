"""Refusals and faults, each with a sentence that a person can act on."""

from __future__ import annotations

from fundapp.core.language import gettext as _


class FundError(Exception):
    """Something the Fund cannot do; `sentence` is fit to be shown, and holds nothing personal."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(FundError):
    """The person asking has no right to this."""

    status = 403


class NotFound(FundError):
    """There is no such thing, or none that this person may know of."""

    status = 404

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("There is nothing at this address."))


class Refused(FundError):
    """A rule says no. Nothing was changed."""

    status = 409


class Conflict(Refused):
    """The same key came again with other content, or somebody else was first."""


class Busy(FundError):
    """Somebody else is at it this very moment. Never means "not enough money"."""

    status = 503

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("We are busy for a moment. Nothing was changed; please try again."))


class Collided(Busy):
    """Two acts stood in each other's way and the database let one of them go on (40001, 40P01). Done anew, this one may well pass."""


class OutsideFault(FundError):
    """Stripe or the mail server did not answer as it should. What was recorded here stays recorded."""

    status = 502


class NoSuchAddress(OutsideFault):
    """A letter's address takes no mail and never will. `code` is what its server said, and nothing personal."""

    code: str = ""

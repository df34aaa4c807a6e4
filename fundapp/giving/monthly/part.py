"""What a gift's page tells of the monthly gift that it is a month of."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import Keys, random_token
from fundapp.giving.lifecycle import Source
from fundapp.giving.models import Donation
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.queries import Figures
from fundapp.giving.rules import FORM_LIVES
from fundapp.web.app import keys


def part(session: Session, donation: Donation, _figures: Figures) -> Mapping[str, object]:
    """Its pledge, and the key of the form that has the link mailed: many may see a gift's page, so it opens nothing itself."""
    pledge = monthly_queries.of_gift(session, donation.id) if donation.source is Source.MONTHLY else None
    return {"pledge": pledge, "monthly_key": new_key(keys(), f"gift/{donation.id}") if pledge else ""}


def new_key(made_by: Keys, what: str) -> str:
    """A key for one view of a form about a monthly gift: signed, expiring, written nowhere."""
    return made_by.sign(purpose(what), random_token(), clock.now() + FORM_LIVES)


def purpose(what: str) -> str:
    """What such a key is for."""
    return f"monthly-form/{what}"

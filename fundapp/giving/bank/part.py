"""What a gift's own page tells of its donor's bank: that it asks, holds, kept or sent back what was given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from fundapp.giving.bank.disputes import of_gift
from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures


class AtTheBank(NamedTuple):
    """How one dispute stands: "asked", "held", "returned", "kept"; or "failed" for a debit that the bank took back late."""

    state: str
    amount_pence: int
    at: datetime | None = None


# By Stripe's word for it. What is not here holds money, or may come to.
_STATES = {
    "warning_needs_response": "asked",
    "warning_under_review": "asked",
    "warning_closed": "answered",
    "prevented": "answered",
    "won": "returned",
    "lost": "kept",
}


def part(session: Session, donation: Donation, figures: Figures) -> Mapping[str, object]:
    """What the part's template needs: each dispute in turn. A gift that no bank asked about has none."""
    told = []
    for row in of_gift(session, donation.id):
        state = _STATES.get(row.status, "held")
        told.append(AtTheBank("asked" if state == "held" and row.held_pence <= 0 else state, row.amount_pence, row.closed_at))
    if not told and figures.taken_back_pence > 0:
        told.append(AtTheBank("failed", figures.taken_back_pence))
    return {"at_the_bank": told}

"""What a gift's own page tells of its refunds."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds.lifecycle import OPEN, RESERVING, State


def refund(session: Session, donation: Donation, figures: Figures) -> Mapping[str, object]:
    """The refunds that concern the donor, the oldest first, and whether they can ask for one, or take their asking back."""
    every = refund_queries.of_subject(session, donation.subject)
    shown = [one for one in every if _concerns(State(one.state), asked=one.asked_at is not None)]
    is_open = any(State(one.state) in OPEN for one in shown)
    on_its_way = sum(one.amount_pence or 0 for one in every if State(one.state) in RESERVING and not one.is_posted)
    left = figures.gross_pence - figures.refunded_pence - figures.taken_back_pence - figures.disputed_pence - on_its_way
    return {
        "refunds": shown,
        # A bank that only asks holds nothing yet: whoever asks then is told why not.
        "may_ask_back": left > 0 and not is_open and not figures.disputed_pence,
        "may_think_again": any(one.state == State.ASKED for one in shown),
    }


def _concerns(state: State, *, asked: bool) -> bool:
    """What finance only thinks of doing, and what the donor took back, is no news to them."""
    return state is not State.WITHDRAWN and (asked or state not in {State.ASKED, State.ENTERED})

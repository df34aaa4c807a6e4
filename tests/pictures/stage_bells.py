"""Stripe's bells as finance sees them: answered, rung in another version, and one that could not be answered yet."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving.models import StripeEvent
from tests.builders.giving import hear
from tests.builders.stand_in import StandIn


def make(session: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    """Hear what was rung about the first gift that was paid."""
    first, other, *_, last = stand_in.bells(types=["charge.succeeded"])
    for bell in (first, other):
        hear(session, stripe, bell)
    stand_in.trouble(path="/v1/charges/.*", method="GET", status=403)
    with suppress(StripeFault):
        hear(session, stripe, last)
    with transaction(session):
        session.execute(update(StripeEvent).where(StripeEvent.id == other.event_id).values(api_version="2025-03-31.basil"))
        # On the stage it stays unanswered.
        session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'giving.act_on_event'"))

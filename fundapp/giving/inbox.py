"""Stripe's bells: each kept once before anything is done about it, then answered by fetching what it is about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway, VerifiedEvent
from fundapp.giving.models import StripeEvent
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.jobs import enqueue


def take_in(session: Session, event: VerifiedEvent) -> bool:
    """Keep a verified event and ask for the work it calls for, in one transaction. False when it was kept before."""
    values = {
        "id": event.id,
        "type": event.type,
        "api_version": event.api_version,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "charge_id": _charge_of(event),
        "rung_at": event.created_at,
        "received_at": clock.now(),
    }
    taken = session.execute(insert(StripeEvent).values(**values).on_conflict_do_nothing().returning(StripeEvent.id)).scalar()
    if taken:
        enqueue(session, "giving.act_on_event", event_id=event.id)
    return taken is not None


def act_on(session: Session, stripe: StripeGateway, event_id: str) -> None:
    """Fetch what an event is about and record what is not yet recorded. Safe to repeat. Raises StripeFault."""
    with transaction(session):
        event = session.get_one(StripeEvent, event_id)
    if event.object_type == "checkout.session":
        settle_session(session, stripe, event.object_id)
    elif event.charge_id:
        settle_charge(session, stripe, event.charge_id)
    with transaction(session):
        session.scalars(select(StripeEvent).where(StripeEvent.id == event_id).with_for_update()).one().acted_at = clock.now()


def _charge_of(event: VerifiedEvent) -> str | None:
    """The charge that an event leads to. Only its id is taken from the body: all else is fetched."""
    told: Any = event.body.get("data", {}).get("object", {})
    name = {"charge": "id", "refund": "charge", "payment_intent": "latest_charge", "dispute": "charge"}.get(event.object_type)
    found = told.get(name) if name else None
    return found if isinstance(found, str) and found.startswith(("ch_", "py_")) else None

"""Stripe's bells: each kept once before anything is done about it, then answered by fetching what it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import FundError, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.gateways.stripe import StripeFault, StripeGateway, VerifiedEvent
from fundapp.gateways.stripe_events import SPOKEN_VERSION
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.answering import ANSWERS
from fundapp.giving.models import StripeEvent
from fundapp.jobs import enqueue

FAULT_LENGTH = 300
# Which field of an object names the charge that it is about.
_CHARGE_IN = {"charge": "id", "refund": "charge", "payment_intent": "latest_charge", "dispute": "charge"}


def take_in(session: Session, event: VerifiedEvent) -> bool:
    """Keep a verified event and ask for the work it calls for, in one transaction. False when it was kept before.

    One in another version of Stripe's language is kept like any other, since all but its id is fetched; finance is told, once.
    """
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
        if event.api_version != SPOKEN_VERSION:
            version = event.api_version or "none"
            raise_alarm(session, kind=AlarmKind.OTHER_VERSION, about=version, subject=f"stripe:{event.id}")
    return taken is not None


def ask_again(session: Session, event_id: str) -> None:
    """Have a bell that was not answered yet answered by the worker now. Raises NotFound, and Refused when it was answered meanwhile."""
    event = session.get(StripeEvent, event_id, with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound(_("No event %(id)s was ever taken in.") % {"id": event_id})
    if event.acted_at is not None:
        raise Refused(_("That was recorded meanwhile. There is nothing left to do."))
    enqueue(session, "giving.act_on_event", event_id=event.id)


def act_on(session: Session, stripe: StripeGateway, event_id: str) -> None:
    """Fetch what an event is about and record what is not yet recorded, unless that was done already. Safe to repeat.

    Raises NotFound for an event that was never kept, and StripeFault: for one that will not pass by itself, an alarm stands then.
    """
    event = _read(session, event_id)
    if event.acted_at is None:
        _answer(session, stripe, event)


def act_again(session: Session, stripe: StripeGateway, event_id: str) -> None:
    """The same, whether it was acted on before or not."""
    _answer(session, stripe, _read(session, event_id))


def _answer(session: Session, stripe: StripeGateway, event: StripeEvent) -> None:
    asked_at = clock.now()
    try:
        if answer := ANSWERS.get(event.object_type):
            answer(session, stripe, event)
    except Exception as fault:
        # Whatever it was, it is seen: on the page of bells, with how often it was tried.
        with transaction(session):
            _note_failure(session, event, fault)
        raise
    with transaction(session):
        _note_answered(session, event, asked_at)


def _note_failure(session: Session, event: StripeEvent, fault: Exception) -> None:
    """Write down that a bell could not be answered: by the kind of fault, and its sentence where that is ours."""
    kind = fault.kind if isinstance(fault, StripeFault) else type(fault).__name__
    words = f"{kind}: {fault.sentence}" if isinstance(fault, FundError) else kind
    values = {"tries": StripeEvent.tries + 1, "failed_at": clock.now(), "fault": words[:FAULT_LENGTH]}
    session.execute(update(StripeEvent).where(StripeEvent.id == event.id).values(values))
    if isinstance(fault, StripeFault) and not fault.passing:
        raise_alarm(session, kind=AlarmKind.NOT_FETCHED, about=event.object_id, subject=f"stripe:{event.id}")


def _note_answered(session: Session, event: StripeEvent, asked_at: datetime) -> None:
    """One fetch answers every bell that leads to the same answer about the same thing, and had rung by then."""
    same = [StripeEvent.object_id == event.object_id]
    if event.charge_id:
        same.append(StripeEvent.charge_id == event.charge_id)
    # A dispute's bell names the charge too, and is not answered by fetching that.
    alike = [kind for kind, answer in ANSWERS.items() if answer is ANSWERS.get(event.object_type)] or [event.object_type]
    answered = or_(
        StripeEvent.id == event.id,
        or_(*same) & StripeEvent.object_type.in_(alike) & (StripeEvent.received_at <= asked_at) & StripeEvent.acted_at.is_(None),
    )
    now = clock.now()
    values = {
        "acted_at": case((StripeEvent.acted_at.is_(None), now), else_=StripeEvent.acted_at),
        "tries": 0,
        "failed_at": None,
        "fault": None,
    }
    session.execute(update(StripeEvent).where(answered).values(values))


def _read(session: Session, event_id: str) -> StripeEvent:
    """The event, with no transaction left open."""
    with transaction(session):
        event = session.scalar(select(StripeEvent).where(StripeEvent.id == event_id).execution_options(populate_existing=True))
    if event is None:
        raise NotFound(_("No event %(id)s was ever taken in.") % {"id": event_id})
    return event


def _charge_of(event: VerifiedEvent) -> str | None:
    """The charge that an event leads to. Only its id is taken from the body: all else is fetched."""
    told: Any = event.body.get("data", {}).get("object", {})
    name = _CHARGE_IN.get(event.object_type)
    found = told.get(name) if name else None
    return found if isinstance(found, str) and found.startswith(("ch_", "py_")) else None

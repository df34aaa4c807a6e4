"""When an address is dropped: at the step after which nothing is brought any more, and at the latest some days after it was paid."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.grants.delivery.models import Delivery, RequestPhoto
from fundapp.grants.lifecycle import ENDED, Status
from fundapp.grants.models import GrantRequest

# It is there, or it never will be.
OVER = ENDED | {Status.IN_HANDS}


def settle(session: Session, request: GrantRequest, actor: Actor) -> None:
    """Drop the address of a request where its new state says that nothing is brought any more. Called at each of its steps."""
    if request.status in OVER:
        drop(session, request, actor=actor, why=request.status.value)


def drop(session: Session, request: GrantRequest, *, actor: Actor, why: str) -> bool:
    """Drop the address, and write down that it is gone. `why` is a code. Says whether there was one."""
    gone = session.scalar(delete(Delivery).where(Delivery.request_id == request.id).returning(Delivery.id))
    if gone is not None:
        audit.record(session, actor=actor, kind=AuditKind.DELIVERY_DROPPED, subject=request.subject, facts={"why": why})
    return gone is not None


def drop_pictures(session: Session, request_id: int) -> None:
    """Drop the photos of a request, when its words are forgotten."""
    session.execute(delete(RequestPhoto).where(RequestPhoto.request_id == request_id))


def drop_all(session: Session, request_id: int) -> None:
    """Drop all that is kept here of a draft that is deleted."""
    drop_pictures(session, request_id)
    session.execute(delete(Delivery).where(Delivery.request_id == request_id))


def _late(before: datetime) -> ColumnElement[bool]:
    """Paid so long ago; or over, though its step should have dropped it."""
    over = GrantRequest.status.in_(OVER) | (GrantRequest.status == Status.PAID) & (GrantRequest.paid_at < before)
    return exists().where((GrantRequest.id == Delivery.request_id) & over)


def _forget(session: Session, row: Delivery) -> None:
    session.delete(row)


# A complaint holds nothing of it back: an address proves nothing.
FORGETTING = (Forgetting(Kept.DELIVERY, marked("Where things were brought to"), Delivery, "delivery", _late, _forget),)

"""Saying where a thing is brought to, and who may read it: the team that asked, and whoever may pay it. Each reading is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import lifecycle, steps
from fundapp.grants.delivery import ending
from fundapp.grants.delivery.models import Delivery, RequestPhoto
from fundapp.grants.lifecycle import Action, Status, Tie
from fundapp.grants.models import GrantRequest

LONGEST = 300
# As what somebody reads it.
TO_ASK, TO_PAY = "to_ask", "to_pay"
# From when it is agreed until it is there. Before, nobody has to bring anything.
_BROUGHT = frozenset({Status.AGREED, Status.BEING_PAID, Status.PART_PAID, Status.PAID})


@dataclass(frozen=True, slots=True)
class Address:
    """Where it is brought to, for somebody who may read it."""

    words: str
    said_at: datetime


def is_there(session: Session, request_id: int) -> bool:
    """Whether an address was given and is not gone yet. That alone may be known by whoever sees the request."""
    return bool(session.scalar(select(exists().where(Delivery.request_id == request_id))))


def what_is_there(session: Session, request_id: int) -> tuple[bool, bool]:
    """Whether an address is kept for a request, and whether photos are: one question, on the page of each request."""
    address, photo = exists().where(Delivery.request_id == request_id), exists().where(RequestPhoto.request_id == request_id)
    has_address, has_photos = session.execute(select(address, photo)).one()
    return has_address, has_photos


def may_read(request: GrantRequest, actor: Actor, ties: frozenset[Tie]) -> str:
    """As what somebody may read where it is brought to; nothing for those who may not: deciders, auditors, other teams."""
    if actor.has(Role.KEY_WORKER) and Tie.OWN_TEAM in ties:
        return TO_ASK
    enters = lifecycle.rule(Status.AGREED, Action.ENTER_PAYMENT)
    if request.status in _BROUGHT and enters is not None and actor.has(*enters.roles) and ties.isdisjoint(enters.barred - {Tie.PAUSED}):
        return TO_PAY
    return ""


def read(session: Session, *, actor: Actor, request_id: int) -> tuple[GrantRequest, Address | None]:
    """Where it is brought to, if that was said. That it was read is written down, each time. Raises NotFound for all who may not."""
    request, ties = steps.seen(session, request_id, actor)
    purpose = may_read(request, actor, ties)
    if not purpose:
        raise NotFound
    row = _row(session, request_id)
    if row is None:
        return request, None
    audit.record(session, actor=actor, kind=AuditKind.DELIVERY_READ, subject=request.subject, facts={"purpose": purpose})
    return request, Address(row.address_words, row.said_at)


def say(session: Session, *, actor: Actor, request_id: int, words: str) -> GrantRequest:
    """Say where it is brought to, or say it anew, until it is there. Raises NotFound for another team's, and Refused."""
    request = _own(session, actor, request_id)
    if not words.strip() or len(words) > LONGEST:
        raise Refused(_("Write where it is brought to, in up to %(most)d letters.") % {"most": LONGEST})
    if request.status in ending.OVER:
        raise Refused(_("Nothing is brought for this request any more, so no address is kept."))
    row = _row(session, request_id)
    if row is not None and row.address_words == words.strip():
        return request
    if row is None:
        row = Delivery(request_id=request_id)
        session.add(row)
    row.address_words, row.said_by, row.said_at = words.strip(), actor.user_id or 0, clock.now()
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.DELIVERY_SAID, subject=request.subject)
    return request


def delivered(session: Session, *, actor: Actor, request_id: int) -> bool:
    """Drop the address because it was brought, or is not to be: its own team says so. Twice changes nothing. Raises NotFound."""
    return ending.drop(session, _own(session, actor, request_id), actor=actor, why="by_team")


def _own(session: Session, actor: Actor, request_id: int) -> GrantRequest:
    """The request, held, for a key worker of the team that asked."""
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id, GrantRequest.team_id == actor.team_id)
        .with_for_update(of=GrantRequest)
        .execution_options(populate_existing=True)
    )
    if request is None or not actor.has(Role.KEY_WORKER):
        raise NotFound
    return request


def _row(session: Session, request_id: int) -> Delivery | None:
    return session.scalar(select(Delivery).where(Delivery.request_id == request_id))

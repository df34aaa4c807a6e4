"""Photos of what is asked for: a quote, a price tag. Made safe as bills are, shown to whoever decides or pays, forgotten with the words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import evidence, reading, steps
from fundapp.grants.delivery.models import MOST_PHOTOS, RequestPhoto
from fundapp.grants.lifecycle import Status, Tie
from fundapp.grants.models import GrantRequest

# While it is written, and when somebody asked about it. What was sent is not taken away.
ADDED_TO = frozenset({Status.DRAFT, Status.QUESTION})
_READERS = (Role.KEY_WORKER, Role.APPROVER, Role.PANEL, Role.FINANCE, Role.AUDITOR)


def of(session: Session, request_id: int) -> Sequence[RequestPhoto]:
    """The photos of a request, without their pictures, in the order in which they were added."""
    return session.scalars(select(RequestPhoto).where(RequestPhoto.request_id == request_id).order_by(RequestPhoto.id)).all()


def add(session: Session, *, actor: Actor, request_id: int, photo: bytes) -> RequestPhoto:
    """Add a photo, its pixels alone. Raises NotFound for another team's request, and Refused for a fourth, or for what is no photo."""
    request = _own(session, actor, request_id)
    if request.status not in ADDED_TO:
        raise Refused(_("This was sent, so no photo can be added to it now. If somebody asks a question, you can add one then."))
    taken = {one.place for one in of(session, request_id)}
    free = [place for place in range(1, MOST_PHOTOS + 1) if place not in taken]
    if not free:
        raise Refused(_("Three photos are there already. Take one away first."))
    safe = evidence.made_safe(photo)
    if safe.media_type != evidence.JPEG:
        raise Refused(_("That is a PDF. Take a photo of it, or of its price."))
    row = RequestPhoto(request_id=request_id, place=free[0], content=safe.content, added_by=actor.user_id or 0, added_at=clock.now())
    session.add(row)
    session.flush()
    facts = {"photo": row.id, "bytes": len(safe.content)}
    audit.record(session, actor=actor, kind=AuditKind.PHOTO_ADDED, subject=request.subject, facts=facts)
    return row


def take_away(session: Session, *, actor: Actor, request_id: int, photo_id: int) -> None:
    """Take a photo away before the request is sent. Gone already: nothing is left to do. Raises NotFound, and Refused once it was sent."""
    request = _own(session, actor, request_id)
    if request.status != Status.DRAFT:
        raise Refused(_("This was sent, so its photos stay as they are."))
    row = session.scalar(select(RequestPhoto).where(RequestPhoto.id == photo_id, RequestPhoto.request_id == request_id))
    if row is not None:
        session.delete(row)
        session.flush()
        audit.record(session, actor=actor, kind=AuditKind.PHOTO_REMOVED, subject=request.subject, facts={"photo": photo_id})


def picture(session: Session, *, actor: Actor, request_id: int, photo_id: int) -> bytes:
    """One photo, for those who may see its request. Each reading but its own team's is written down.

    Raises NotAllowed for an auditor who has not said why they open the request, and NotFound for everybody else.
    """
    request, ties = steps.seen(session, request_id, actor)
    found = (RequestPhoto.id == photo_id) & (RequestPhoto.request_id == request_id)
    row = session.scalar(select(RequestPhoto).where(found).options(undefer(RequestPhoto.content)))
    if row is None or not actor.has(*_READERS):
        raise NotFound
    if Tie.OWN_TEAM not in ties and not reading.note_photo(session, request, actor, photo_id):
        raise NotAllowed(_("Open the request first, and say why."))
    return row.content


def _own(session: Session, actor: Actor, request_id: int) -> GrantRequest:
    """The request, held, for a key worker of the team that asked: of two photos sent at once the second sees the first."""
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id, GrantRequest.team_id == actor.team_id)
        .with_for_update(of=GrantRequest)
        .execution_options(populate_existing=True)
    )
    if request is None or not actor.has(Role.KEY_WORKER):
        raise NotFound
    return request

"""The checkpoint of the ledger that a point's poster carries: out of our reach, in a shop's window (ledger.md section 6).

A poster prints the checkpoint that was put on it last, and that is on record as published there. Looking at the file writes nothing:
a checkpoint comes on a poster when its point is opened, and whenever an administrator renews it, as once a month.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.ledger import checkpoints
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.points.models import CollectionPoint


def on_poster(session: Session, point: CollectionPoint) -> CheckpointView | None:
    """The checkpoint that the point's poster carries."""
    last = checkpoints.publications(session, place=_place(point), limit=1)
    return checkpoints.at(session, last[0].size) if last else None


def on_posters(session: Session, points: Sequence[CollectionPoint]) -> dict[int, CheckpointView]:
    """The checkpoint that each of these points' posters carries, by the point's number; one that carries none is left out."""
    found = checkpoints.newest_of(session, [_place(point) for point in points])
    return {point.id: found[_place(point)] for point in points if _place(point) in found}


def put_newest(session: Session, point: CollectionPoint) -> bool:
    """Put the ledger's newest checkpoint on a point's poster, and on record. Says whether that changed the poster."""
    newest, carried = checkpoints.latest(session), on_poster(session, point)
    if newest is None or newest == carried:
        return False
    checkpoints.record_publication(session, size=newest.size, place=_place(point))
    return True


def renew(session: Session, *, actor: Actor, point: CollectionPoint) -> None:
    """Renew the checkpoint on an open point's poster, to be printed and hung anew. The service has asked who may.

    Raises Refused for a closed point, and while nothing newer has been signed.
    """
    if not point.is_open:
        raise Refused(_("This point is closed: its poster should not hang any more."))
    if not put_newest(session, point):
        raise Refused(_("The poster carries the newest checkpoint already, or none has been signed yet."))
    record(session, actor=actor, kind=AuditKind.POINT_CHANGED, subject=point.subject, facts={"changed": "checkpoint_on_its_poster"})


def words(checkpoint: CheckpointView | None) -> str:
    """A checkpoint as the poster has it: how many entries, when, and how its seal begins."""
    if checkpoint is None:
        return ""
    on = clock.day_of(checkpoint.signed_at)
    facts = {"size": f"{checkpoint.size:,}", "day": f"{on.day} {on:%b %Y}", "mark": checkpoint.mark}
    return _("Ledger checkpoint %(size)s · %(day)s · %(mark)s") % facts


def _place(point: CollectionPoint) -> str:
    return f"poster:{point.code}"

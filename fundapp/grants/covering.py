"""Covering parts of a bill before it is shown: a name, an address, an account number that nobody needs in order to pay.

The picture waits, sealed, until its sender has said which parts; what is kept then is the covered picture alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.grants import confirming, evidence, steps
from fundapp.grants.draft_models import BillDraft
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest

KEPT = timedelta(days=1)


class NoPhoto(NotFound):
    """No photo waits to be covered by whoever asks: none was sent, it was shown already, or its day is over."""

    def __init__(self) -> None:
        super().__init__(_("No photo waits to be covered. If the bill is not here yet, choose the photo again."))


def take_in(session: Session, *, actor: Actor, request_id: int, version: int, photo: bytes) -> None:
    """Keep a photo, sealed, until its sender has covered parts of it. One sent again takes the place of the first.

    Raises Refused when it is no photo that can be kept, and whatever showing the bill raises.
    """
    held = steps.hold(session, request_id=request_id, action=Action.CONFIRM, actor=actor, version=version)
    safe = evidence.made_safe(photo)
    if safe.media_type != evidence.JPEG:
        raise Refused(_("Parts of a PDF cannot be covered. Take a photo of the bill, and cover them on that."))
    found = session.get(BillDraft, (request_id, held.user_id))
    if found is None:
        session.add(BillDraft(request_id=request_id, added_by=held.user_id, content=safe.content, added_at=clock.now()))
    else:
        found.content, found.added_at = safe.content, clock.now()
    session.flush()


def waiting(session: Session, *, actor: Actor, request_id: int) -> bytes:
    """The photo that waits for whoever sent it. Raises NotFound for everybody else, and NoPhoto."""
    steps.seen(session, request_id, actor)
    found = session.get(BillDraft, (request_id, actor.user_id)) if actor.user_id is not None else None
    if found is None or found.added_at < clock.now() - KEPT:
        raise NoPhoto
    return found.content


def show_covered(session: Session, *, actor: Actor, request_id: int, version: int, cells: Iterable[int]) -> GrantRequest:
    """Show the bill with these cells of its grid painted over. The photo that waited is gone with it."""
    # First of all: whoever sends the same page twice is told that the bill is here.
    steps.hold(session, request_id=request_id, action=Action.CONFIRM, actor=actor, version=version)
    photo = waiting(session, actor=actor, request_id=request_id)
    request = confirming.confirm(session, actor=actor, request_id=request_id, version=version, bill=evidence.covered(photo, cells))
    session.execute(delete(BillDraft).where(BillDraft.request_id == request_id))
    return request


def forget_old(session: Session) -> None:
    """Drop photos that nobody covered."""
    session.execute(delete(BillDraft).where(BillDraft.added_at < clock.now() - KEPT))

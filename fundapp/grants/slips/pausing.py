"""Pausing a request by whom it is for, and taking it up again with their key worker."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotFound
from fundapp.core.language import gettext as _
from fundapp.grants import letters, lifecycle, steps
from fundapp.grants.clocks import service as clocks
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.grants.slips import service
from fundapp.grants.slips.models import PersonSlip


def pause(session: Session, *, slip: PersonSlip, request_id: int) -> GrantRequest:
    """Let nothing go forward with a request of the slip's own person, and tell the key worker. Done once, however often it is asked.

    However old the page was: whoever says stop is not sent back to look again. Raises NotFound for somebody else's request, Conflict
    when it is too late.
    """
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id, GrantRequest.person_id == slip.person_id, GrantRequest.sent_at.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    session.refresh(slip)
    if request is None or slip.void_at is not None:
        raise NotFound
    if request.paused_at is not None:
        return request
    if lifecycle.rule(request.status, Action.PAUSE) is None:
        raise Conflict(_("It is too late to pause this: it is paid, or it has ended. Your key worker can tell you more."))
    held = steps.hold(session, request_id=request_id, action=Action.PAUSE, actor=service.holder(slip), version=request.version)
    held.request.paused_at = clock.now()
    steps.move(session, held)
    letters.post_to_asker(session, held.request, "paused")
    return held.request


def resume(session: Session, *, actor: Actor, request_id: int, version: int) -> GrantRequest:
    """Take a paused request up again, once the person said so to their key worker."""
    held = steps.hold(session, request_id=request_id, action=Action.RESUME, actor=actor, version=version)
    paused_at, held.request.paused_at = held.request.paused_at, None
    steps.move(session, held)
    if paused_at is not None and held.request.runs:
        clocks.go_on(session, held.request, stopped_at=paused_at)
    return held.request

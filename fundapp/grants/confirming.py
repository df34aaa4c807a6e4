"""Confirming: the bill, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import evidence, reading, steps
from fundapp.grants.lifecycle import Action, Tie
from fundapp.grants.models import Evidence, GrantRequest, Outcome


class Result(StrEnum):
    """What came of it: one of few, so that they can be counted."""

    HOUSED = "housed"
    KEPT_HOME = "kept_home"
    HAS_ID = "has_id"
    CONNECTED = "connected"
    TREATMENT = "treatment"
    WORK = "work"
    NOT_YET = "not_yet"

    @property
    def words(self) -> str:
        """As a key worker says it."""
        return _(_RESULT_WORDS[self])


_RESULT_WORDS = {
    Result.HOUSED: marked("They have a home, or the keys to one"),
    Result.KEPT_HOME: marked("They kept the home they had"),
    Result.HAS_ID: marked("They can show who they are now"),
    Result.CONNECTED: marked("They can be reached, and reach people"),
    Result.TREATMENT: marked("They started treatment, or kept it up"),
    Result.WORK: marked("They are in work or training"),
    Result.NOT_YET: marked("Nothing has changed yet"),
}


def confirm(session: Session, *, actor: Actor, request_id: int, version: int, bill: bytes) -> GrantRequest:
    """Say that it is in their hands, and show the bill.

    Raises Refused when the file is not a photo or PDF that can be kept.
    """
    held = steps.hold(session, request_id=request_id, action=Action.CONFIRM, actor=actor, version=version)
    safe = evidence.made_safe(bill)
    session.add(
        Evidence(request_id=request_id, media_type=safe.media_type, content=safe.content, added_by=held.user_id, added_at=clock.now())
    )
    steps.move(session, held, facts={"bytes": len(safe.content), "media_type": safe.media_type})
    return held.request


def tell_outcome(session: Session, *, actor: Actor, request_id: int, version: int, result: Result, words: str = "") -> GrantRequest:
    """Say what came of it. This closes the request."""
    held = steps.hold(session, request_id=request_id, action=Action.TELL_OUTCOME, actor=actor, version=version)
    session.add(Outcome(request_id=request_id, kind=result.value, told_by=held.user_id, told_at=clock.now()))
    steps.move(session, held, reason=words, facts={"outcome": result.value})
    return held.request


def bill(session: Session, *, actor: Actor, request_id: int, evidence_id: int) -> evidence.Bill:
    """One bill, for those who may see its request: its team, who decides, who pays, the auditor. Each reading but the team's is logged.

    Raises NotAllowed for an auditor who has not said why they open the request, and NotFound for everybody else.
    """
    request, found_ties = steps.seen(session, request_id, actor)
    row = session.scalar(
        select(Evidence).where(Evidence.id == evidence_id, Evidence.request_id == request_id).options(undefer(Evidence.content))
    )
    if row is None or not actor.has(Role.KEY_WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR):
        raise NotFound
    if Tie.OWN_TEAM not in found_ties and not reading.note_bill(session, request, actor, evidence_id):
        raise NotAllowed(_("Open the request first, and say why."))
    return evidence.Bill(row.media_type, row.content)

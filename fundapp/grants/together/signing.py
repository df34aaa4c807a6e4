"""The second word for an award: signing it too, in an emergency instead of whoever is missing, or taking it back to be decided anew."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import letters, steps
from fundapp.grants.clocks import service as clocks
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.grants.together import agreeing, moving, proposing, standing
from fundapp.grants.together.models import Award
from fundapp.jobs import enqueue


def countersign(session: Session, *, actor: Actor, request_id: int, version: int) -> GrantRequest:
    """Sign what somebody else has signed: with that it is agreed.

    Raises NotAllowed for whoever has signed it, or holds none of the seats that are still needed; and whatever agreeing raises.
    """
    held = steps.hold(session, request_id=request_id, action=Action.COUNTERSIGN, actor=actor, version=version)
    award = standing_award(session, held.request)
    needed = standing.signers(session, held.request).needed
    seat = next(one for one in needed if actor.has(one))
    proposing.sign(session, award, actor, seat.value)
    return agreeing.agree(session, held, award)


def agree_urgently(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Agree in an emergency, as the second of two, what somebody signed or put to the panel. It is reported, and listed for the auditor."""
    held = steps.hold(session, request_id=request_id, action=Action.AGREE_URGENTLY, actor=actor, version=version)
    award = standing_award(session, held.request)
    seat = Role.APPROVER if actor.has(Role.APPROVER) else Role.FINANCE
    proposing.sign(session, award, actor, seat.value, is_urgent=True)
    request = agreeing.agree(session, held, award, reason=reason)
    enqueue(session, "grants_together.tell_of_emergency", request_id=request_id)
    return request


def disagree(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Take what was signed, or put to the panel, back to be decided anew. Every signature on it is void."""
    held = steps.hold(session, request_id=request_id, action=Action.DISAGREE, actor=actor, version=version)
    steps.move(session, held, reason=reason)
    letters.post_to_approvers(session, held.request)
    return held.request


def reopen(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Open an agreed grant again of which nothing is paid: the money goes back, every signature is void, and it waits anew."""
    held = steps.hold(session, request_id=request_id, action=Action.REOPEN, actor=actor, version=version)
    request = held.request
    moved = moving.free(session, request)
    moving.give_back(session, request, moved, actor=actor, reason="reopened")
    standing.void(session, request)
    request.agreed_pence, request.agreed_at, request.released_pence = None, None, 0
    for thing in request.things:
        thing.agreed_pence = None
    steps.move(session, held, reason=reason, facts={"released_pence": sum(one.pence for one in moved)})
    clocks.start(session, request)
    letters.post_to_approvers(session, request)
    return request


def standing_award(session: Session, request: GrantRequest) -> Award:
    """The award that stands. Raises Conflict where none does."""
    found = standing.award(session, request)
    if found is None:
        raise Conflict(_("Nothing stands here to be signed."))
    return found

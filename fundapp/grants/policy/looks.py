"""One in so many of what the policy agreed is looked at by an approver on the next working day.

Which ones is drawn with a key that nobody at the Fund holds (PRIVATE_KEYS lie outside the database), so that nobody foresees it; and
what was drawn is kept, so that whoever holds the key can draw again and see that none was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.sealed import vault_of
from fundapp.grants import lifecycle, steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import Conflict, GrantRequest
from fundapp.grants.policy.models import PolicyAnswer, PolicyLook, PolicyLookAnswer, PolicyOutcome, PolicySignature, PolicyVersion
from fundapp.people import cover

LONGEST_REASON = 500
_PURPOSE = "policy_answer.draw"
# Whoever could have declined it looks at it: an approver, and nobody of the team that asked.
_AS_THOUGH = next(one for one in lifecycle.TABLE if one.action is Action.DECLINE)


def draw(session: Session, *, policy_number: int, request_id: int, one_in: int) -> int:
    """A number from 0 to one below `one_in`, the same each time under the same key."""
    drawn = vault_of(session).index(_PURPOSE, f"{policy_number}:{request_id}")
    return int.from_bytes(drawn[:8]) % one_in


def plan(session: Session, answer: PolicyAnswer) -> None:
    """Have what was drawn looked at on the next working day."""
    if answer.draw == 0:
        session.add(PolicyLook(request_id=answer.request_id, due_on=_next_working_day(session)))
        session.flush()


def answer(session: Session, *, actor: Actor, request_id: int, is_fine: bool, reason: str) -> PolicyLook:
    """Say what an approver found who looked at a request that the policy agreed. What is not fine needs a reason.

    Raises NotFound for what was not drawn; NotAllowed to whoever is no approver or is shut out from deciding on it; Refused when it
    was looked at already, and for a reason that is missing or too long.
    """
    request, found = steps.seen(session, request_id, actor)
    barred = lifecycle.why_not(_AS_THOUGH, actor.roles, found)
    if barred or actor.user_id is None:
        raise NotAllowed(barred or _("This is for an approver to do."))
    words = reason.strip()
    if (not is_fine and not words) or len(words) > LONGEST_REASON:
        raise Refused(_("Say what is not fine, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    # One at a time: of two who look at once, the second is told.
    turns.take(session, f"policy-look:{request_id}")
    look = session.get(PolicyLook, request_id)
    if look is None:
        raise NotFound
    if session.get(PolicyLookAnswer, request_id):
        raise Refused(_("Somebody has looked at this one already."))
    session.add(PolicyLookAnswer(request_id=request_id, is_fine=is_fine, looked_by=actor.user_id, looked_at=clock.now()))
    session.flush()
    code = "fine" if is_fine else "not_fine"
    record(session, actor=actor, kind=AuditKind.POLICY_LOOKED, subject=request.subject, facts={"found": code}, words=words)
    return look


def seen(session: Session, actor: Actor, request_id: int) -> tuple[PolicyLook, GrantRequest]:
    """What was drawn to be looked at, and its request, for somebody who may see it. Raises NotFound."""
    request, _ties = steps.seen(session, request_id, actor)
    look = session.scalar(select(PolicyLook).where(PolicyLook.request_id == request_id).options(joinedload(PolicyLook.found)))
    if look is None:
        raise NotFound
    return look, request


def agreed(session: Session, request_id: int) -> PolicyAnswer:
    """What the policy said to a request. Raises NotFound where it was not asked."""
    found = session.get(PolicyAnswer, request_id)
    if found is None:
        raise NotFound
    return found


def due_at(look: PolicyLook) -> datetime:
    """By when somebody should have looked: the end of the day."""
    return clock.start_of(look.due_on + timedelta(days=1))


def reasons(session: Session, request_ids: Sequence[int]) -> dict[int, str]:
    """What was not fine, by the request, where the words are still there."""
    subjects = {f"grant:{number}": number for number in request_ids}
    if not subjects:
        return {}
    found = session.scalars(audit.of_subjects(list(subjects), [AuditKind.POLICY_LOOKED.value]))
    return {subjects[event.subject]: event.words for event in found if event.words}


def waiting(actor: Actor) -> Select[PolicyLook]:
    """What this approver may look at and nobody has, the oldest first: not their team's, nor what they stepped aside from."""
    aside = select(Conflict.request_id).where(Conflict.user_id == actor.user_id)
    return (
        select(PolicyLook)
        .join(GrantRequest, GrantRequest.id == PolicyLook.request_id)
        .where(~_answered(), GrantRequest.team_id != actor.team_id, PolicyLook.request_id.not_in(aside))
        .order_by(PolicyLook.due_on, PolicyLook.request_id)
    )


def how_many_wait(session: Session, actor: Actor) -> int:
    """How many of them there are."""
    return session.scalar(select(func.count()).select_from(waiting(actor).order_by(None).subquery())) or 0


def all_that_waits(actor: Actor) -> Select[int]:
    """How much of the policy's work waits for an approver: to be signed, and to be looked at. A cheap question, asked on every page."""
    ended = select(PolicyOutcome.policy_number).where(PolicyOutcome.policy_number == PolicyVersion.number).exists()
    signed = select(PolicySignature.user_id).where(
        PolicySignature.policy_number == PolicyVersion.number, PolicySignature.user_id == actor.user_id
    )
    to_sign = select(func.count()).select_from(PolicyVersion).where(~ended, ~signed.exists(), PolicyVersion.proposed_by != actor.user_id)
    to_look = select(func.count()).select_from(waiting(actor).order_by(None).subquery())
    return select(to_sign.scalar_subquery() + to_look.scalar_subquery())


def looked_at() -> Select[PolicyLook]:
    """What was looked at, the newest first, for paging."""
    found = select(PolicyLook).join(PolicyLook.found).options(joinedload(PolicyLook.found, innerjoin=True))
    return found.order_by(PolicyLookAnswer.looked_at.desc(), PolicyLook.request_id.desc())


def _answered() -> ColumnElement[bool]:
    return select(PolicyLookAnswer.request_id).where(PolicyLookAnswer.request_id == PolicyLook.request_id).exists()


def _next_working_day(session: Session) -> date:
    today = clock.today()
    days = cover.calendar(session, today)
    return next(day for day in (today + timedelta(days=ahead) for ahead in range(1, 60)) if days.hours_of(day) is not None)

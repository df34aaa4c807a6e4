"""Taking one step in the life of a request. The only code that writes its status.

The order is always the same: hold the row, ask the table, change the row, write the event, write the audit line. The caller then
posts to the ledger and enqueues the letter, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.days import day_and_month
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import lifecycle
from fundapp.grants.handover_models import Handover
from fundapp.grants.lifecycle import Action, Rule, Status, Tie
from fundapp.grants.models import Conflict as ConflictRow
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.web.filters import time_of_day

LONGEST_WORDS = 2_000

# What was done, by the reader and by somebody else.
_DID = {
    Action.SEND: (marked("You sent this %(when)s."), marked("Somebody sent this %(when)s.")),
    Action.ASK_QUESTION: (marked("You asked a question about this %(when)s."), marked("Somebody asked a question about this %(when)s.")),
    Action.ANSWER: (marked("You answered the question %(when)s."), marked("Somebody answered the question %(when)s.")),
    Action.AGREE: (marked("You agreed this %(when)s."), marked("Somebody agreed this %(when)s.")),
    Action.AGREE_PART: (marked("You agreed part of this %(when)s."), marked("Somebody agreed part of this %(when)s.")),
    Action.DECLINE: (marked("You declined this %(when)s."), marked("Somebody declined this %(when)s.")),
    Action.WITHDRAW: (marked("You withdrew this %(when)s."), marked("Somebody withdrew this %(when)s.")),
    Action.ENTER_PAYMENT: (marked("You entered the payment of this %(when)s."), marked("Somebody entered the payment of this %(when)s.")),
    Action.RELEASE_PAYMENT: (
        marked("You released the payment of this %(when)s."),
        marked("Somebody released the payment of this %(when)s."),
    ),
    Action.RELEASE_PART: (
        marked("You released a part payment of this %(when)s."),
        marked("Somebody released a part payment of this %(when)s."),
    ),
    Action.REFUSE_PAYMENT: (
        marked("You sent the payment of this back %(when)s."),
        marked("Somebody sent the payment of this back %(when)s."),
    ),
    Action.REFUSE_NEXT: (
        marked("You sent the next payment of this back %(when)s."),
        marked("Somebody sent the next payment of this back %(when)s."),
    ),
    Action.TAKE_BACK: (marked("You took the payment of this back %(when)s."), marked("Somebody took the payment of this back %(when)s.")),
    Action.TAKE_BACK_PART: (marked("You took a payment of this back %(when)s."), marked("Somebody took a payment of this back %(when)s.")),
    Action.CONFIRM: (marked("You showed the bill for this %(when)s."), marked("Somebody showed the bill for this %(when)s.")),
    Action.TELL_OUTCOME: (marked("You told what came of this %(when)s."), marked("Somebody told what came of this %(when)s.")),
    Action.RELEASE_AWARD: (
        marked("You gave the money for this back to its fund %(when)s."),
        marked("Somebody gave the money for this back to its fund %(when)s."),
    ),
    Action.RELEASE_REST: (
        marked("You gave the rest of this back to its fund %(when)s."),
        marked("Somebody gave the rest of this back to its fund %(when)s."),
    ),
    Action.STEP_ASIDE: (marked("You stepped aside from this %(when)s."), marked("Somebody stepped aside from this %(when)s.")),
}
_AUDIT = {
    Action.SEND: AuditKind.REQUEST_SENT,
    Action.ASK_QUESTION: AuditKind.REQUEST_QUESTIONED,
    Action.ANSWER: AuditKind.REQUEST_ANSWERED,
    Action.AGREE: AuditKind.REQUEST_AGREED,
    Action.AGREE_PART: AuditKind.REQUEST_PART_AGREED,
    Action.DECLINE: AuditKind.REQUEST_DECLINED,
    Action.WITHDRAW: AuditKind.REQUEST_WITHDRAWN,
    Action.ENTER_PAYMENT: AuditKind.PAYMENT_ENTERED,
    Action.RELEASE_PAYMENT: AuditKind.PAYMENT_RELEASED,
    Action.RELEASE_PART: AuditKind.PAYMENT_RELEASED,
    Action.REFUSE_PAYMENT: AuditKind.PAYMENT_STOPPED,
    Action.REFUSE_NEXT: AuditKind.PAYMENT_STOPPED,
    Action.TAKE_BACK: AuditKind.PAYMENT_TAKEN_BACK,
    Action.TAKE_BACK_PART: AuditKind.PAYMENT_TAKEN_BACK,
    Action.CONFIRM: AuditKind.REQUEST_BILLED,
    Action.TELL_OUTCOME: AuditKind.REQUEST_CLOSED,
    Action.RELEASE_AWARD: AuditKind.REQUEST_RELEASED,
    Action.RELEASE_REST: AuditKind.REQUEST_RELEASED,
    Action.STEP_ASIDE: AuditKind.CONFLICT_DECLARED,
}
_STAMPS: dict[Status, tuple[str, ...]] = {
    Status.AGREED: ("decided_at", "agreed_at"),
    Status.DECLINED: ("decided_at", "ended_at"),
    Status.PAID: ("paid_at",),
    Status.IN_HANDS: ("in_hands_at",),
    Status.CLOSED: ("ended_at",),
    Status.WITHDRAWN: ("ended_at",),
    Status.WAITING: ("sent_at",),
}


class AlreadyDone(Conflict):
    """The same person did the same thing a moment ago: a double click. It stands, once."""


@dataclass(frozen=True, slots=True)
class Held:
    """A request whose row is locked, and the rule by which this actor may take this step now."""

    request: GrantRequest
    rule: Rule
    actor: Actor

    @property
    def user_id(self) -> int:
        """The account that acts. Raises NotAllowed where none does: the standing policy, the person with their slip."""
        if self.actor.user_id is None:
            raise NotAllowed(_("This is for somebody who is signed in to do."))
        return self.actor.user_id


def hold(session: Session, *, request_id: int, action: Action, actor: Actor, version: int) -> Held:
    """Lock a request for one step and ask the table whether this person may take it.

    `version` is the one the person's page was shown for. Raises NotFound for whoever may not know of it, AlreadyDone and Conflict
    when the page was stale, NotAllowed when the step is not theirs to take.
    """
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id)
        .options(joinedload(GrantRequest.item), joinedload(GrantRequest.person))
        .with_for_update(of=GrantRequest)
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise NotFound
    found_ties = ties(session, request, actor)
    if not _sees(request, actor, found_ties):
        raise NotFound
    found = lifecycle.rule(request.status, action)
    if found is None or request.version != version:
        raise _stale(session, request, actor, action)
    sentence = lifecycle.why_not(found, actor.roles, found_ties)
    if sentence:
        raise NotAllowed(sentence)
    return Held(request, found, actor)


def move(session: Session, held: Held, *, reason: str = "", facts: Mapping[str, str | int] | None = None) -> RequestEvent:
    """Take the step that was held: write the status, the event and the audit line.

    Raises Refused when a reason is needed and there is none, or it is too long.
    """
    request, found = held.request, held.rule
    words = reason.strip()
    if found.needs_reason and not words:
        raise Refused(_("Say it in a few words: the other side reads them."))
    if len(words) > LONGEST_WORDS:
        raise Refused(_("Keep it under %(letters)s letters.") % {"letters": f"{LONGEST_WORDS:,}"})
    at = clock.now()
    if found.action is not Action.STEP_ASIDE:
        request.status = found.end
        request.version += 1
        _stamp(request, found, at)
    session.flush()
    told: dict[str, str | int] = {"from": found.start.value, "to": found.end.value, **(facts or {})}
    audit_id = audit.record(session, actor=held.actor, kind=_AUDIT[found.action], subject=request.subject, facts=told, words=words or None)
    event = RequestEvent(
        request_id=request.id,
        user_id=held.actor.user_id,
        actor=held.actor.reference,
        action=found.action.value,
        from_status=found.start.value,
        to_status=found.end.value,
        at=at,
        audit_id=audit_id,
    )
    session.add(event)
    session.flush()
    return event


def _stamp(request: GrantRequest, found: Rule, at: datetime) -> None:
    """Write the times of a step. A payment sent back, or a question answered, leaves the first times as they were."""
    for name in _STAMPS.get(found.end, ()):
        if getattr(request, name) is None:
            setattr(request, name, at)


def ties(session: Session, request: GrantRequest, actor: Actor) -> frozenset[Tie]:
    """How a person stands to a request: one question to the database."""
    if actor.user_id is None:
        return frozenset({Tie.THE_POLICY} if actor.reference.startswith("policy:") else ())
    mine = (RequestEvent.request_id == request.id) & (RequestEvent.user_id == actor.user_id)
    decided = exists().where(mine & RequestEvent.action.in_((Action.AGREE.value, Action.AGREE_PART.value)))
    entered_by = (
        select(RequestEvent.user_id)
        .where(RequestEvent.request_id == request.id, RequestEvent.action == Action.ENTER_PAYMENT.value)
        .order_by(RequestEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    conflicted = exists().where((ConflictRow.request_id == request.id) & (ConflictRow.user_id == actor.user_id))
    # Whoever once asked for it does not decide on it either, whoever has it in hand now.
    handed_on = exists().where((Handover.request_id == request.id) & (Handover.from_user_id == actor.user_id))
    has_decided, has_conflict, enterer, once_asked = session.execute(select(decided, conflicted, entered_by, handed_on)).one()
    found = {
        Tie.OWN_REQUEST: request.asked_by == actor.user_id or once_asked,
        Tie.OWN_TEAM: request.team_id == actor.team_id,
        Tie.CONFLICTED: has_conflict,
        Tie.DECIDED_IT: has_decided,
        Tie.ENTERED_IT: request.status == Status.BEING_PAID and enterer == actor.user_id,
        Tie.ADMIN: actor.has(Role.ADMIN),
    }
    return frozenset(tie for tie, holds in found.items() if holds)


def seen(session: Session, request_id: int, actor: Actor) -> tuple[GrantRequest, frozenset[Tie]]:
    """A request that this person may read, and how they stand to it.

    Raises NotFound for everybody else: who may not see it is not told that it exists.
    """
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id)
        .options(joinedload(GrantRequest.item), joinedload(GrantRequest.person))
        .execution_options(populate_existing=True)
    )
    if request is None or actor.user_id is None:
        raise NotFound
    found = ties(session, request, actor)
    if not _sees(request, actor, found):
        raise NotFound
    return request, found


def _sees(request: GrantRequest, actor: Actor, found: frozenset[Tie]) -> bool:
    return lifecycle.may_see(
        sent=request.sent_at is not None,
        agreed=request.agreed_at is not None,
        status=request.status,
        roles=actor.roles,
        ties=found,
    )


def _stale(session: Session, request: GrantRequest, actor: Actor, action: Action) -> Conflict:
    last = session.scalar(
        select(RequestEvent)
        .where(RequestEvent.request_id == request.id, RequestEvent.action != Action.STEP_ASIDE.value)
        .order_by(RequestEvent.id.desc())
        .limit(1)
    )
    if last is None:
        return Conflict(_("This page was old. Look at it again; nothing was changed."))
    is_own = last.user_id == actor.user_id
    by_reader, by_somebody = _DID[Action(last.action)]
    did = _(by_reader if is_own else by_somebody) % {"when": when(last.at)}
    if is_own and last.action == action.value:
        return AlreadyDone(f"{did} {_('It was done once.')}")
    return Conflict(f"{did} {_('Nothing more was changed; here is how it stands now.')}")


def when(moment: datetime) -> str:
    """A moment as it is told in a sentence: "at 2:32 pm", or "on 3 May at 2:32 pm"."""
    local = clock.london(moment)
    if local.date() == clock.today():
        return _("at %(time)s") % {"time": time_of_day(moment)}
    return _("on %(day)s at %(time)s") % {"day": day_and_month(local.date()), "time": time_of_day(moment)}

"""Taking one step in the life of a request. The only code that writes its status.

The order is always the same: hold the row, ask the table, change the row, write the event, write the audit line. The caller then
posts to the ledger and enqueues the letter, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from fundapp.audit import service as audit
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.days import day_and_month
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import lifecycle
from fundapp.grants.delivery import ending as delivery
from fundapp.grants.handover_models import Handover
from fundapp.grants.lifecycle import Action, Rule, Status, Tie
from fundapp.grants.models import Conflict as ConflictRow
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.grants.slips.models import PersonSlip
from fundapp.grants.step_words import AUDIT, DID
from fundapp.grants.together import standing
from fundapp.grants.together.signers import NOBODY_YET, Standing
from fundapp.people.models import User
from fundapp.web.filters import time_of_day

LONGEST_WORDS = 2_000

# One button: which of these it is follows from the amount.
_ONE_WORD = {Action.AGREE.value, Action.AGREE_PART.value, Action.SIGN.value}
# Actors without an account, by the first part of their reference.
_UNSEATED = {"policy": Tie.THE_POLICY, "panel": Tie.THE_PANEL}
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
        .options(joinedload(GrantRequest.person))
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


def instead(held: Held, action: Action) -> Held:
    """The same person taking another step of the same start, seats and bars. Raises Conflict where the table has no such step."""
    found = lifecycle.rule(held.rule.start, action)
    if found is None or (found.roles, found.must, found.barred) != (held.rule.roles, held.rule.must, held.rule.barred):
        raise Conflict(_("This page was old. Look at it again; nothing was changed."))
    return Held(held.request, found, held.actor)


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
    if found.action not in lifecycle.ASIDE:
        request.status = found.end
        request.version += 1
        _stamp(request, found, at)
    if found.start in lifecycle.PENDING and found.end not in lifecycle.COMMITTED | lifecycle.PENDING:
        standing.void(session, request)
    session.flush()
    told: dict[str, str | int] = {"from": found.start.value, "to": found.end.value, **(facts or {})}
    audit_id = audit.record(session, actor=held.actor, kind=AUDIT[found.action], subject=request.subject, facts=told, words=words or None)
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
    delivery.settle(session, request, held.actor)
    return event


def _stamp(request: GrantRequest, found: Rule, at: datetime) -> None:
    """Write the times of a step. A payment sent back, or a question answered, leaves the first times as they were."""
    for name in _STAMPS.get(found.end, ()):
        if getattr(request, name) is None:
            setattr(request, name, at)


def ties(session: Session, request: GrantRequest, actor: Actor) -> frozenset[Tie]:
    """How a person stands to a request: one question to the database, and one more while it takes another's word."""
    if actor.user_id is None:
        return _unseated(session, request, actor) | _paused(request)
    return ties_of(session, request, [actor], said(session, request))[0]


def ties_of(session: Session, request: GrantRequest, actors: Sequence[Actor], stands: Standing) -> list[frozenset[Tie]]:
    """How several people with accounts stand to a request, in their order: one question for all of them.

    `stands`: who has had their say on what waits for another's word (`said`).
    """
    accounts = User.id.in_([actor.user_id for actor in actors])
    asked = select(User.id, *_asked_of(User.id)).select_from(GrantRequest).join(User, accounts)
    found = {row[0]: _Found(*row[1:]) for row in session.execute(asked.where(GrantRequest.id == request.id))}
    return [_ties(request, actor, found[actor.user_id], stands) for actor in actors]


class _Found(NamedTuple):
    """What the database says of one person and one request."""

    has_decided: bool
    has_conflict: bool
    entered_by: int | None
    once_asked: bool
    with_panel: bool


def _asked_of(who: ColumnElement[int] | InstrumentedAttribute[int]) -> tuple[ColumnElement[Any], ...]:
    """The columns of `_Found`, for the request of the statement that they stand in."""
    event = RequestEvent.request_id == GrantRequest.id
    decided = exists().where(event, RequestEvent.user_id == who, RequestEvent.action.in_([one.value for one in lifecycle.SIGNING]))
    conflicted = exists().where(ConflictRow.request_id == GrantRequest.id, ConflictRow.user_id == who)
    entered_by = (
        select(RequestEvent.user_id)
        .where(event, RequestEvent.action == Action.ENTER_PAYMENT.value)
        .order_by(RequestEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # Whoever once asked for it does not decide on it either, whoever has it in hand now.
    handed_on = exists().where(Handover.request_id == GrantRequest.id, Handover.from_user_id == who)
    put = exists().where(event, RequestEvent.action == Action.PUT_TO_PANEL.value)
    return decided, conflicted, entered_by, handed_on, put


def said(session: Session, request: GrantRequest) -> Standing:
    """Who has signed or voted on a request that takes another's word; nobody on any other."""
    return standing.signers(session, request) if request.status in lifecycle.PENDING else NOBODY_YET


def _ties(request: GrantRequest, actor: Actor, found: _Found, stands: Standing) -> frozenset[Tie]:
    holding = {
        Tie.OWN_REQUEST: request.asked_by == actor.user_id or found.once_asked,
        Tie.OWN_TEAM: request.team_id == actor.team_id,
        Tie.CONFLICTED: found.has_conflict,
        Tie.DECIDED_IT: found.has_decided,
        Tie.SIGNED_IT: actor.user_id in stands.signed,
        Tie.VOTED: actor.user_id in stands.voted,
        Tie.NEEDED: actor.has(*stands.needed),
        Tie.WITH_PANEL: found.with_panel,
        Tie.ENTERED_IT: request.status == Status.BEING_PAID and found.entered_by == actor.user_id,
        Tie.ADMIN: actor.has(Role.ADMIN),
    }
    return frozenset(tie for tie, holds in holding.items() if holds) | _paused(request)


def _unseated(session: Session, request: GrantRequest, actor: Actor) -> frozenset[Tie]:
    """How an actor without an account stands to a request. A slip is good for its own person's, and only until it is void."""
    kind, _colon, number = actor.reference.partition(":")
    if kind != "slip" or not number.isdigit():
        return frozenset({_UNSEATED[kind]} if kind in _UNSEATED else ())
    own = (PersonSlip.id == int(number)) & (PersonSlip.person_id == request.person_id) & PersonSlip.void_at.is_(None)
    return frozenset({Tie.THE_PERSON} if session.scalar(select(exists().where(own))) else ())


def _paused(request: GrantRequest) -> frozenset[Tie]:
    return frozenset({Tie.PAUSED} if request.paused_at else ())


def seen(session: Session, request_id: int, actor: Actor) -> tuple[GrantRequest, frozenset[Tie]]:
    """A request that this person may read, with its things and whom it is for, and how they stand to it: one question, or two.

    Raises NotFound for everybody else: who may not see it is not told that it exists.
    """
    if actor.user_id is None:
        raise NotFound
    row = (
        session.execute(
            select(GrantRequest, *_asked_of(literal(actor.user_id, BigInteger)))
            .where(GrantRequest.id == request_id)
            .options(joinedload(GrantRequest.person), joinedload(GrantRequest.group), joinedload(GrantRequest.things))
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if row is None:
        raise NotFound
    request: GrantRequest = row[0]
    found = _ties(request, actor, _Found(*row[1:]), said(session, request))
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
        .where(RequestEvent.request_id == request.id, RequestEvent.action.not_in([one.value for one in lifecycle.ASIDE]))
        .order_by(RequestEvent.id.desc())
        .limit(1)
    )
    if last is None:
        return Conflict(_("This page was old. Look at it again; nothing was changed."))
    is_own = last.actor == actor.reference
    by_reader, by_somebody = DID[Action(last.action)]
    did = _(by_reader if is_own else by_somebody) % {"when": when(last.at)}
    if is_own and (last.action == action.value or {last.action, action.value} <= _ONE_WORD):
        return AlreadyDone(f"{did} {_('It was done once.')}")
    return Conflict(f"{did} {_('Nothing more was changed; here is how it stands now.')}")


def when(moment: datetime) -> str:
    """A moment as it is told in a sentence: "at 2:32 pm", or "on 3 May at 2:32 pm"."""
    local = clock.london(moment)
    if local.date() == clock.today():
        return _("at %(time)s") % {"time": time_of_day(moment)}
    return _("on %(day)s at %(time)s") % {"day": day_and_month(local.date()), "time": time_of_day(moment)}

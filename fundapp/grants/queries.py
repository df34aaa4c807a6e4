"""Reading requests: for the team that asked, for those who decide, for those who pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.grants.lifecycle import COMMITTED, ENDED, PAUSABLE, UNANSWERED, Action, Status
from fundapp.grants.models import CatalogueItem, Conflict, Evidence, GrantRequest, Outcome, RequestEvent
from fundapp.grants.thing_models import RequestThing

# What asks something of the key worker, the most urgent first.
NEEDS_WORKER = (Status.QUESTION, Status.PAID, Status.IN_HANDS, Status.DRAFT)
STATES: dict[str, tuple[Status, ...]] = {
    "open": tuple(status for status in Status if status not in ENDED),
    "waiting": (Status.WAITING, Status.SIGNED, Status.PANEL, Status.QUESTION),
    "agreed": (Status.AGREED, Status.BEING_PAID, Status.PART_PAID, Status.PAID, Status.IN_HANDS),
    "ended": tuple(status for status in Status if status in ENDED),
}
# The order of what waits for an answer: what is due first, then what waits longest.
DEADLINES_FIRST = (GrantRequest.due_at.nulls_last(), GrantRequest.sent_at, GrantRequest.id)
_WITH_NAMES = (joinedload(GrantRequest.person),)


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """How fast answers came: how many, and the middle one. None when there were none."""

    answers: int
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the Fund can see of one person by their code, besides this request."""

    year_pence: int
    similar: GrantRequest | None


def catalogue(session: Session, *, active_only: bool = True) -> Sequence[CatalogueItem]:
    """Kinds of help in the order in which they were added; what says "other" stands last. `active_only`: what people ask for now."""
    statement = select(CatalogueItem).order_by(CatalogueItem.asks_what, CatalogueItem.id)
    offered = statement.where(CatalogueItem.active, ~CatalogueItem.for_groups)
    return session.scalars(offered if active_only else statement).all()


def team_requests(actor: Actor, *, whose: str = "mine", state: str = "") -> Select[GrantRequest]:
    """A key worker's own requests, or all of their team's, the newest first."""
    statement = (
        select(GrantRequest)
        .where(GrantRequest.team_id == actor.team_id)
        .options(*_WITH_NAMES)
        .order_by(GrantRequest.started_at.desc(), GrantRequest.id.desc())
    )
    if whose == "mine":
        statement = statement.where(GrantRequest.asked_by == actor.user_id)
    return statement.where(GrantRequest.status.in_(STATES[state])) if state in STATES else statement


def needing_worker(actor: Actor) -> Select[GrantRequest]:
    """The worker's own requests that wait for something they do: questions and what is paused first, then the longest waiting."""
    urgency = case({status: place for place, status in enumerate(NEEDS_WORKER)}, value=GrantRequest.status, else_=0)
    return (
        select(GrantRequest)
        .where(
            GrantRequest.team_id == actor.team_id,
            GrantRequest.asked_by == actor.user_id,
            or_(GrantRequest.status.in_(NEEDS_WORKER), GrantRequest.paused_at.is_not(None) & GrantRequest.status.in_(PAUSABLE)),
        )
        .order_by(urgency, GrantRequest.saved_at, GrantRequest.id)
    )


def needs_worker(session: Session, actor: Actor, limit: int = 10) -> Sequence[GrantRequest]:
    """The first of these, with their names."""
    return session.scalars(needing_worker(actor).options(*_WITH_NAMES).limit(limit)).all()


def undecided() -> Select[GrantRequest]:
    """What waits for an answer, and what waits for a worker's answer to a question or is paused; what is due first stands first."""
    return (
        select(GrantRequest)
        .where(GrantRequest.status.in_(UNANSWERED | {Status.QUESTION}))
        .options(*_WITH_NAMES)
        .order_by(GrantRequest.runs.desc(), GrantRequest.paused_at.is_not(None), *DEADLINES_FIRST)
    )


def decided() -> Select[GrantRequest]:
    """What was answered, the newest first."""
    return (
        select(GrantRequest)
        .where(GrantRequest.decided_at.is_not(None))
        .options(*_WITH_NAMES)
        .order_by(GrantRequest.decided_at.desc(), GrantRequest.id.desc())
    )


def emergencies() -> Select[GrantRequest]:
    """What two people agreed in an emergency, the newest request first."""
    urgent = exists().where(RequestEvent.request_id == GrantRequest.id, RequestEvent.action == Action.AGREE_URGENTLY.value)
    return select(GrantRequest).where(urgent).options(*_WITH_NAMES).order_by(GrantRequest.id.desc())


def for_finance(*statuses: Status) -> Select[GrantRequest]:
    """Agreed requests in these states, the longest agreed first."""
    return (
        select(GrantRequest)
        .where(GrantRequest.status.in_(statuses), GrantRequest.agreed_at.is_not(None))
        .options(*_WITH_NAMES)
        .order_by(GrantRequest.agreed_at, GrantRequest.id)
    )


def requests_for_finance(session: Session, limit: int = 100) -> Sequence[GrantRequest]:
    """What finance has to do something about: agreed and not yet paid, the oldest first."""
    return session.scalars(for_finance(*COMMITTED).limit(limit)).all()


def waiting_count(session: Session) -> int:
    """How many requests wait for an approver."""
    return session.scalar(select(func.count()).select_from(GrantRequest).where(GrantRequest.status == Status.WAITING)) or 0


def count_in(session: Session, *statuses: Status) -> int:
    """How many requests are in these states."""
    return session.scalar(select(func.count()).select_from(GrantRequest).where(GrantRequest.status.in_(statuses))) or 0


def agreed_not_paid_pence(session: Session) -> int:
    """What is agreed and not yet out of the bank. Equals the ledger's grants payable; a test holds the two together."""
    committed = func.sum(GrantRequest.agreed_pence - GrantRequest.paid_pence - GrantRequest.released_pence)
    return int(session.scalar(select(committed).where(GrantRequest.status.in_(COMMITTED))) or 0)


def answer_times(session: Session, since: datetime, until: datetime) -> AnswerTimes:
    """How long the answers given from `since` to before `until` took, from sent to agreed or declined."""
    took = func.extract("epoch", GrantRequest.decided_at - GrantRequest.sent_at)
    count, middle = session.execute(
        select(func.count(), func.percentile_cont(0.5).within_group(took)).where(
            GrantRequest.decided_at >= since, GrantRequest.decided_at < until, GrantRequest.sent_at.is_not(None)
        )
    ).one()
    return AnswerTimes(count, timedelta(seconds=float(middle)) if middle is not None else None)


def seen_of_person(session: Session, request: GrantRequest) -> Seen:
    """What was agreed for the same code in the twelve months before now, and the last help of the same kind, this one left out."""
    if request.group_id is None and request.person_id is None:
        return Seen(0, None)
    # A community group's requests belong together as a person's do.
    same = GrantRequest.group_id == request.group_id if request.group_id else GrantRequest.person_id == request.person_id
    is_similar = GrantRequest.things.any(RequestThing.item_id.in_({thing.item_id for thing in request.things}))
    stays = func.sum(GrantRequest.agreed_pence - GrantRequest.released_pence)
    # The sum is over all of them, whichever stands first.
    row = session.execute(
        select(GrantRequest, is_similar, stays.filter(GrantRequest.agreed_at >= clock.year_ago()).over())
        .where(same, GrantRequest.id != request.id, GrantRequest.status != Status.WITHDRAWN, GrantRequest.agreed_at.is_not(None))
        .options(*_WITH_NAMES)
        .order_by(is_similar.desc(), GrantRequest.agreed_at.desc(), GrantRequest.id.desc())
        .limit(1)
    ).one_or_none()
    return Seen(int(row[2] or 0), row[0] if row[1] else None) if row else Seen(0, None)


def steps_taken(session: Session, request_id: int) -> list[tuple[RequestEvent, AuditEvent]]:
    """Every step of one request, oldest first, each with the line of the audit trail that tells the same and keeps its words."""
    rows = session.execute(
        select(RequestEvent, AuditEvent)
        .join(AuditEvent, AuditEvent.id == RequestEvent.audit_id)
        .where(RequestEvent.request_id == request_id)
        .options(joinedload(AuditEvent.words_row))
        .order_by(RequestEvent.id)
    )
    return [(event, line) for event, line in rows]


def bills(session: Session, request_id: int) -> Sequence[Evidence]:
    """The bills of one request, without their content."""
    return session.scalars(select(Evidence).where(Evidence.request_id == request_id).order_by(Evidence.id)).all()


def bills_and_outcome(session: Session, request_id: int) -> tuple[list[Evidence], str]:
    """The bills of one request, and the code of what came of it, empty until that is told: one question."""
    told = select(Outcome.kind).where(Outcome.request_id == GrantRequest.id).scalar_subquery()
    rows = session.execute(
        select(Evidence, told)
        .select_from(GrantRequest)
        .outerjoin(Evidence, Evidence.request_id == GrantRequest.id)
        .where(GrantRequest.id == request_id)
        .order_by(Evidence.id)
    ).all()
    return [bill for bill, _kind in rows if bill is not None], next((kind for _bill, kind in rows if kind), "")


def conflicted(session: Session, actor: Actor, request_ids: Sequence[int]) -> set[int]:
    """Of these requests, those that this person stepped aside from."""
    return set(session.scalars(select(Conflict.request_id).where(Conflict.user_id == actor.user_id, Conflict.request_id.in_(request_ids))))

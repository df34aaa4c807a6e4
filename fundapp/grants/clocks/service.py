"""Starting the clock of a request when it is sent, and letting it go on after it stood still."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.clocks.due import Clock, Duty, clock_again, clock_for
from fundapp.grants.clocks.models import Reminder, Step
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.grants.policy import standing
from fundapp.grants.policy.tiers import Answer
from fundapp.people import cover
from fundapp.people.cover import Span

# Turns on call are looked up so far ahead; whoever plans further plans no answer that is due today.
AHEAD = timedelta(days=21)


def start(session: Session, request: GrantRequest) -> None:
    """Write by when a request is answered that was sent just now, or that waits anew, and plan who is told meanwhile."""
    since = clock.now()
    _write(session, request, clock_for(_duty(session, since), since, _promised(session, request), request.needed_by))


def go_on(session: Session, request: GrantRequest, *, stopped_at: datetime) -> None:
    """Let a clock go on that stood still since a moment: what was left of it is left of it now, and two hours at the least."""
    if request.due_at is None:
        start(session, request)
        return
    since = clock.now()
    duty = _duty(session, min(stopped_at, request.due_at))
    answer = _promised(session, request)
    _write(session, request, clock_again(duty, stopped_at, request.due_at, since, answer, request.needed_by))


def answered(session: Session, request: GrantRequest) -> None:
    """The worker answered the question that the request waited for: its clock goes on, once nothing else holds it."""
    if not request.runs:
        return
    newest = select(RequestEvent.at).where(RequestEvent.request_id == request.id, RequestEvent.action == Action.ASK_QUESTION.value)
    asked_at = session.scalar(newest.order_by(RequestEvent.id.desc()).limit(1))
    go_on(session, request, stopped_at=asked_at or clock.now())


def _promised(session: Session, request: GrantRequest) -> Answer:
    return standing.now(session).tier_for(request.asked_pence or 0).answer


def _duty(session: Session, since: datetime) -> Duty:
    now = clock.now()
    turns = cover.turns(session, since, now + AHEAD)
    return Duty(cover.calendar(session, clock.day_of(now)), [Span(turn.row.starts_at, turn.row.ends_at) for turn in turns])


def _write(session: Session, request: GrantRequest, found: Clock) -> None:
    request.due_at = found.due_at
    session.flush()
    # What was planned for an earlier clock is overtaken; what was told stays told.
    overtaken = (Reminder.request_id == request.id, Reminder.told_at.is_(None), Reminder.due_at != found.due_at)
    session.execute(delete(Reminder).where(*overtaken))
    planned = {Step.ON_DUTY: found.remind_at, Step.OTHERS: found.others_at, Step.OFFICE: found.due_at}
    rows = [{"request_id": request.id, "due_at": found.due_at, "step": step.value, "at": at} for step, at in planned.items()]
    session.execute(insert(Reminder).values(rows).on_conflict_do_nothing())

"""Telling people that a request waits still: whoever is on duty, then everybody else, and once it is overdue the office. Each once."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.clocks import listeners
from fundapp.grants.clocks.models import Reminder, Step
from fundapp.grants.lifecycle import UNANSWERED, Status
from fundapp.grants.models import GrantRequest
from fundapp.jobs import enqueue

# How many are told of in one turn; the next turn is soon.
MOST = 100


def tell(session: Session) -> int:
    """Have everybody told whose turn has come, once this turn is committed. Answers how many reminders that were."""
    now = clock.now()
    _forget_overtaken(session)
    statement = (
        select(Reminder, GrantRequest)
        .join(GrantRequest, GrantRequest.id == Reminder.request_id)
        .where(Reminder.told_at.is_(None), Reminder.at <= now, Reminder.due_at == GrantRequest.due_at, GrantRequest.runs)
        .order_by(Reminder.at, Reminder.id)
        .limit(MOST)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    found = session.execute(statement).all()
    for reminder, request in found:
        reminder.told_at = now
        for user_id in _listeners(session, request, Step(reminder.step)):
            enqueue(session, "grants.remind", reminder_id=reminder.id, user_id=user_id)
    session.flush()
    return len(found)


def _listeners(session: Session, request: GrantRequest, step: Step) -> list[int]:
    if step is Step.ON_DUTY:
        return listeners.on_duty(session, request)
    return listeners.others(session, request) if step is Step.OTHERS else listeners.office(session)


def _forget_overtaken(session: Session) -> None:
    """Drop what was planned for requests that have their answer. While a question waits, the plan waits with it."""
    going_on = select(GrantRequest.id).where(GrantRequest.status.in_((*UNANSWERED, Status.QUESTION)))
    over = (Reminder.told_at.is_(None), Reminder.at <= clock.now(), Reminder.request_id.not_in(going_on))
    session.execute(delete(Reminder).where(*over))

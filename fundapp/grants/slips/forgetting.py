"""When slips and what was said with them are forgotten; grants/forgetting.py takes it up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.grants.models import GrantRequest
from fundapp.grants.slips.models import PersonSlip, SlipQuestion, StoryStop


def nothing_open_since(person_id: InstrumentedAttribute[int], before: datetime) -> ColumnElement[bool]:
    """That every request for a person ended before a moment."""
    going_on = or_(GrantRequest.ended_at.is_(None), GrantRequest.ended_at >= before)
    lately = select(GrantRequest.id).where(GrantRequest.person_id == person_id, going_on)
    return ~lately.exists()


def _void(before: datetime) -> ColumnElement[bool]:
    return PersonSlip.void_at < before


def _idle(before: datetime) -> ColumnElement[bool]:
    return (PersonSlip.issued_at < before) & nothing_open_since(PersonSlip.person_id, before)


def _old_stop(before: datetime) -> ColumnElement[bool]:
    return (StoryStop.stopped_at < before) & nothing_open_since(StoryStop.person_id, before)


def _drop(session: Session, row: Any) -> None:
    session.delete(row)


def _person(row: PersonSlip | StoryStop) -> tuple[str, ...]:
    return (f"person:{row.person_id}",)


def drop_questions(session: Session, request_id: int) -> None:
    """Forget what was asked of the person about a request, and what they answered: with the request's own words."""
    session.execute(delete(SlipQuestion).where(SlipQuestion.request_id == request_id))


FORGETTING = (
    Forgetting(Kept.ACCESS, marked("Slips that open nothing any more"), PersonSlip, "slip", _void, _drop, _person),
    Forgetting(
        Kept.IDENTITY, marked("Slips of people who have asked for nothing in a long time"), PersonSlip, "slip", _idle, _drop, _person
    ),
    Forgetting(Kept.IDENTITY, marked("That somebody wanted no story told"), StoryStop, "story-stop", _old_stop, _drop, _person),
)

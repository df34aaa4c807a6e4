"""Reading the audit trail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit.canonical import content
from fundapp.audit.models import AuditEvent, AuditSeal
from fundapp.core import clock


def trail(session: Session, subject: str) -> Sequence[AuditEvent]:
    """Everything done to one thing, oldest first, with the words."""
    return session.scalars(
        select(AuditEvent).where(AuditEvent.subject == subject).order_by(AuditEvent.id).options(selectinload(AuditEvent.words_row))
    ).all()


def events(*, subject: str = "", kind: str = "") -> Select[AuditEvent]:
    """All events, newest first, for paging. A subject may be whole ("grant:417") or the part before the colon ("grant")."""
    statement = select(AuditEvent).options(selectinload(AuditEvent.words_row)).order_by(AuditEvent.id.desc())
    if subject:
        statement = statement.where(
            AuditEvent.subject == subject if ":" in subject else AuditEvent.subject.startswith(f"{subject}:", autoescape=True)
        )
    return statement.where(AuditEvent.kind == kind) if kind else statement


def of_subjects(subjects: Sequence[str], kinds: Sequence[str]) -> Select[AuditEvent]:
    """The events of some kinds about some things, newest first, for paging."""
    about = AuditEvent.subject.in_(list(subjects)) & AuditEvent.kind.in_(list(kinds))
    return select(AuditEvent).where(about).options(selectinload(AuditEvent.words_row)).order_by(AuditEvent.id.desc())


def of_day(session: Session, day: date) -> Iterator[AuditEvent]:
    """The events of a London day with their words, by number, a few hundred at a time."""
    within = (AuditEvent.at >= clock.start_of(day)) & (AuditEvent.at < clock.start_of(day + timedelta(days=1)))
    statement = select(AuditEvent).where(within).order_by(AuditEvent.id).options(selectinload(AuditEvent.words_row))
    for event in session.scalars(statement.execution_options(yield_per=500)):
        yield event
        session.expunge(event)


def lines(session: Session) -> Iterator[bytes]:
    """The whole trail, oldest first: one JSON object a line, with what is needed to make each hash again."""
    statement = select(AuditEvent).order_by(AuditEvent.id).options(selectinload(AuditEvent.words_row))
    for event in session.scalars(statement.execution_options(yield_per=500)):
        said = json.loads(content(event))
        said["said"] = event.words
        said["words_salt"] = event.words_row.salt.hex() if event.words_row else ""
        yield json.dumps(said, ensure_ascii=False, sort_keys=True).encode() + b"\n"
        session.expunge(event)


def first_day(session: Session) -> date | None:
    """The London day of the first event."""
    at = session.scalar(select(func.min(AuditEvent.at)))
    return clock.day_of(at) if at else None


def last_sealed(session: Session) -> date | None:
    """The last day that is sealed."""
    return session.scalar(select(func.max(AuditSeal.day)))


def seals(session: Session) -> Sequence[AuditSeal]:
    """Every sealed day, the oldest first."""
    return session.scalars(select(AuditSeal).order_by(AuditSeal.day)).all()

"""Reading the audit trail."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit.canonical import content
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent, AuditSeal
from fundapp.core import clock
from fundapp.core.actor import Actor


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


# Whose words tell of somebody who is helped; and the kinds that tell of those who read, not of them.
_HELPED = ("grant:", "person:")
_OF_READING = tuple(kind.value for kind in (AuditKind.REQUEST_READ, AuditKind.EVIDENCE_READ, AuditKind.PHOTO_READ, AuditKind.DELIVERY_READ))


def is_about_the_helped(event: AuditEvent) -> bool:
    """Whether an event's words may tell of somebody who is helped."""
    return event.subject.startswith(_HELPED) and event.kind not in _OF_READING


def read_today(session: Session, reader: Actor, subjects: Collection[str], *, purpose: str = "") -> set[str]:
    """Which of these somebody has read today, for a purpose that was written down: this one, or any."""
    told = select(AuditEvent.subject).where(
        AuditEvent.subject.in_(subjects),
        AuditEvent.kind == AuditKind.REQUEST_READ.value,
        AuditEvent.actor == reader.reference,
        AuditEvent.at >= clock.start_of(clock.today()),
    )
    if purpose:
        told = told.where(AuditEvent.facts["purpose"].astext == purpose)
    return set(session.scalars(told)) if subjects else set()


def of_day(session: Session, day: date) -> Iterator[AuditEvent]:
    """The events of a London day with their words, by number, a few hundred at a time."""
    within = (AuditEvent.at >= clock.start_of(day)) & (AuditEvent.at < clock.start_of(day + timedelta(days=1)))
    statement = select(AuditEvent).where(within).order_by(AuditEvent.id).options(selectinload(AuditEvent.words_row))
    for event in session.scalars(statement.execution_options(yield_per=500)):
        yield event
        session.expunge(event)


def lines(session: Session, *, cover_the_helped: bool) -> Iterator[bytes]:
    """The whole trail, oldest first: one JSON object a line, with what is needed to make each hash again.

    `cover_the_helped` leaves out the words about people who are helped, and with them the salt of their hash.
    """
    statement = select(AuditEvent).order_by(AuditEvent.id).options(selectinload(AuditEvent.words_row))
    for event in session.scalars(statement.execution_options(yield_per=500)):
        said = json.loads(content(event))
        left_out = cover_the_helped and is_about_the_helped(event)
        said["said"] = None if left_out else event.words
        said["words_salt"] = event.words_row.salt.hex() if event.words_row and not left_out else ""
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

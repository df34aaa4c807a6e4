"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit.models import AuditEvent


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

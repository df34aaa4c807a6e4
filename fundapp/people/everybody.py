"""What is done to all accounts at once, in an emergency (docs/security/breach-runbook.md)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.people import sessions
from fundapp.people.models import UserSession


def sign_everybody_out(session: Session, *, actor: Actor) -> int:
    """End every session that goes on, each account's with its own line in the audit trail. Answers how many accounts had one."""
    going_on = (UserSession.ended_at.is_(None), UserSession.expires_at > clock.now())
    found = session.scalars(select(UserSession.user_id).where(*going_on).distinct().order_by(UserSession.user_id)).all()
    for user_id in found:
        sessions.end_all(session, user_id)
        record(session, actor=actor, kind=AuditKind.SESSION_ENDED, subject=f"user:{user_id}", facts={"which": "all"})
    return len(found)

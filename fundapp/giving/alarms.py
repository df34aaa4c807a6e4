"""Alarms: what does not fit is recorded and shown to finance, never dropped."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import STRIPE, Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.giving.models import GivingAlarm

SENTENCES = {
    "unknown-gift": "Stripe took money that belongs to no gift of ours. It lies in suspense until somebody says whose it is.",
    "other-amount": "Stripe took another amount than the gift’s page said. What Stripe took is what is recorded.",
    "paid-twice": "One gift was paid twice. Both are recorded; the donor may want one back.",
    "refund-failed": "A refund came back. The donor is still owed it.",
}


def raise_alarm(session: Session, *, kind: str, about: str, subject: str) -> None:
    """Raise an alarm, once for each thing, whether it was closed since or not."""
    values = {"kind": kind, "about": about, "subject": subject, "raised_at": clock.now()}
    written = session.execute(insert(GivingAlarm).values(**values).on_conflict_do_nothing().returning(GivingAlarm.id)).scalar()
    if written:
        record(session, actor=STRIPE, kind=AuditKind.GIFT_ALARM_RAISED, subject=subject, facts={"alarm": kind, "about": about})


def close_alarm(session: Session, *, actor: Actor, alarm_id: int, words: str) -> None:
    """Say that an alarm was looked into, and what came of it. Raises NotAllowed and Refused."""
    if not actor.has(Role.FINANCE):
        raise NotAllowed("Only a finance officer closes an alarm.")
    if not words.strip():
        raise Refused("Say what you found, so that the next reader knows.")
    alarm = session.get(GivingAlarm, alarm_id, with_for_update=True)
    if alarm is None or alarm.closed_at:
        raise Refused("That alarm is closed already.")
    alarm.closed_at, alarm.closed_by = clock.now(), actor.user_id
    record(session, actor=actor, kind=AuditKind.GIFT_ALARM_CLOSED, subject=alarm.subject, facts={"alarm": alarm.kind}, words=words)

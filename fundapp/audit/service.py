"""Writing the audit trail, in the act's own transaction."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent, AuditWords
from fundapp.audit.shapes import reference
from fundapp.core import clock
from fundapp.core.actor import Actor


def record(
    session: Session,
    *,
    actor: Actor,
    kind: AuditKind | str,
    subject: str,
    facts: Mapping[str, str | int] | None = None,
    words: str | None = None,
) -> int:
    """Write that somebody did something, and answer the event's number.

    Facts hold nothing personal; what people wrote goes to `words`, which can be erased. Raises ValueError for a kind that is not in
    the closed list, for a fact that is missing, that does not belong or is ill-shaped, and for a subject that is not "what:which".
    """
    what, _, which = subject.partition(":")
    if not what or not which or not reference(subject):
        raise ValueError("a subject is what:which")
    found, told = AuditKind(kind), dict(facts or {})
    if faults := found.faults(told):
        raise ValueError(f"{found}: {', '.join(faults)}")
    event = AuditEvent(at=clock.now(), actor=actor.reference, kind=found.value, subject=subject, facts=told)
    session.add(event)
    session.flush()
    if words and words.strip():
        session.add(AuditWords(event_id=event.id, words=words.strip()))
        session.flush()
    return event.id

"""Writing the audit trail, in the act's own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fundapp.audit.canonical import SALT_BYTES, words_hash
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
    event = AuditEvent(at=clock.now(), actor=actor.reference, kind=found.value, subject=subject, facts=told, salt=_salt(), words_hash=None)
    said = (words or "").strip()
    if said:
        salt = _salt()
        event.words_hash = words_hash(salt, said)
        event.words_row = AuditWords(words=said, salt=salt)
    session.add(event)
    session.flush()
    return event.id


def erase_words(session: Session, *, subjects: Iterable[str]) -> int:
    """Erase what was written about these things, and the salts with it; the acts stay. Answers how many were erased."""
    about = select(AuditEvent.id).where(AuditEvent.subject.in_(list(subjects)))
    return session.execute(delete(AuditWords).where(AuditWords.event_id.in_(about))).rowcount  # type: ignore[attr-defined, no-any-return]


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)

"""Complaints about how data are handled: acknowledged within 30 days, progress and outcome told (Data Protection Act 2018 s.164A)."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.privacy.models import ComplaintStep, DataComplaint

ACKNOWLEDGE_WITHIN = timedelta(days=30)
LONGEST_WORDS = 4_000
LONGEST_CONTACT = 200
RECEIVED, ACKNOWLEDGED, PROGRESS, ANSWERED = "received", "acknowledged", "progress", "answered"
STATUS_WORDS = {RECEIVED: marked("New"), ACKNOWLEDGED: marked("Being looked into"), ANSWERED: marked("Answered")}
STEP_WORDS = {ACKNOWLEDGED: marked("We have it"), PROGRESS: marked("How it goes"), ANSWERED: marked("What came of it")}
_ABOUT = re.compile(r"(grant|person|user|reader|point|donor):[0-9]{1,15}")


def complain(session: Session, *, form_key: str, contact: str, words: str, subject: str | None = None) -> DataComplaint:
    """Take a complaint in, once for each form. `subject` is whom it is about, where the writer's slip says so.

    Raises Refused without words, or for too many.
    """
    if not words.strip() or len(words) > LONGEST_WORDS or len(contact) > LONGEST_CONTACT:
        raise Refused(_("Say what happened, in up to %(most)s letters.") % {"most": f"{LONGEST_WORDS:,}"})
    before = session.scalar(select(DataComplaint).where(DataComplaint.form_key == form_key))
    if before:
        return before
    made = DataComplaint(
        form_key=form_key, contact=contact.strip(), words=words.strip(), status=RECEIVED, subject=subject, received_at=clock.now()
    )
    session.add(made)
    session.flush()
    audit.record(session, actor=SYSTEM, kind=AuditKind.COMPLAINT_RECEIVED, subject=made.reference, facts={"about": "data"})
    return made


def complaint(session: Session, complaint_id: int, *, hold: bool = False) -> DataComplaint:
    """One complaint with what was told of it. Raises NotFound."""
    statement = select(DataComplaint).where(DataComplaint.id == complaint_id).options(selectinload(DataComplaint.steps))
    found = session.scalar(statement.with_for_update() if hold else statement)
    if found is None:
        raise NotFound(_("There is no such complaint."))
    return found


def complaints() -> Select[DataComplaint]:
    """All of them: what is open first, the oldest first; then what was answered, the newest first."""
    return select(DataComplaint).order_by(DataComplaint.ended_at.is_not(None), DataComplaint.ended_at.desc(), DataComplaint.id)


def waiting(session: Session, limit: int) -> tuple[list[DataComplaint], int]:
    """What is open, the oldest first, and how many there are."""
    still = DataComplaint.status != ANSWERED
    rows = session.scalars(select(DataComplaint).where(still).order_by(DataComplaint.id).limit(limit)).all()
    return list(rows), session.scalar(select(func.count()).select_from(DataComplaint).where(still)) or 0


def tell(session: Session, *, actor: Actor, complaint_id: int, what: str, words: str) -> DataComplaint:
    """Tell the writer, on their page, that it came, how it goes, or what came of it.

    Raises NotAllowed, NotFound, Refused without words, and Conflict for what was told before or has ended.
    """
    found = _held(session, actor, complaint_id)
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Refused(_("Say it in up to %(most)s letters: they read it.") % {"most": f"{LONGEST_WORDS:,}"})
    if found.status == ANSWERED or what not in STEP_WORDS or (what == ACKNOWLEDGED) != (found.status == RECEIVED):
        raise Conflict(_("That was told already, or it must be acknowledged first. Look at it again."))
    before = found.status
    found.status = before if what == PROGRESS else what
    if what == ACKNOWLEDGED:
        found.acknowledged_at = clock.now()
    if what == ANSWERED:
        found.ended_at = clock.now()
    found.steps.append(ComplaintStep(what=what, words=words.strip(), at=clock.now(), by=actor.user_id))
    session.flush()
    facts = {"from": before, "to": what}
    audit.record(session, actor=actor, kind=AuditKind.COMPLAINT_MOVED, subject=found.reference, facts=facts)
    return found


def set_subject(session: Session, *, actor: Actor, complaint_id: int, subject: str) -> DataComplaint:
    """Say what a complaint is about: nothing of that is forgotten while it is open. Raises NotAllowed, NotFound, Refused."""
    found = _held(session, actor, complaint_id)
    if not _ABOUT.fullmatch(subject):
        raise Refused(_("Write it as the audit trail has it, like grant:417, person:5 or user:2."))
    found.subject = subject
    session.flush()
    return found


def _held(session: Session, actor: Actor, complaint_id: int) -> DataComplaint:
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator answers complaints."))
    return complaint(session, complaint_id, hold=True)

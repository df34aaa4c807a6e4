"""Giving out a slip, making it void, and finding whose it is. One slip of a person stands at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock, turns
from fundapp.core.actor import Actor, slip_holder
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.grants import persons
from fundapp.grants.slips import codes
from fundapp.grants.slips.models import PersonSlip

# What a key worker says of a slip that they make void.
WHY = {
    "lost": marked("It is lost"),
    "seen": marked("Somebody else has it, or has seen it"),
    "unwanted": marked("They do not want one"),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new slip with its code, which is known here and now and never again."""

    slip: PersonSlip
    code: str


def issue(session: Session, *, actor: Actor, keys: Keys, person_id: int) -> Issued:
    """Give out a slip for somebody whose code this team issued. The one that stood before opens nothing any more.

    Raises NotFound for every other person.
    """
    person = persons.own_person(session, actor=actor, person_id=person_id)
    _one_at_a_time(session, person_id)
    before = standing(session, person.id)
    if before is not None:
        _end(session, before, actor=actor, why="reissued")
    code = codes.new_code()
    slip = PersonSlip(person_id=person.id, code_hash=codes.hash_of(keys, code), issued_by=actor.user_id, issued_at=clock.now())
    session.add(slip)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.SLIP_ISSUED, subject=slip.subject, facts={"slip": slip.id})
    return Issued(slip, code)


def void(session: Session, *, actor: Actor, person_id: int, why: str) -> PersonSlip:
    """Make the slip that stands void. Raises NotFound, Refused without a reason of the list, Conflict where none stands."""
    person = persons.own_person(session, actor=actor, person_id=person_id)
    if why not in WHY:
        raise Refused(_("Say why it is made void."))
    _one_at_a_time(session, person_id)
    slip = standing(session, person.id)
    if slip is None:
        raise Conflict(_("No slip stands for this person now. Nothing was changed."))
    return _end(session, slip, actor=actor, why=why)


def end_own(session: Session, *, slip: PersonSlip) -> PersonSlip:
    """Make a slip void because its holder says so. Once void it stays void."""
    _one_at_a_time(session, slip.person_id)
    session.refresh(slip)
    return slip if slip.void_at else _end(session, slip, actor=holder(slip), why="holder")


def standing(session: Session, person_id: int) -> PersonSlip | None:
    """The slip of a person that opens their page, if they have one."""
    return session.scalar(select(PersonSlip).where(PersonSlip.person_id == person_id, PersonSlip.void_at.is_(None)))


def by_code(session: Session, keys: Keys, code: str) -> PersonSlip:
    """The slip with this code. Raises NotFound, in the same words, for a wrong one, a void one, and what is no code at all."""
    plain = codes.normalise(code[:80])
    # Asked in every case, so that the answer takes as long.
    hashed = codes.hash_of(keys, plain)
    slip = session.scalar(select(PersonSlip).where(PersonSlip.code_hash == hashed, PersonSlip.void_at.is_(None)))
    if slip is None:
        raise NotFound(_("No slip opens with this code. Look at each letter. If it is right, the slip is void: ask your key worker."))
    return slip


def holder(slip: PersonSlip) -> Actor:
    """Whoever holds a slip, as the services and the audit trail know them."""
    return slip_holder(slip.id)


def slip_of(session: Session, actor: Actor) -> PersonSlip | None:
    """The slip that an actor acts with, if they are a slip's holder and it is not void."""
    kind, _colon, number = actor.reference.partition(":")
    slip = session.get(PersonSlip, int(number)) if kind == "slip" and number.isdigit() else None
    return slip if slip is not None and slip.void_at is None else None


def _end(session: Session, slip: PersonSlip, *, actor: Actor, why: str) -> PersonSlip:
    slip.void_at, slip.voided_by, slip.why_void = clock.now(), actor.user_id, why
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.SLIP_VOIDED, subject=slip.subject, facts={"slip": slip.id, "why": why})
    return slip


def _one_at_a_time(session: Session, person_id: int) -> None:
    turns.take(session, f"person-slip:{person_id}")

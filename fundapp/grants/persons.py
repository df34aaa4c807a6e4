"""Codes for the people who are helped. The Fund never learns who they are; the key worker's own notes say."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Busy, NotAllowed, NotFound
from fundapp.core.keys import random_code
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.models import Person

# No vowels, so that no code spells a word about somebody; no figures or letters that look alike.
ALPHABET = "2346789BCDFGHJKMNPQRTVWXY"
# 25^6 is 244 million: a town's few thousand people do not clash, and a code tried at random opens nothing anyway.
LENGTH = 6


def issue_code(session: Session, *, actor: Actor) -> Person:
    """Issue a new random code to a key worker's team.

    Raises NotAllowed for anybody but a key worker.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None or actor.organisation_id is None:
        raise NotAllowed(_("Key workers issue codes."))
    person = Person(
        code=_unused(session),
        team_id=actor.team_id,
        organisation_id=actor.organisation_id,
        issued_by=actor.user_id,
        issued_at=clock.now(),
    )
    session.add(person)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.PERSON_ISSUED, subject=f"person:{person.id}")
    return person


def own_person(session: Session, *, actor: Actor, person_id: int) -> Person:
    """A person whose code this key worker's team issued. Raises NotFound for every other code."""
    person = session.get(Person, person_id)
    if person is None or not actor.has(Role.KEY_WORKER) or person.team_id != actor.team_id:
        raise NotFound
    return person


def own_person_by_code(session: Session, *, actor: Actor, code: str) -> Person | None:
    """The person with this code, if this worker's team issued it. Whether another team did is not told."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return session.scalar(select(Person).where(Person.code == plain, Person.team_id == actor.team_id))


def team_persons(session: Session, actor: Actor, limit: int = 6) -> list[Person]:
    """The team's newest codes."""
    return list(session.scalars(select(Person).where(Person.team_id == actor.team_id).order_by(Person.id.desc()).limit(limit)))


def _unused(session: Session) -> str:
    for _attempt in range(8):
        code = random_code(ALPHABET, LENGTH)
        if session.scalar(select(Person.id).where(Person.code == code)) is None:
            return code
    raise Busy

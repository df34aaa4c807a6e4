"""Putting right what an account says of somebody (UK GDPR, Article 16)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people.models import User

LONGEST_NAME = 100


def rename(session: Session, *, actor: Actor, user_id: int, name: str) -> None:
    """Put an account's name right. Raises NotAllowed, NotFound, Refused for no name or the one that stands."""
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator puts a name right."))
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound(_("There is no such person."))
    plain = " ".join(name.split())
    if not 0 < len(plain) <= LONGEST_NAME or plain == user.name:
        raise Refused(_("Write the right name, in up to %(most)d letters.") % {"most": LONGEST_NAME})
    user.name = plain
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.DATA_PUT_RIGHT, subject=user.reference, facts={"changed": "name"})

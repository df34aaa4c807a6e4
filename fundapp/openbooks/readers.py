"""Who keeps copies of the ledger's checkpoints. Each change leaves a line in the audit trail, without name or address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.indexed import found_by
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.openbooks import letters
from fundapp.openbooks.models import CheckpointReader, ReaderPart
from fundapp.people.queries import plain_email


def add_reader(session: Session, *, actor: Actor, name: str, email: str, part: ReaderPart) -> CheckpointReader:
    """Put somebody on the list. They are written to within minutes, but not before six in the morning.

    Raises NotAllowed for anybody but an administrator, Refused for an address that is or was on the list.
    """
    _must_be_admin(actor)
    _must_be_new(session, email)
    reader = CheckpointReader(name=name.strip(), email=plain_email(email), part=part.value, active=True, added_at=clock.now())
    session.add(reader)
    session.flush()
    _record(session, actor, AuditKind.READER_ADDED, reader)
    return reader


def change_reader(session: Session, *, actor: Actor, reader_id: int, name: str, email: str, part: ReaderPart) -> None:
    """Change name, address or what they are. Raises NotAllowed, NotFound, Refused as above."""
    _must_be_admin(actor)
    reader = _held(session, reader_id)
    told = {"name": name.strip(), "email": plain_email(email), "part": part.value}
    changed = [field for field, value in told.items() if getattr(reader, field) != value]
    if not changed:
        return
    if "email" in changed:
        _must_be_new(session, email)
    for field in changed:
        setattr(reader, field, told[field])
    session.flush()
    _record(session, actor, AuditKind.READER_CHANGED, reader, fields=" ".join(changed))


def stop_reader(session: Session, *, actor: Actor, reader_id: int) -> None:
    """Take somebody off the list: they are written to no more. What they got stays recorded. Raises NotAllowed, NotFound."""
    _must_be_admin(actor)
    reader = _held(session, reader_id)
    if reader.active:
        reader.active = False
        session.flush()
        _record(session, actor, AuditKind.READER_STOPPED, reader)


def bring_back_reader(session: Session, *, actor: Actor, reader_id: int) -> None:
    """Put somebody back on the list. Raises NotAllowed, NotFound."""
    _must_be_admin(actor)
    reader = _held(session, reader_id)
    if not reader.active:
        reader.active = True
        session.flush()
        _record(session, actor, AuditKind.READER_BROUGHT_BACK, reader)


def write_again(session: Session, *, actor: Actor, reader_id: int) -> None:
    """Have today's letter sent now: anew if it failed, for the first time if there is none yet.

    Raises NotAllowed, NotFound, Refused (off the list, sent today already, no checkpoint to send), Busy (it is being sent).
    """
    _must_be_admin(actor)
    reader = _held(session, reader_id)
    if not reader.active:
        raise Refused(_("They are off the list. Put them back first."))
    letter = letters.write_now(session, reader)
    _record(session, actor, AuditKind.READER_WRITTEN_AGAIN, reader, checkpoint=letter.checkpoint_size)


def _must_be_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator says who keeps checkpoints."))


def _must_be_new(session: Session, email: str) -> None:
    # The index is unique under one key; while keys are changed a row may still be found by an older one.
    if session.scalar(select(CheckpointReader.id).where(found_by(session, CheckpointReader.email_index, email))):
        raise Refused(_("Somebody with that e-mail is on the list already, or was. Look there first."))


def _held(session: Session, reader_id: int) -> CheckpointReader:
    reader = session.scalar(select(CheckpointReader).where(CheckpointReader.id == reader_id).with_for_update())
    if reader is None:
        raise NotFound(_("There is nobody of that number on the list."))
    return reader


def _record(session: Session, actor: Actor, kind: AuditKind, reader: CheckpointReader, **facts: str | int) -> None:
    record(session, actor=actor, kind=kind, subject=reader.subject, facts={"part": reader.part, **facts})

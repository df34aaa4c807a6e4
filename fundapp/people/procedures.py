"""The operating procedures: published in versions, accepted by everybody with an account, before anything else and again on change.

The source of it: “operating procedures and accountability arrangements” (issue 5, item 3). Where nothing is published, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people.models import User
from fundapp.people.procedure_models import ProcedureAcceptance, ProcedureVersion


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the text as a page shows it: a heading, a list, or a paragraph."""

    kind: str
    lines: tuple[str, ...]


def publish(session: Session, *, actor: Actor, body: str, note: str, after: int) -> ProcedureVersion:
    """Let a new version hold from now on. `after` is the number of the one it was written from, 0 for none.

    Raises NotAllowed for anybody but an administrator, Conflict when another was published meanwhile, and Refused for the same text again.
    """
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator publishes the operating procedures."))
    # In turn, so that two at once do not both become number 4.
    turns.take(session, "procedures")
    newest = current(session)
    if (newest.number if newest else 0) != after:
        raise Conflict(_("Somebody published another version meanwhile. Look at it first; yours was not published."))
    text = "\n".join(line.rstrip() for line in body.strip().splitlines())
    if newest and newest.body == text:
        raise Refused(_("This is the text that holds already. Change it, then publish it."))
    version = ProcedureVersion(number=after + 1, body=text, note=note.strip(), published_by=actor.user_id, published_at=clock.now())
    session.add(version)
    session.flush()
    record(session, actor=actor, kind=AuditKind.PROCEDURES_PUBLISHED, subject=f"procedures:{version.number}")
    return version


def accept(session: Session, *, actor: Actor, number: int) -> None:
    """Undertake to work by the version that holds. Accepting it twice changes nothing.

    Raises NotFound, and Conflict for one that holds no longer: nobody accepts what they were not shown.
    """
    shown, newest = version(session, number), current(session)
    if newest is None or shown.number != newest.number:
        raise Conflict(_("A newer version was published meanwhile. Read that one; nothing was accepted."))
    row = insert(ProcedureAcceptance).values(user_id=actor.user_id, number=number, accepted_at=clock.now())
    if session.scalar(row.on_conflict_do_nothing().returning(ProcedureAcceptance.number)) is not None:
        record(session, actor=actor, kind=AuditKind.PROCEDURES_ACCEPTED, subject=actor.reference, facts={"version": number})


def not_accepted(user_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether somebody has yet to accept the version that holds: read with each session, so that no page asks for it."""
    newest = select(func.max(ProcedureVersion.number)).scalar_subquery()
    has_accepted = exists().where(ProcedureAcceptance.user_id == user_id, ProcedureAcceptance.number == newest)
    return and_(newest.is_not(None), ~has_accepted)


def current(session: Session) -> ProcedureVersion | None:
    """The version that holds, or None."""
    return session.scalar(select(ProcedureVersion).order_by(ProcedureVersion.number.desc()).limit(1))


def version(session: Session, number: int) -> ProcedureVersion:
    """One version, old or new. Raises NotFound."""
    found = session.get(ProcedureVersion, number)
    if found is None:
        raise NotFound(_("There is no such version of the procedures."))
    return found


def versions(session: Session) -> Sequence[ProcedureVersion]:
    """Every version, the newest first. A handful in ten years."""
    return session.scalars(select(ProcedureVersion).order_by(ProcedureVersion.number.desc())).all()


def accepted(session: Session, ids: Sequence[int]) -> dict[int, ProcedureAcceptance]:
    """The newest version that each of these people accepted."""
    rows = select(ProcedureAcceptance).where(ProcedureAcceptance.user_id.in_(ids)).order_by(ProcedureAcceptance.number)
    return {row.user_id: row for row in session.scalars(rows)}


def count_accepted(session: Session, number: int) -> int:
    """How many accounts in use have accepted a version."""
    rows = select(func.count()).select_from(ProcedureAcceptance).join(User, User.id == ProcedureAcceptance.user_id)
    return session.scalar(rows.where(ProcedureAcceptance.number == number, User.disabled_at.is_(None))) or 0


def blocks(body: str) -> list[Block]:
    """The text in pieces: parted by empty lines, "# " begins a heading, lines that begin with "- " are a list."""
    found = []
    for piece in body.replace("\r\n", "\n").split("\n\n"):
        lines = tuple(line.strip() for line in piece.splitlines() if line.strip())
        if not lines:
            continue
        if lines[0].startswith("# "):
            found.append(Block("heading", (lines[0][2:],)))
            lines = lines[1:]
        if lines and all(line.startswith("- ") for line in lines):
            found.append(Block("list", tuple(line[2:] for line in lines)))
        elif lines:
            found.append(Block("text", (" ".join(lines),)))
    return found

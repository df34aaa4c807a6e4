"""Somebody who guesses addresses is seen: what was noticed at the door, for administrators to look into. No address is in it."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.web.models import Guessing
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db

_WORDS = {
    "gifts": marked("Pages of gifts, which only their donors have the address of"),
    "letters": marked("Pages of addresses that donors’ receipts go to"),
    "gift-aid": marked("Pages of Gift Aid declarations, which only their donors have the address of"),
    "monthly": marked("Pages of monthly gifts, which only their donors have the address of"),
    "points": marked("Codes of collection points"),
    "hosts": marked("Pages of hosts, which only they have the address of"),
    "invitations": marked("Links of invitations"),
    "persons": marked("Codes of people we help"),
    "password-link": marked("Links for a new password"),
}


def words(what: str) -> str:
    """What was guessed at, as an administrator reads it."""
    return _(_WORDS[what]) if what in _WORDS else what


def noticed() -> Select[Guessing]:
    """All that was noticed: what nobody has looked into first, then the newest."""
    return select(Guessing).order_by(Guessing.seen_at.is_not(None), Guessing.first_at.desc(), Guessing.id.desc())


def look_into(session: Session, *, actor: Actor, guessing_id: int, found: str) -> Guessing:
    """Say that it was looked into, and what came of it. If it goes on, it is noticed anew. Raises NotAllowed, NotFound and Refused."""
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator says so."))
    if not found.strip():
        raise Refused(_("Say what you found, so that the next reader knows."))
    row = session.get(Guessing, guessing_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.seen_at:
        raise Refused(_("That was looked into already."))
    row.seen_at, row.seen_by = clock.now(), actor.user_id
    session.flush()
    record(session, actor=actor, kind=AuditKind.GUESSING_LOOKED_INTO, subject=f"guessing:{row.id}", facts={"what": row.what}, words=found)
    return row


def waiting(_actor: Actor, limit: int) -> Waiting:
    """What nobody has looked into, the oldest first."""
    statement = select(Guessing).where(Guessing.seen_at.is_(None)).order_by(Guessing.first_at, Guessing.id).limit(limit)
    total = db().scalar(select(func.count()).select_from(Guessing).where(Guessing.seen_at.is_(None))) or 0
    needs = [
        Need(
            what=_("Somebody is guessing addresses"),
            about=words(row.what),
            url=url_for("guessing.noticed"),
            act=_("Look"),
            since=row.first_at,
            glyph="late",
        )
        for row in db().scalars(statement)
    ]
    return Waiting(needs, total)

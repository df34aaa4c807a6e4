"""Addresses that refuse mail for good. Whoever cannot be told anything cannot keep an account safe, and has most likely left.

One refusal may be a server's mistake, so two on different days are needed, and a letter that gets through between them begins anew.
A refusal that passes (a full mailbox, a server that is down) is none of these.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.core.errors import NoSuchAddress
from fundapp.core.roles import Role
from fundapp.jobs import JobContext, enqueue
from fundapp.people import accounts, queries, sessions
from fundapp.people.cover_models import MailRefusal
from fundapp.people.models import User
from fundapp.web.letters import Letter

DAYS = 2


def write_to(context: JobContext, user_id: int, letter: Letter, *, key: str) -> None:
    """Send a letter to an account's address, and keep count of refusals for good. Nobody is written to whose account is disabled.

    Raises MailFault for a refusal that may pass, or that is not about the address; then the job tries again.
    """
    with context.database.session() as session:
        user = queries.user(session, user_id)
        had_refused = bool(refusals(session, user_id))
    if not user.active:
        return
    try:
        context.gateways.mail.send(user.email, letter.subject, letter.text, key=key)
    except NoSuchAddress as refused:
        with context.database.session() as session, transaction(session):
            note_refusal(session, user_id=user_id, code=refused.code)
        return
    if had_refused:
        with context.database.session() as session, transaction(session):
            forgive(session, user_id=user_id)


def note_refusal(session: Session, *, user_id: int, code: str) -> None:
    """Write that an address refused mail for good today. On the second such day the account is disabled, but never the last admin's."""
    accounts.take_turns(session)
    statement = insert(MailRefusal).values(user_id=user_id, refused_on=clock.today(), code=code)
    if session.scalar(statement.on_conflict_do_nothing().returning(MailRefusal.user_id)) is None:
        return
    user = queries.user(session, user_id)
    record(session, actor=SYSTEM, kind=AuditKind.USER_MAIL_REFUSED, subject=user.reference, facts={"code": code})
    if not user.active or len(refusals(session, user_id)) < DAYS:
        return
    if Role.ADMIN in user.roles and queries.count_holders(session, Role.ADMIN) == 1:
        # Without an administrator nobody could let anybody back in. Those who pay see them, and ring them.
        _alarm(session, user, queries.holders(session, Role.FINANCE), "kept")
        return
    user.disabled_at = clock.now()
    session.flush()
    sessions.end_all(session, user.id)
    record(session, actor=SYSTEM, kind=AuditKind.USER_DISABLED, subject=user.reference)
    _alarm(session, user, queries.holders(session, Role.ADMIN), "disabled")


def forgive(session: Session, *, user_id: int) -> None:
    """Begin anew: a letter got through, so what was refused before says nothing any more."""
    session.execute(delete(MailRefusal).where(MailRefusal.user_id == user_id))


def refusals(session: Session, user_id: int) -> Sequence[MailRefusal]:
    """On which days an address refused mail for good, the oldest first."""
    return session.scalars(select(MailRefusal).where(MailRefusal.user_id == user_id).order_by(MailRefusal.refused_on)).all()


def kept_in_use(session: Session) -> Sequence[User]:
    """Accounts in use though their address refused mail on two days: the last administrator's."""
    often = select(MailRefusal.user_id).group_by(MailRefusal.user_id).having(func.count() >= DAYS)
    statement = select(User.id).where(User.id.in_(often), User.disabled_at.is_(None)).order_by(User.id)
    return queries.whole_users(session, list(session.scalars(statement)))


def _alarm(session: Session, user: User, readers: Sequence[User], what: str) -> None:
    for reader in readers:
        enqueue(session, "people.tell_of_refusal", user_id=reader.id, about_id=user.id, what=what)

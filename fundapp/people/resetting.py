"""A forgotten password: a link by mail, once, for half an hour. It never stands in for the second factor."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.errors import NotFound
from fundapp.core.keys import random_token, token_hash
from fundapp.core.language import gettext as _
from fundapp.jobs import enqueue
from fundapp.people import alerts, queries, sessions, throttle
from fundapp.people.alerts import News
from fundapp.people.factor_models import PasswordReset
from fundapp.people.models import SignInAttempt, User
from fundapp.people.passwords import Passwords, refuse_weak

LASTS = timedelta(minutes=30)
KEPT = timedelta(days=7)


def ask(session: Session, *, attempt: SignInAttempt, email: str) -> None:
    """Ask for a link. The same questions and the same job whether there is such an account or not (ASVS 5.0, 6.3.8).

    `attempt` was noted and committed before. Too many, and nothing goes out; the answer is still the same.
    """
    user = queries.user_by_email(session, email)
    within = throttle.is_open(session, attempt, throttle.RESET)
    row = PasswordReset(
        user_id=user.id if user and user.active and within else None, asked_at=clock.now(), token_hash=None, expires_at=None, ended_at=None
    )
    session.add(row)
    session.flush()
    enqueue(session, "people_factors.send_reset", reset_id=row.id)


def mint(session: Session, reset_id: int) -> tuple[str, User] | None:
    """The token for a letter, and whom it goes to; every earlier link of the account is dead. None when nothing is to be sent."""
    row = session.get(PasswordReset, reset_id, with_for_update=True)
    if row is None or row.ended_at or row.user_id is None:
        return None
    user = queries.user(session, row.user_id)
    if not user.active:
        return None
    end_links(session, row.user_id, before=row.id)
    token = random_token()
    row.token_hash, row.expires_at = token_hash(token), clock.now() + LASTS
    session.flush()
    return token, user


def usable(session: Session, token: str) -> bool:
    """Whether a link still opens; not when it was used or replaced, is too old, never was, or its account is disabled."""
    return session.scalar(_usable(token)) is not None


def set_password(session: Session, *, token: str, password: str, passwords: Passwords) -> User:
    """Set a new password by a link, and sign the account out everywhere. The second factor is asked for as before.

    Raises NotFound when the link is of no use, and Refused for a weak password; the link then still opens.
    """
    row = session.scalar(_usable(token).with_for_update(of=PasswordReset))
    if row is None or row.user_id is None or not sessions.hold_active(session, row.user_id):
        raise NotFound(_("This link cannot be used."))
    user = queries.user(session, row.user_id)
    refuse_weak(password, email=user.email, name=user.name)
    user.password_hash = passwords.hash(password)
    session.flush()
    end_links(session, user.id)
    sessions.end_all(session, user.id)
    record(session, actor=user.actor, kind=AuditKind.USER_PASSWORD_RESET, subject=user.reference)
    alerts.tell(session, user.id, News.PASSWORD_RESET)
    return user


def end_links(session: Session, user_id: int, *, before: int | None = None) -> None:
    """End every open link of an account, or those that were asked for before one."""
    statement = update(PasswordReset).where(PasswordReset.user_id == user_id, PasswordReset.ended_at.is_(None))
    session.execute((statement if before is None else statement.where(PasswordReset.id < before)).values(ended_at=clock.now()))


def forget_old(session: Session) -> None:
    """Drop what was asked for a while ago."""
    session.execute(delete(PasswordReset).where(PasswordReset.asked_at < clock.now() - KEPT))


def _usable(token: str) -> Select[PasswordReset]:
    return (
        select(PasswordReset)
        .join(User, User.id == PasswordReset.user_id)
        .where(
            PasswordReset.token_hash == token_hash(token),
            PasswordReset.ended_at.is_(None),
            PasswordReset.expires_at > clock.now(),
            User.disabled_at.is_(None),
        )
    )

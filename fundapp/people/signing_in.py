"""Signing in and out, and changing one's password."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people import queries, sessions, throttle
from fundapp.people.models import SignInAttempt, User, UserSession
from fundapp.people.passwords import Passwords, refuse_weak

NO_MATCH = marked("That e-mail and password do not belong together. Check both and try again.")


def sign_in(
    session: Session, *, attempt: SignInAttempt, email: str, password: str, passwords: Passwords, device: str
) -> tuple[UserSession, str]:
    """Begin a session for whoever knows an account's password; answers it with the token for the cookie.

    `attempt` was noted and committed before. Raises TooManyTries, and Refused in the same words and after the same time whether
    there is no such account, it is disabled, or the password is another (OWASP ASVS 5.0, 6.3.8).
    """
    throttle.require_open(session, attempt)
    user = queries.user_by_email(session, email)
    kept = user.password_hash if user and user.active else None
    if not passwords.matches(kept, password) or user is None:
        raise Refused(_(NO_MATCH))
    # Held until the end, so that somebody who is being disabled this moment does not slip in; and looked at again.
    if session.scalar(select(User.disabled_at).where(User.id == user.id).with_for_update()):
        raise Refused(_(NO_MATCH))
    if passwords.is_dated(user.password_hash):
        user.password_hash = passwords.hash(password)
    attempt.succeeded = True
    return sessions.start(session, user=user, device=device)


def sign_out(session: Session, *, session_id: int) -> None:
    """End the session one is using."""
    sessions.end(session, session_id)


def end_session(session: Session, *, actor: Actor, session_id: int) -> None:
    """End one's own session on another device. Raises NotFound for anybody else's."""
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound(_("There is no such session."))
    sessions.end(session, session_id)
    record(session, actor=actor, kind=AuditKind.SESSION_ENDED, subject=f"user:{row.user_id}", facts={"which": row.id})


def change_password(
    session: Session, *, actor: Actor, attempt: SignInAttempt, session_id: int, current: str, new: str, passwords: Passwords
) -> None:
    """Set a new password and end every other session.

    Raises TooManyTries, and Refused when the present password is another or the new one is weak.
    """
    throttle.require_open(session, attempt)
    user = queries.user(session, actor.user_id or 0)
    if not passwords.matches(user.password_hash, current):
        raise Refused(_("That is not your present password."))
    refuse_weak(new, email=user.email, name=user.name)
    attempt.succeeded = True
    user.password_hash = passwords.hash(new)
    session.flush()
    sessions.end_all(session, user.id, but=session_id)
    record(session, actor=actor, kind=AuditKind.USER_PASSWORD_CHANGED, subject=user.reference)

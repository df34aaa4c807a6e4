"""Signing in and out, and changing one's password."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people import alerts, factors, queries, resetting, sessions, throttle
from fundapp.people.alerts import News
from fundapp.people.models import SignInAttempt, UserSession
from fundapp.people.passwords import Passwords, refuse_weak

NO_MATCH = marked("That e-mail and password do not belong together. Check both and try again.")


def sign_in(
    session: Session, *, attempt: SignInAttempt, email: str, password: str, passwords: Passwords, device: str
) -> tuple[UserSession, str]:
    """Begin a session for whoever knows an account's password; answers it with the token for the cookie.

    Where the account has a second factor, or its seats ask for one, the session opens nothing but the second step.

    `attempt` was noted and committed before. Raises TooManyTries, and Refused in the same words and after the same time whether
    there is no such account, it is disabled, or the password is another (OWASP ASVS 5.0, 6.3.8).
    """
    throttle.require_open(session, attempt)
    user = queries.user_by_email(session, email)
    kept = user.password_hash if user and user.active else None
    if not passwords.matches(kept, password) or user is None:
        raise Refused(_(NO_MATCH))
    if not sessions.hold_active(session, user.id):
        raise Refused(_(NO_MATCH))
    if passwords.is_dated(user.password_hash):
        user.password_hash = passwords.hash(password)
    attempt.succeeded = True
    row, token = sessions.start(session, user=user, device=device, second_factor_owed=factors.count(session, user.id) > 0)
    alerts.tell_of_sign_in(session, row)
    return row, token


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
    resetting.end_links(session, user.id)
    record(session, actor=actor, kind=AuditKind.USER_PASSWORD_CHANGED, subject=user.reference)
    alerts.tell(session, user.id, News.PASSWORD_CHANGED)

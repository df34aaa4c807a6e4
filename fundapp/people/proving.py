"""Proving that it is oneself: after the password, and again before money moves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import Actor
from fundapp.core.errors import Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people import alerts, app_codes, factors, passkeys, queries, recovery, sessions, throttle
from fundapp.people.alerts import News
from fundapp.people.factor_models import APP, PASSKEY
from fundapp.people.models import SignInAttempt, UserSession
from fundapp.people.passkeys import Site
from fundapp.people.passwords import Passwords

_NO_CODE = marked("That code does not fit, or was used already. Type the one that your app shows now, or another recovery code.")
_NO_APP_CODE = marked("That code does not fit, or was used already. Type the one that your app shows now.")
_GONE = marked("You were signed out meanwhile. Sign in again.")


def second_step(session: Session, *, actor: Actor, session_id: int, attempt: SignInAttempt, typed: str, passwords: Passwords) -> str:
    """Finish signing in with an app's code or a recovery code; answers the session's new token.

    `attempt` was noted and committed before. Raises TooManyTries, and Refused.
    """
    throttle.require_open(session, attempt, throttle.SECOND_FACTOR)
    user_id = actor.user_id or 0
    if app_codes.looks_like_a_code(typed):
        by = APP if app_codes.take(session, user_id=user_id, typed=typed) else None
    else:
        by = "recovery" if recovery.take(session, user_id=user_id, typed=typed, passwords=passwords) else None
    if by is None:
        raise Refused(_(_NO_CODE))
    if by == "recovery":
        left = recovery.left(session, user_id).left
        record(session, actor=actor, kind=AuditKind.RECOVERY_CODE_USED, subject=f"user:{user_id}", facts={"left": left})
        alerts.tell(session, user_id, News.RECOVERY_USED)
    attempt.succeeded = True
    return _proven(session, session_id, by)


def by_passkey(session: Session, *, actor: Actor, session_id: int, keys: Keys, site: Site, signed: str, answer: str) -> str:
    """Prove it with a passkey of one's own, as the second step or in between; answers the session's new token. Raises Refused."""
    found = passkeys.take(session, keys, site, purpose=passkeys.proving(session_id), signed=signed, answer=answer)
    if found.user_id != actor.user_id:
        raise Refused(_("That passkey belongs to another account."))
    return _proven(session, session_id, PASSKEY)


def again(session: Session, *, actor: Actor, session_id: int, attempt: SignInAttempt, typed: str, passwords: Passwords) -> str:
    """Prove it once more: with an app's code, or, where an account has neither app nor passkey, with its password.

    Answers the session's new token. `attempt` was noted and committed before. Raises TooManyTries, and Refused.
    """
    throttle.require_open(session, attempt, throttle.SECOND_FACTOR)
    user_id = actor.user_id or 0
    if factors.count(session, user_id):
        if not app_codes.take(session, user_id=user_id, typed=typed):
            raise Refused(_(_NO_APP_CODE))
        by = APP
    else:
        if not passwords.matches(queries.user(session, user_id).password_hash, typed):
            raise Refused(_("That is not your password."))
        by = "password"
    attempt.succeeded = True
    return _proven(session, session_id, by)


def sign_in_by_passkey(session: Session, *, keys: Keys, site: Site, signed: str, answer: str, device: str) -> tuple[UserSession, str]:
    """Begin a session for whoever holds an account's passkey: it stands for password and second factor in one.

    Raises Refused in the same words for an unknown passkey and for one of a disabled account.
    """
    factor = passkeys.take(session, keys, site, purpose=passkeys.SIGN_IN, signed=signed, answer=answer)
    user = queries.user(session, factor.user_id)
    if not sessions.hold_active(session, user.id):
        raise Refused(_("That passkey does not open an account here. Use another, or your password."))
    row, token = sessions.start(session, user=user, device=device, proven_by=PASSKEY, second_factor_owed=True)
    alerts.tell_of_sign_in(session, row)
    return row, token


def _proven(session: Session, session_id: int, by: str) -> str:
    token = sessions.prove(session, session_id, by=by)
    if token is None:
        raise Refused(_(_GONE))
    return token

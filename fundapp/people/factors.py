"""What somebody can prove with that it is them: passkeys, apps, recovery codes. Adding, naming, removing, and beginning anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people import alerts, app_codes, passkeys, queries, recovery, sessions
from fundapp.people.alerts import News
from fundapp.people.factor_models import APP, PASSKEY, Factor
from fundapp.people.models import User, UserSession
from fundapp.people.passkeys import Site
from fundapp.people.passwords import Passwords
from fundapp.people.seats import needs_second_factor

# More of them are more to lose.
MOST = 10
_NO_CODE = marked("That code does not fit. Codes change every 30 seconds: type the one that your app shows now.")
_TOO_MANY = marked("There are ten already. Remove one that you no longer use.")


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding one: the session's new token, and recovery codes where there were none."""

    token: str
    codes: tuple[str, ...]


def of(session: Session, user_id: int) -> Sequence[Factor]:
    """Somebody's passkeys and apps, oldest first."""
    return session.scalars(select(Factor).where(Factor.user_id == user_id).order_by(Factor.created_at, Factor.id)).all()


def one(session: Session, *, actor: Actor, factor_id: int) -> Factor:
    """One of one's own. Raises NotFound for anybody else's."""
    found = session.get(Factor, factor_id)
    if found is None or found.user_id != actor.user_id:
        raise NotFound(_("There is no such passkey or app."))
    return found


def apps(session: Session, user_id: int) -> Sequence[Factor]:
    """Somebody's apps alone, oldest first."""
    return session.scalars(select(Factor).where(Factor.user_id == user_id, Factor.kind == APP).order_by(Factor.id)).all()


def count(session: Session, user_id: int) -> int:
    """How many somebody has."""
    return session.scalar(select(func.count()).select_from(Factor).where(Factor.user_id == user_id)) or 0


def add_app(session: Session, *, actor: Actor, session_id: int, sealed: str, typed: str, name: str, passwords: Passwords) -> Added:
    """Add an app, once it shows the right code. Raises Refused when it does not, or the form is too old."""
    user = _room_for_one(session, actor)
    secret = app_codes.offered(session, session_id=session_id, sealed=sealed)
    if secret is None:
        raise Refused(_("This page was open for too long. Load it again and scan the new code; remove the old one from your app."))
    step = app_codes.step_of(secret, typed)
    if step is None:
        raise Refused(_(_NO_CODE))
    factor = app_codes.keep(session, user_id=user.id, name=name, secret=secret, last_step=step)
    return _added(session, actor, session_id, factor, passwords)


def add_passkey(
    session: Session, *, actor: Actor, session_id: int, keys: Keys, site: Site, signed: str, answer: str, name: str, passwords: Passwords
) -> Added:
    """Add a passkey that has answered. Raises Refused."""
    user = _room_for_one(session, actor)
    purpose = passkeys.adding(session_id)
    factor = passkeys.register(session, keys, site, purpose=purpose, user_id=user.id, name=name, signed=signed, answer=answer)
    return _added(session, actor, session_id, factor, passwords)


def rename(session: Session, *, actor: Actor, factor_id: int, name: str) -> Factor:
    """Call one of one's own by another name. Raises NotFound for anybody else's."""
    factor = _own(session, actor, factor_id)
    factor.name = name
    session.flush()
    _write(session, actor, AuditKind.FACTOR_RENAMED, factor)
    return factor


def remove(session: Session, *, actor: Actor, factor_id: int) -> None:
    """Remove one of one's own. Raises NotFound, and Refused for the last one of somebody who needs one."""
    user = _held(session, actor)
    factor = _own(session, actor, factor_id)
    if count(session, user.id) == 1:
        if needs_second_factor(user.roles):
            raise Refused(_("It is the only one you have, and your roles need one. Add another first."))
        recovery.forget(session, user.id)
        _owe(session, user.id, owed=False)
    session.delete(factor)
    session.flush()
    _write(session, actor, AuditKind.FACTOR_REMOVED, factor)
    alerts.tell(session, user.id, News.FACTOR_REMOVED)


def make_codes(session: Session, *, actor: Actor, passwords: Passwords) -> list[str]:
    """Ten new recovery codes; the old ones end. Raises Refused for somebody who has nothing that they could stand in for."""
    user = _held(session, actor)
    if not count(session, user.id):
        raise Refused(_("Add a passkey or an app first: recovery codes stand in for one that is lost."))
    codes = recovery.make_anew(session, user_id=user.id, passwords=passwords)
    record(session, actor=actor, kind=AuditKind.RECOVERY_CODES_MADE, subject=user.reference)
    alerts.tell(session, user.id, News.CODES_MADE)
    return codes


def reset(session: Session, *, actor: Actor, user_id: int, reason: str) -> User:
    """Remove everything somebody proves with, who has lost it all, and sign them out. Their password stays.

    Raises NotFound, and Refused for oneself and for somebody who has nothing to remove.
    """
    if user_id == actor.user_id:
        raise Refused(_("You cannot do this to your own account. Ask another administrator."))
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    user = queries.user(session, user_id)
    had = session.execute(delete(Factor).where(Factor.user_id == user_id).returning(Factor.id)).all()
    if not had:
        raise Refused(_("%(name)s has no passkey and no app to remove.") % {"name": user.name})
    recovery.forget(session, user_id)
    sessions.end_all(session, user_id)
    record(session, actor=actor, kind=AuditKind.FACTORS_RESET, subject=user.reference, facts={"count": len(had)}, words=reason)
    alerts.tell(session, user_id, News.FACTORS_RESET)
    return user


def note_copy(session: Session, *, user_id: int, factor_id: int) -> None:
    """Write down that a passkey was refused as a copy, and tell its owner."""
    facts: dict[str, str | int] = {"factor": factor_id, "kind": PASSKEY}
    owner = queries.user(session, user_id)
    record(session, actor=owner.actor, kind=AuditKind.FACTOR_COPIED, subject=owner.reference, facts=facts)
    alerts.tell(session, user_id, News.FACTOR_COPIED)


def _added(session: Session, actor: Actor, session_id: int, factor: Factor, passwords: Passwords) -> Added:
    _write(session, actor, AuditKind.FACTOR_ADDED, factor)
    alerts.tell(session, factor.user_id, News.FACTOR_ADDED)
    # Wherever else the account is signed in by a password alone, the new one is asked for from the next page on.
    _owe(session, factor.user_id, owed=True)
    token = sessions.prove(session, session_id, by=factor.kind)
    if token is None:
        raise Refused(_("You were signed out meanwhile. Sign in again."))
    codes: list[str] = []
    if not recovery.left(session, factor.user_id).made:
        codes = recovery.make_anew(session, user_id=factor.user_id, passwords=passwords)
        record(session, actor=actor, kind=AuditKind.RECOVERY_CODES_MADE, subject=f"user:{factor.user_id}")
    return Added(token, tuple(codes))


def _room_for_one(session: Session, actor: Actor) -> User:
    user = _held(session, actor)
    if count(session, user.id) >= MOST:
        raise Refused(_(_TOO_MANY))
    return user


def _held(session: Session, actor: Actor) -> User:
    # Acts on one account's factors take turns, so that of two removals at once one finds the last.
    user_id = actor.user_id or 0
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    return queries.user(session, user_id)


def _own(session: Session, actor: Actor, factor_id: int) -> Factor:
    found = session.get(Factor, factor_id, with_for_update=True)
    if found is None or found.user_id != actor.user_id:
        raise NotFound(_("There is no such passkey or app."))
    return found


def _owe(session: Session, user_id: int, *, owed: bool) -> None:
    going_on = (UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    session.execute(update(UserSession).where(*going_on).values(second_factor_owed=owed))


def _write(session: Session, actor: Actor, kind: AuditKind, factor: Factor) -> None:
    record(session, actor=actor, kind=kind, subject=f"user:{factor.user_id}", facts={"factor": factor.id, "kind": factor.kind})

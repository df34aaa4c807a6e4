"""Sessions are rows: listed, ended from anywhere, shared by every process (architecture, decision 10)."""

from __future__ import annotations

from datetime import timedelta

from flask_login import UserMixin
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.keys import random_token, token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people.models import Team, User, UserSession
from fundapp.people.procedures import not_accepted
from fundapp.people.seats import needs_second_factor

IDLE = timedelta(hours=12)
WHOLE = timedelta(days=7)
# Reading a page writes that the session is in use, but not more often than this.
TOUCH = timedelta(minutes=5)
KEPT = timedelta(days=90)
# How long a proof is fresh enough for what moves money or changes who may what.
FRESH = timedelta(minutes=10)

# What was shown in a session, as its owner reads it.
PROVEN_BY = {
    "password": marked("password"),
    "passkey": marked("passkey"),
    "app": marked("password and a code"),
    "recovery": marked("password and a recovery code"),
}


class SignedInPerson(UserMixin):  # type: ignore[misc]
    """Somebody signed in on this device. The cookie carries the token; the database knows its hash alone."""

    def __init__(self, row: UserSession, token: str, *, owes_procedures: bool = False) -> None:
        self.session_id = row.id
        self.last_seen_at = row.last_seen_at
        self.person: User = row.user
        self.actor: Actor = row.user.actor
        self.second_factor_at = row.second_factor_at
        self.stepped_up_at = row.stepped_up_at
        self._owed = row.second_factor_owed
        # The version of the operating procedures that holds is not accepted yet.
        self.owes_procedures = owes_procedures
        self._token = token

    @property
    def proven(self) -> bool:
        """Whether a second factor was shown, or none is asked for: neither by the seats held now, nor by what the account has."""
        return self.second_factor_at is not None or not (self._owed or needs_second_factor(self.actor.roles))

    @property
    def fresh(self) -> bool:
        """Whether the last proof of this session is no older than ten minutes."""
        return self.proven and self.stepped_up_at is not None and clock.now() - self.stepped_up_at <= FRESH

    def get_id(self) -> str:
        """What the signed cookie carries."""
        return self._token

    @property
    def is_stale(self) -> bool:
        """Whether it is time to write that the session is in use."""
        return clock.now() - self.last_seen_at > TOUCH


def start(
    session: Session, *, user: User, device: str, proven_by: str = "password", second_factor_owed: bool = False
) -> tuple[UserSession, str]:
    """Begin a session with a token that nobody had before (against session fixation), and answer the token.

    `second_factor_owed` says that the account has a second factor, which a password alone does not replace.
    """
    token = random_token()
    now = clock.now()
    row = UserSession(
        user=user,
        token_hash=token_hash(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + WHOLE,
        ended_at=None,
        device=device,
        proven_by=proven_by,
        second_factor_owed=second_factor_owed,
        second_factor_at=None if proven_by == "password" else now,
        stepped_up_at=now,
    )
    session.add(row)
    session.flush()
    return row, token


def find(session: Session, token: str) -> SignedInPerson | None:
    """Whose token this is, if the session goes on and the account is in use."""
    now = clock.now()
    statement = (
        select(UserSession, not_accepted(UserSession.user_id))
        .join(UserSession.user)
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            UserSession.last_seen_at > now - IDLE,
            User.disabled_at.is_(None),
        )
        .options(
            contains_eager(UserSession.user).options(
                joinedload(User.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True), joinedload(User.role_rows)
            )
        )
    )
    found = session.execute(statement).unique().one_or_none()
    return SignedInPerson(found[0], token, owes_procedures=found[1]) if found else None


def hold_active(session: Session, user_id: int) -> bool:
    """Whether an account is in use. It is held until the end, so that one that is being disabled this moment does not slip in."""
    held = session.execute(select(User.disabled_at).where(User.id == user_id).with_for_update()).one_or_none()
    return held is not None and held.disabled_at is None


def touch(session: Session, session_id: int) -> None:
    """Write that a session is in use."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now()))


def prove(session: Session, session_id: int, *, by: str) -> str | None:
    """Write that a session's owner proved it is them, under a new token, which is the answer; the old one is dead (ASVS 5.0, 7.2.4).

    None when the session has ended meanwhile.
    """
    now, token = clock.now(), random_token()
    proven = {} if by == "password" else {"proven_by": by, "second_factor_at": now}
    statement = update(UserSession).where(UserSession.id == session_id, UserSession.ended_at.is_(None)).returning(UserSession.id)
    found = session.scalar(statement.values(token_hash=token_hash(token), stepped_up_at=now, **proven))
    return token if found else None


def end(session: Session, session_id: int) -> None:
    """End one session. Ending it twice changes nothing."""
    session.execute(update(UserSession).where(UserSession.id == session_id, UserSession.ended_at.is_(None)).values(ended_at=clock.now()))


def end_all(session: Session, user_id: int, *, but: int | None = None) -> None:
    """End every session of a person, perhaps but the one they are using."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    session.execute(statement.values(ended_at=clock.now()))


def forget_old(session: Session) -> None:
    """Drop sessions that ended a good while ago; the audit trail keeps what was done."""
    session.execute(delete(UserSession).where(UserSession.expires_at < clock.now() - KEPT))


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", marked("Samsung Internet")), ("Firefox", "Firefox"))
_MORE_BROWSERS = (("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", marked("an iPhone")), ("iPad", marked("an iPad")), ("Windows", "Windows"))
_MORE_SYSTEMS = (("CrOS", marked("a Chromebook")), ("Macintosh", marked("a Mac")), ("Linux", "Linux"))
_SOME_BROWSER, _SOME_SYSTEM = marked("A browser"), marked("a device we do not know")


def device_name(user_agent: str) -> str:
    """A browser's own account of itself, made coarse, and kept in English: "Chrome on Android"."""
    browser = next((name for mark, name in (*_BROWSERS, *_MORE_BROWSERS) if mark in user_agent), _SOME_BROWSER)
    system = next((name for mark, name in (*_SYSTEMS, *_MORE_SYSTEMS) if mark in user_agent), _SOME_SYSTEM)
    return f"{browser} on {system}"


def device_words(kept: str) -> str:
    """The same, in the reader's language."""
    browser, _on, system = kept.partition(" on ")
    return _("%(browser)s on %(system)s") % {"browser": _(browser), "system": _(system)} if system else kept

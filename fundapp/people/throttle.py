"""Guessing passwords is slowed, for all processes at once, and nobody can use that to lock somebody else out.

What is counted are tries that failed: by address and account together, by address alone, and by account alone. The last count
never stands in the way of an address from which that account signed in before, so a victim on their own phone gets in whatever
others try. The answer is the same whether there is such an account or not (OWASP ASVS 5.0, 6.3.1 and 6.3.8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import FundError
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.people.models import SignInAttempt
from fundapp.people.queries import plain_email
from fundapp.web.networks import network_of

WINDOW = timedelta(minutes=15)
PER_PAIR = 10
# A whole office or hostel may sit behind one address.
PER_NETWORK = 100
# From addresses that the account never used.
PER_EMAIL = 60
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tries may fail within a stretch of time: from one network for one account, from one network, for one account."""

    per_pair: int
    per_network: int
    # From networks that the account never used.
    per_account: int
    window: timedelta = WINDOW


PASSWORD = (Limits(PER_PAIR, PER_NETWORK, PER_EMAIL),)
# Six digits are guessed sooner than a password, and whoever tries knows the password already. A passkey is never counted here,
# so its owner gets in whatever others try; nor is a device that proved itself before held up by the tries of strangers.
SECOND_FACTOR = (Limits(5, 50, 10), Limits(30, 300, 30, timedelta(days=1)))
# Letters with a link to set a new password. Nobody is refused: over the limit none goes out, and the answer is the same.
RESET = (Limits(3, 20, 3, timedelta(hours=1)),)


class TooManyTries(FundError):
    """Too many tries that failed; the same words whoever asks."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many tries that did not match. Wait a quarter of an hour, then try again."))


def note(session: Session, *, keys: Keys, email: str, address: str | None) -> SignInAttempt:
    """Write a try down before it is judged. Commit it by itself: it counts even when a hundred come at the same moment."""
    return _note(session, keys, "sign-in", plain_email(email), address)


def note_second_factor(session: Session, *, keys: Keys, user_id: int, address: str | None) -> SignInAttempt:
    """The same for a code after the password, or for a proof in between. Counted by itself."""
    return _note(session, keys, "second-factor", f"user:{user_id}", address)


def note_reset(session: Session, *, keys: Keys, email: str, address: str | None) -> SignInAttempt:
    """The same for somebody who asks for a link to set a new password. It never succeeds: each one counts."""
    return _note(session, keys, "reset", plain_email(email), address)


def require_open(session: Session, attempt: SignInAttempt, limits: Iterable[Limits] = PASSWORD) -> None:
    """Raises TooManyTries when this try is one too many."""
    if not is_open(session, attempt, limits):
        raise TooManyTries


def is_open(session: Session, attempt: SignInAttempt, limits: Iterable[Limits]) -> bool:
    """Whether this try is within all limits."""
    network, account = SignInAttempt.network_hash == attempt.network_hash, SignInAttempt.email_hash == attempt.email_hash
    strange = not session.scalar(select(exists().where(network, account, SignInAttempt.succeeded.is_(True))))
    for one in limits:
        since = attempt.at - one.window
        if _failures(session, since, network, account) > one.per_pair or _failures(session, since, network) > one.per_network:
            return False
        if strange and _failures(session, since, account) > one.per_account:
            return False
    return True


def forget_old(session: Session) -> None:
    """Drop tries that no window reaches any more."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - KEPT))


def _note(session: Session, keys: Keys, what: str, account: str, address: str | None) -> SignInAttempt:
    attempt = SignInAttempt(
        at=clock.now(),
        email_hash=keys.mac(f"{what}-email", account),
        network_hash=keys.mac(f"{what}-network", network_of(address)),
        succeeded=False,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _failures(session: Session, since: datetime, *which: ColumnElement[bool]) -> int:
    statement = select(func.count()).where(*which, SignInAttempt.succeeded.is_(False), SignInAttempt.at > since)
    return session.scalar(statement) or 0

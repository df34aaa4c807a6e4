"""Guessing passwords is slowed, for all processes at once, and nobody can use that to lock somebody else out.

What is counted are tries that failed: by address and account together, by address alone, and by account alone. The last count
never stands in the way of an address from which that account signed in before, so a victim on their own phone gets in whatever
others try. The answer is the same whether there is such an account or not (OWASP ASVS 5.0, 6.3.1 and 6.3.8).
"""

from __future__ import annotations

from datetime import timedelta

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


class TooManyTries(FundError):
    """Too many tries that failed; the same words whoever asks."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many tries that did not match. Wait a quarter of an hour, then try again."))


def note(session: Session, *, keys: Keys, email: str, address: str | None) -> SignInAttempt:
    """Write a try down before it is judged. Commit it by itself: it counts even when a hundred come at the same moment."""
    attempt = SignInAttempt(
        at=clock.now(),
        email_hash=keys.mac("sign-in-email", plain_email(email)),
        network_hash=keys.mac("sign-in-network", network_of(address)),
        succeeded=False,
    )
    session.add(attempt)
    session.flush()
    return attempt


def require_open(session: Session, attempt: SignInAttempt) -> None:
    """Raises TooManyTries when this try is one too many."""
    pair = (SignInAttempt.email_hash == attempt.email_hash, SignInAttempt.network_hash == attempt.network_hash)
    if _failures(session, attempt, *pair) > PER_PAIR:
        raise TooManyTries
    if _failures(session, attempt, SignInAttempt.network_hash == attempt.network_hash) > PER_NETWORK:
        raise TooManyTries
    strange = not session.scalar(select(exists().where(*pair, SignInAttempt.succeeded.is_(True))))
    if strange and _failures(session, attempt, SignInAttempt.email_hash == attempt.email_hash) > PER_EMAIL:
        raise TooManyTries


def forget_old(session: Session) -> None:
    """Drop tries that no window reaches any more."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - KEPT))


def _failures(session: Session, attempt: SignInAttempt, *which: ColumnElement[bool]) -> int:
    statement = select(func.count()).where(*which, SignInAttempt.succeeded.is_(False), SignInAttempt.at > attempt.at - WINDOW)
    return session.scalar(statement) or 0

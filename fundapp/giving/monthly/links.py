"""The way to a monthly gift's own page: a link that was mailed to its donor, and runs out. Only its hash is kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound
from fundapp.core.keys import random_token, token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import language
from fundapp.giving.monthly.models import Pledge, PledgeAsking, PledgeLink
from fundapp.jobs import enqueue

# Each month's receipt brings another.
LINK_LIVES = timedelta(days=45)
# A day's askings that nobody answered are dropped.
ASKING_LIVES = timedelta(days=1)
# About one monthly gift in a day: more would be a nuisance to whoever has the address.
MOST_LETTERS = 3


def mint(session: Session, pledge_id: UUID) -> str:
    """A new link's token: for a letter, which is the only place where it stands."""
    token, now = random_token(), clock.now()
    session.add(PledgeLink(token_hash=token_hash(token), pledge_id=pledge_id, made_at=now, expires_at=now + LINK_LIVES))
    session.flush()
    return token


def opened(session: Session, token: str) -> Pledge:
    """The monthly gift that a link opens. Raises NotFound for one that has run out or never was: the same words for both."""
    statement = select(Pledge).join(PledgeLink, PledgeLink.pledge_id == Pledge.id)
    found = session.scalar(statement.where(PledgeLink.token_hash == token_hash(token), PledgeLink.expires_at > clock.now()))
    if found is None:
        raise NotFound(_("This link has run out, or is not whole. Ask for a new one."))
    return found


def ask(session: Session, address: str) -> None:
    """Have links sent to whoever gives monthly with this address, if anybody does. Nothing tells whether: a job looks."""
    asking = PledgeAsking(address=address, asked_at=clock.now(), language=language())
    session.add(asking)
    session.flush()
    enqueue(session, "giving.answer_pledge_asking", asking_id=asking.id)


def had_enough(session: Session, pledge_id: UUID) -> bool:
    """Whether so many links were sent about one monthly gift in a day that no more are."""
    since = clock.now() - timedelta(days=1)
    statement = select(func.count()).select_from(PledgeLink).where(PledgeLink.pledge_id == pledge_id, PledgeLink.made_at > since)
    return (session.scalar(statement) or 0) >= MOST_LETTERS


def forget_old(session: Session) -> None:
    """Drop links that ran out and askings that nobody answered."""
    now = clock.now()
    session.execute(delete(PledgeLink).where(PledgeLink.expires_at < now))
    session.execute(delete(PledgeAsking).where(PledgeAsking.asked_at < now - ASKING_LIVES))

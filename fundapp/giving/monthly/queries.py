"""Reading monthly gifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, extract, func, select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.keys import token_hash
from fundapp.core.language import gettext as _
from fundapp.giving.models import Donation
from fundapp.giving.monthly.lifecycle import BEGUN, Deed, PledgeState
from fundapp.giving.monthly.models import Pledge, PledgeAct, PledgeGift
from fundapp.giving.queries import PATIENCE_SECONDS, SHARE_OF_AGE

# A page is asked about ever more seldom, as with single gifts; what goes on, once a day.
DAILY = timedelta(days=1)


def by_return(session: Session, token: str) -> Pledge:
    """The monthly gift whose payment page leads back here. Raises NotFound."""
    found = session.scalar(select(Pledge).where(Pledge.token_hash == token_hash(token)))
    if found is None:
        raise NotFound(_("There is no gift at this address. Check that you have all of it."))
    return found


def of_gift(session: Session, donation_id: UUID) -> Pledge | None:
    """The monthly gift that a gift is a month of."""
    return session.scalar(select(Pledge).join(PledgeGift, PledgeGift.pledge_id == Pledge.id).where(PledgeGift.donation_id == donation_id))


def of_customers(session: Session, customer_ids: Sequence[str]) -> Sequence[Pledge]:
    """What these customers of Stripe give monthly, or gave, oldest first."""
    statement = select(Pledge).where(Pledge.customer_id.in_(customer_ids), Pledge.subscription_id.is_not(None))
    return session.scalars(statement.order_by(Pledge.created_at, Pledge.id)).all()


def gifts(pledge_id: UUID) -> Select[Donation]:
    """Its months, newest first."""
    statement = select(Donation).join(PledgeGift, PledgeGift.donation_id == Donation.id).where(PledgeGift.pledge_id == pledge_id)
    return statement.where(Donation.paid_at.is_not(None)).order_by(Donation.paid_at.desc(), Donation.id)


def first_gift(session: Session, pledge_id: UUID) -> Donation | None:
    """Its first month, once that is paid."""
    statement = gifts(pledge_id).order_by(None).order_by(Donation.paid_at, Donation.id).limit(1)
    return session.scalar(statement.execution_options(populate_existing=True))


def standing_act(session: Session, pledge_id: UUID) -> PledgeAct | None:
    """What was asked for and is not done yet."""
    return session.scalar(select(PledgeAct).where(PledgeAct.pledge_id == pledge_id, PledgeAct.done_at.is_(None)))


def open_pages(session: Session, *, due_at: datetime | None = None) -> Sequence[tuple[UUID, str]]:
    """Id and payment page of monthly gifts that may yet begin, oldest first: all, or those whose turn it is at a moment."""
    statement = select(Pledge.id, Pledge.session_id).where(Pledge.state == PledgeState.STARTED, Pledge.session_id.is_not(None))
    if due_at is not None:
        waited, age = (extract("epoch", due_at - since) for since in (Pledge.looked_at, Pledge.created_at))
        statement = statement.where(waited >= func.greatest(age / SHARE_OF_AGE, PATIENCE_SECONDS))
    rows = session.execute(statement.order_by(Pledge.looked_at, Pledge.id))
    return [(identity, session_id) for identity, session_id in rows if session_id]


def running(session: Session, *, due_at: datetime | None = None) -> Sequence[tuple[UUID, str, PledgeState]]:
    """Id, subscription and state of monthly gifts that go on, the longest unseen first: all, or those whose turn it is."""
    statement = select(Pledge.id, Pledge.subscription_id, Pledge.state).where(Pledge.state.in_(BEGUN))
    if due_at is not None:
        statement = statement.where(Pledge.looked_at < due_at - DAILY)
    rows = session.execute(statement.order_by(Pledge.looked_at, Pledge.id))
    return [(identity, subscription_id, state) for identity, subscription_id, state in rows if subscription_id]


def was_stopped_unpaid(session: Session, pledge_id: UUID) -> bool:
    """Whether the Fund stopped it, after reminders that nobody could answer."""
    statement = select(PledgeAct.id).where(PledgeAct.pledge_id == pledge_id, PledgeAct.deed == Deed.STOP, PledgeAct.is_ours)
    return session.scalar(statement) is not None

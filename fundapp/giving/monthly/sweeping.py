"""The sweep's part about monthly gifts: what no bell told, reminders whose day has come, and what was asked for and not done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.monthly import links as monthly_links
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.monthly.lifecycle import PledgeState
from fundapp.giving.monthly.models import Pledge
from fundapp.giving.monthly.settling import settle_invoice, settle_pledge_page, settle_subscription

# A thing to do, and what to call it where it fails.
Errand = tuple[str, Callable[[], None]]


def errands(session: Session, stripe: StripeGateway, *, due_at: datetime | None) -> Iterator[Errand]:
    """What there is to do about monthly gifts: all of it, or that whose turn it is at a moment."""
    with transaction(session):
        monthly_links.forget_old(session)
        pages = monthly_queries.open_pages(session, due_at=due_at)
        running = monthly_queries.running(session, due_at=due_at)
    for identity, session_id in pages:
        yield session_id, partial(_look, session, identity, partial(settle_pledge_page, session, stripe, session_id))
    for identity, subscription_id, state in running:
        act = partial(_settle_running, session, stripe, subscription_id, state)
        yield subscription_id, partial(_look, session, identity, act)


def _settle_running(session: Session, stripe: StripeGateway, subscription_id: str, state: PledgeState) -> None:
    settle_subscription(session, stripe, subscription_id)
    if state is PledgeState.OVERDUE:
        for invoice in stripe.invoices_of(subscription_id):
            if invoice.status == "open":
                settle_invoice(session, stripe, invoice.id)


def _look(session: Session, identity: UUID, act: Callable[[], None]) -> None:
    """Noted before, so that one that fails holds up no other for more than its turn."""
    with transaction(session):
        session.execute(update(Pledge).where(Pledge.id == identity).values(looked_at=clock.now()))
    act()

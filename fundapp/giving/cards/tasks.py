"""What is done in the background about cards that are tried out."""

from __future__ import annotations

from uuid import UUID

from fundapp.core.db import transaction
from fundapp.giving.cards import testing as card_testing
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_session
from fundapp.giving.starting import close_page
from fundapp.jobs import JobContext, Tasks
from fundapp.web import limits

tasks = Tasks("giving")


@tasks.job(retries=4)
def close_declined_page(context: JobContext, donation_id: str) -> None:
    """Close a payment page at which too many cards were declined; what became of it meanwhile is recorded, a payment too."""
    stripe = context.gateways.stripe
    with context.database.session() as session:
        with transaction(session):
            donation = session.get(Donation, UUID(donation_id))
            page = donation.session_id if donation and donation.status is Status.STARTED else None
        if page:
            close_page(stripe, page)
            settle_session(session, stripe, page)


@tasks.loop(every_seconds=3600)
def forget_counts(context: JobContext) -> None:
    """Forget which networks came and which cards were declined a day ago."""
    with context.database.session() as session, transaction(session):
        card_testing.forget_old(session)
        limits.forget_old(session)

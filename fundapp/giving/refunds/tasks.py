"""Background work of refunds: asking Stripe for them, and asking about those that are on their way."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds import sending as refund_sending
from fundapp.giving.settling import settle_charge
from fundapp.jobs import JobContext, Tasks

tasks = Tasks("giving")


# An hour and a half of tries; then it stands with what failed, to be run again by hand.
@tasks.job(retries=6)
def send_refund(context: JobContext, refund_id: int) -> None:
    """Give back what was agreed, then record what Stripe says of it."""
    with context.database.session() as session:
        charge_id = refund_sending.send(session, context.gateways.stripe, refund_id)
        if charge_id:
            settle_charge(session, context.gateways.stripe, charge_id)


@tasks.loop(every_seconds=3600)
def ask_about_refunds(context: JobContext) -> None:
    """Find what no bell told: a refund that is refused while it is on its way moves no money, so that the sweep would not see it."""
    with context.database.session() as session:
        with transaction(session):
            charges = {one.charge_id for one in refund_queries.pending(session)}
        for charge_id in sorted(one for one in charges if one):
            settle_charge(session, context.gateways.stripe, charge_id)

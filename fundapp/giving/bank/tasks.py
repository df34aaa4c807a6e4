"""Letters about a donor's bank: that it did not pay a gift after all, days after the donor went away."""

from __future__ import annotations

from uuid import UUID

from fundapp.core.db import transaction
from fundapp.core.language import speaking
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.queries import figures
from fundapp.jobs import JobContext, Tasks
from fundapp.web.letters import letter

tasks = Tasks("giving")


@tasks.job(retries=8)
def tell_refused(context: JobContext, donation_id: str) -> None:
    """Write to the address that the donor gave on Stripe's page, fetched now and kept nowhere here. Without one, write to nobody."""
    with context.database.session() as session, transaction(session):
        gift = session.get_one(Donation, UUID(donation_id))
        amount_pence, session_id, given_at, language = gift.amount_pence, gift.session_id, gift.created_at, gift.language
        was_paid = gift.status is Status.PAID
        # Tried again since, or not taken back as it turned out: nothing is left to tell.
        is_over = gift.status not in {Status.FAILED, Status.PAID} or (was_paid and figures(session, gift).taken_back_pence == 0)
    address = context.gateways.stripe.fetch_receipt_email(session_id) if session_id and not is_over else None
    if not address:
        return
    link = f"{context.settings.base_url}/gifts/{context.keys.link_token('gift', donation_id)}"
    with speaking(language):
        words = letter("mail/bank_refused.txt", amount_pence=amount_pence, given_at=given_at, was_paid=was_paid, link=link)
    context.gateways.mail.send(address, words.subject, words.text, key=f"refused:{donation_id}")

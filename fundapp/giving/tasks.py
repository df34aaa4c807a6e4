"""What giving does in the background: answers bells, sweeps, writes receipts."""

from __future__ import annotations

import time

from fundapp.core.db import transaction
from fundapp.core.language import speaking
from fundapp.gateways.documents.receipt import receipt_pdf
from fundapp.gateways.mail import Attachment
from fundapp.giving import inbox, sweeping
from fundapp.giving.bank import balancing
from fundapp.giving.following import releasing
from fundapp.giving.monthly.tasks import month_of
from fundapp.giving.receipts import Receipt, receipt_of
from fundapp.jobs import JobContext, Tasks
from fundapp.jobs import queries as jobs
from fundapp.web.letters import html_twin, letter

tasks = Tasks("giving")
SWEEP = "giving.sweep"
# The sealer comes round each second; a pass takes a fraction of one.
SEAL_SECONDS = 3.0


# An hour and a half of tries; the sweep comes round besides.
@tasks.job(retries=6)
def act_on_event(context: JobContext, event_id: str) -> None:
    """Answer one of Stripe's bells."""
    with context.database.session() as session:
        inbox.act_on(session, context.gateways.stripe, event_id)


@tasks.job(retries=8)
def send_receipt(context: JobContext, donation_id: str) -> None:
    """Write to the address that the donor gave on Stripe's page, fetched now and kept nowhere here. Without one, write to nobody."""
    receipt = _read(context, donation_id)
    month = month_of(context, donation_id)
    address = month.address if month else None
    if month is None and receipt.session_id:
        address = context.gateways.stripe.fetch_receipt_email(receipt.session_id)
    if not address:
        return
    link = f"{context.settings.base_url}/gifts/{context.keys.link_token('gift', donation_id)}"
    with speaking(receipt.language):
        receipt = _sealed(context, donation_id)
        words = letter("mail/receipt.txt", receipt=receipt, link=link, month=month)
        html = html_twin("mail/receipt.html", receipt=receipt, link=link, month=month)
        pdf = Attachment(f"receipt-{receipt.reference}.pdf", receipt_pdf(**receipt.for_pdf(link)), "application/pdf")
    context.gateways.mail.send(address, words.subject, words.text, html, [pdf], key=f"receipt:{donation_id}")


def _read(context: JobContext, donation_id: str) -> Receipt:
    with context.database.session() as session, transaction(session):
        return receipt_of(session, donation_id)


def _sealed(context: JobContext, donation_id: str) -> Receipt:
    """The receipt with its proof: in a ledger that is being sealed, that is worth a wait of a second or two. Then without it."""
    patience = time.monotonic() + SEAL_SECONDS
    while (receipt := _read(context, donation_id)).waits_for_seal and time.monotonic() < patience:
        time.sleep(SEAL_SECONDS / 10)
    return receipt


@tasks.loop(every_seconds=60)
def sweep(context: JobContext) -> None:
    """Find what no event told."""
    with context.database.session() as session:
        with transaction(session):
            last_good = jobs.last_good_turn(session, SWEEP)
        sweeping.sweep_due(session, context.gateways.stripe, last_good=last_good)


@tasks.loop(every_seconds=300)
def release_traces(context: JobContext) -> None:
    """Work out what gifts did in quarters that were published since, so that their pages can tell."""
    with context.database.session() as session, transaction(session):
        releasing.release_due(session)


@tasks.loop(every_seconds=3600)
def prove_balance(context: JobContext) -> None:
    """See whether Stripe and the ledger agree."""
    with context.database.session() as session:
        balancing.prove(session, context.gateways.stripe)

"""Letters to donors who asked for them: their receipt, and the way back to their gifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fundapp.core.db import transaction
from fundapp.core.language import speaking
from fundapp.gateways.documents.receipt import receipt_pdf
from fundapp.gateways.mail import Attachment
from fundapp.giving.letters import sending as letter_sending
from fundapp.giving.letters.models import LetterAddress
from fundapp.giving.letters.sending import MOST_IN_LETTER
from fundapp.giving.models import Donation
from fundapp.giving.receipts import receipt_of
from fundapp.jobs import JobContext, Tasks
from fundapp.people import queries as people
from fundapp.people.models import FundHolder
from fundapp.web.letters import html_twin, letter

tasks = Tasks("giving")


@dataclass(frozen=True, slots=True)
class Found:
    """A gift as the letter names it."""

    given_at: datetime
    amount_pence: int
    link: str


@dataclass(frozen=True, slots=True)
class Again:
    """Whom to write to, and what."""

    address_id: int
    email: str
    language: str
    letters: str
    gifts: tuple[Found, ...]
    holder: FundHolder


@tasks.job(retries=8)
def send_asked_receipt(context: JobContext, donation_id: str) -> None:
    """Send a receipt where its donor asked for it. Nothing is sent where the address was forgotten meanwhile."""
    with context.database.session() as session, transaction(session):
        address = letter_sending.address_of(session, session.get_one(Donation, UUID(donation_id)))
        receipt = receipt_of(session, donation_id)
    if address is None:
        return
    link = f"{context.settings.base_url}/gifts/{context.keys.link_token('gift', donation_id)}"
    told = {"receipt": receipt, "link": link, "month": None, "letters": _page(context, address), "takes_news": address.takes_news}
    with speaking(receipt.language):
        words, html = letter("mail/receipt.txt", **told), html_twin("mail/receipt.html", **told)
        pdf = Attachment(f"receipt-{receipt.reference}.pdf", receipt_pdf(**receipt.for_pdf(link)), "application/pdf")
    context.gateways.mail.send(address.email, words.subject, words.text, html, [pdf], key=f"receipt:{donation_id}:asked")


@tasks.job(retries=8)
def find_gifts_again(context: JobContext, asking_id: int) -> None:
    """Send the links to somebody's gifts to the address we have, if we have it."""
    with context.database.session() as session, transaction(session):
        address = letter_sending.whom_to_answer(session, asking_id)
        if address is None:
            return
        gifts = session.scalars(letter_sending.gifts_of(address.id).limit(MOST_IN_LETTER)).all()
        found = tuple(_found(context, one) for one in gifts)
        again = Again(address.id, address.email, address.language, _page(context, address), found, people.fund_holder(session))
    with speaking(again.language):
        words = letter("mail/gifts_again.txt", again=again)
    context.gateways.mail.send(again.email, words.subject, words.text, key=f"gifts-again:{asking_id}")
    with context.database.session() as session, transaction(session):
        letter_sending.answered(session, asking_id, again.address_id)


def _found(context: JobContext, donation: Donation) -> Found:
    link = f"{context.settings.base_url}/gifts/{context.keys.link_token('gift', str(donation.id))}"
    return Found(donation.paid_at or donation.created_at, donation.amount_pence, link)


def _page(context: JobContext, address: LetterAddress) -> str:
    return f"{context.settings.base_url}/letters/{address.id}/{letter_sending.token_of(context.keys, address.id)}"

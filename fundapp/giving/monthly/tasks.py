"""What monthly giving does in the background: addresses of gifts, letters, and what a donor asked for and was cut off from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fundapp.core.db import transaction
from fundapp.core.language import speaking
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.monthly import letters as monthly_letters
from fundapp.giving.monthly import links as monthly_links
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.monthly.changing import carry_out_act
from fundapp.giving.monthly.letters import News
from fundapp.giving.monthly.models import Pledge, PledgeAsking
from fundapp.jobs import JobContext, Tasks
from fundapp.people import queries as people
from fundapp.people.models import FundHolder
from fundapp.web.letters import letter

tasks = Tasks("giving")


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter says of a monthly gift, and where it goes."""

    holder: FundHolder
    address: str | None
    link: str
    amount_pence: int
    next_at: datetime | None
    is_unpaid: bool
    language: str


@tasks.job(retries=8)
def give_address(context: JobContext, donation_id: str) -> None:
    """Let a month's gift be found at its own page."""
    with context.database.session() as session, transaction(session):
        monthly_gifts.give_address(session, context.keys, UUID(donation_id))


@tasks.job(retries=8)
def carry_out_pledge_act(context: JobContext, act_id: int) -> None:
    """Do what was asked for, unless whoever asked has seen it done."""
    with context.database.session() as session:
        carry_out_act(session, context.gateways.stripe, act_id)


@tasks.job(retries=8)
def send_pledge_news(context: JobContext, pledge_id: str, news: str, mark: str) -> None:
    """Tell a donor what has happened to their monthly gift."""
    _send(context, pledge_id, "mail/monthly_news.txt", key=f"pledge:{pledge_id}:{news}:{mark}", news=News(news), News=News)


@tasks.job(retries=8)
def send_pledge_reminder(context: JobContext, pledge_id: str, invoice_id: str, number: int) -> None:
    """Remind a donor that a month was not paid."""
    _send(context, pledge_id, "mail/monthly_reminder.txt", key=f"pledge:{invoice_id}:{number}", number=number)


@tasks.job(retries=8)
def send_pledge_link(context: JobContext, pledge_id: str, mark: str) -> None:
    """Send the link to a monthly gift's page, unless that was done often enough today."""
    with context.database.session() as session, transaction(session):
        if monthly_links.had_enough(session, UUID(pledge_id)):
            return
    _send(context, pledge_id, "mail/monthly_link.txt", key=f"pledge:{pledge_id}:link:{mark}")


@tasks.job(retries=8)
def answer_pledge_asking(context: JobContext, asking_id: int) -> None:
    """Look who gives monthly with an address that was written, and have the links sent there. The address is gone after."""
    with context.database.session() as session:
        with transaction(session):
            asking = session.get(PledgeAsking, asking_id)
        if asking is None:
            return
        stripe = context.gateways.stripe
        # Stripe compares letter by letter.
        spellings = dict.fromkeys([asking.address, asking.address.lower()])
        customers = [one for spelling in spellings for one in stripe.customers_with(spelling)]
        with transaction(session):
            for pledge in monthly_queries.of_customers(session, customers):
                monthly_letters.ask_for_link(session, pledge, mark=str(asking_id))
            session.delete(session.get_one(PledgeAsking, asking_id))


def month_of(context: JobContext, donation_id: str) -> Told | None:
    """What the receipt of a month says besides, and where it goes; None for a gift that is no month of anything."""
    with context.database.session() as session, transaction(session):
        pledge = monthly_queries.of_gift(session, UUID(donation_id))
    return _told(context, pledge) if pledge else None


def _send(context: JobContext, pledge_id: str, template: str, *, key: str, **facts: object) -> None:
    with context.database.session() as session, transaction(session):
        pledge = session.get_one(Pledge, UUID(pledge_id))
    told = _told(context, pledge)
    if not told.address:
        return
    with speaking(told.language):
        words = letter(template, told=told, ask_again=f"{context.settings.base_url}/monthly", **facts)
    context.gateways.mail.send(told.address, words.subject, words.text, key=key)


def _told(context: JobContext, pledge: Pledge) -> Told:
    """The address stays with Stripe until it is written to."""
    address = context.gateways.stripe.fetch_customer_email(pledge.customer_id) if pledge.customer_id else None
    with context.database.session() as session, transaction(session):
        token = monthly_links.mint(session, pledge.id) if address else ""
        return Told(
            holder=people.fund_holder(session),
            address=address,
            link=f"{context.settings.base_url}/monthly/{token}",
            amount_pence=pledge.amount_pence,
            next_at=pledge.next_at,
            is_unpaid=pledge.stopped_because == "payment_failed" or monthly_queries.was_stopped_unpaid(session, pledge.id),
            language=pledge.language,
        )

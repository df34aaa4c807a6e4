"""Monthly gifts of the demonstration: one that goes on, one whose card was declined this month, one that was stopped.

Ask for the link to one at /monthly, with its address; the letter comes to the demonstration's mail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.core.keys import Keys
from fundapp.giving.monthly import asking as monthly_asking
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.monthly.changing import carry_out_act
from fundapp.giving.monthly.lifecycle import Deed
from fundapp.giving.monthly.models import Pledge
from fundapp.giving.monthly.settling import settle_invoice, settle_pledge_page, settle_subscription
from fundapp.giving.starting import Addresses

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

# Who, how much a month, how many days ago it began, and what became of it.
_PLEDGES = (
    ("monthly@example.org", 1_000, 70, ""),
    ("declined@example.org", 500, 33, "declined"),
    ("stopped@example.org", 2_000, 64, "stopped"),
)


def plan(agenda: Agenda, stripe: HistoricStripe, keys: Keys) -> None:
    """Put them all into the agenda."""
    for number, (address, pence, days, end) in enumerate(_PLEDGES):
        _plan(agenda, stripe, keys, number, (address, pence, days, end))


def _plan(agenda: Agenda, stripe: HistoricStripe, keys: Keys, number: int, told: tuple[str, int, int, str]) -> None:
    address, pence, days, end = told
    begins = agenda.until - timedelta(days=days)

    def begin(session: Session) -> None:
        stripe.at_this_moment()
        pledge = monthly_starting.begin(session, keys=keys, form=f"demonstration-month{number}", point=None, amount_pence=pence)
        session.commit()
        name, to = "A gift each month to the Changing Lives Fund", Addresses("http://localhost/paid", "http://localhost/")
        monthly_starting.payment_page(session, stripe.gateway, pledge, amount_pence=pence, name=name, to=to)
        identity, session_id = pledge.id, pledge.session_id or ""
        stripe.control(f"/sessions/{session_id}/pay", email=address)
        settle_pledge_page(session, stripe.gateway, session_id)
        subscription_id = session.get_one(Pledge, identity, populate_existing=True).subscription_id or ""
        if end == "declined":
            stripe.control(f"/subscriptions/{subscription_id}/card", card="declines")
        # An hour after each month that Stripe's clock has seen go by.
        for month in range(1, 4):
            agenda.at(begins + timedelta(days=31 * month, hours=1), lambda later: _month(later, identity, subscription_id))
        if end == "stopped":
            agenda.at(begins + timedelta(days=40), lambda later: _stop(later, identity))
        _give_addresses(session, identity)

    def _month(session: Session, identity: UUID, subscription_id: str) -> None:
        stripe.at_this_moment()
        stripe.control("/clock/chores")
        for invoice in stripe.gateway.invoices_of(subscription_id):
            settle_invoice(session, stripe.gateway, invoice.id)
        settle_subscription(session, stripe.gateway, subscription_id)
        _give_addresses(session, identity)

    def _stop(session: Session, identity: UUID) -> None:
        stripe.at_this_moment()
        act = monthly_asking.ask(session, pledge_id=identity, deed=Deed.STOP, form=f"demonstration-stop{number}")
        session.commit()
        carry_out_act(session, stripe.gateway, act.id)

    def _give_addresses(session: Session, identity: UUID) -> None:
        for gift in session.scalars(monthly_queries.gifts(identity)):
            monthly_gifts.give_address(session, keys, gift.id)

    agenda.at(begins, begin)

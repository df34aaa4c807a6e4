"""Monthly gifts for tests: begun at the stand-in, billed month by month, and heard of by bells."""

from __future__ import annotations

from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.models import Donation
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.monthly.models import Pledge
from fundapp.giving.monthly.settling import settle_pledge_page
from tests.builders.giving import BACK, KEYS, hear
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of

_forms = count(1)
ADDRESS = "mary@example.org"


def started(session: Session, stripe: StripeGateway, pence: int = 1000, *, form: str = "") -> Pledge:
    """A monthly gift whose payment page is open."""
    with transaction(session):
        pledge = monthly_starting.begin(session, keys=KEYS, form=form or f"monthly{next(_forms)}", point=None, amount_pence=pence)
    monthly_starting.payment_page(session, stripe, pledge, amount_pence=pence, name="A gift each month", to=BACK)
    return pledge_of(session, pledge)


def begun(session: Session, stripe: StripeGateway, stand_in: StandIn, pence: int = 1000, *, email: str = ADDRESS) -> Pledge:
    """A monthly gift whose first month is paid and recorded. Its bells are still to ring."""
    pledge = started(session, stripe, pence)
    stand_in.pay(pledge.session_id or "", email)
    settle_pledge_page(session, stripe, pledge.session_id or "")
    return pledge_of(session, pledge)


def pledge_of(session: Session, pledge: Pledge) -> Pledge:
    """It as it stands."""
    return session.scalars(select(Pledge).where(Pledge.id == pledge.id).execution_options(populate_existing=True)).one()


def months(session: Session) -> list[Donation]:
    """Every gift, oldest first."""
    statement = select(Donation).order_by(Donation.created_at, Donation.id).execution_options(populate_existing=True)
    return list(session.scalars(statement))


def listen(session: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    """Hear every bell that has not rung, in order."""
    bells = stand_in.bells()
    for bell in bells:
        hear(session, stripe, bell)
    stand_in.drop(event_ids=[bell.event_id for bell in bells])


def open_invoice(stand_in: StandIn, pledge: Pledge) -> str:
    """The id of the month that was asked for in vain."""
    (one,) = client_of(stand_in).v1.invoices.list({"subscription": pledge.subscription_id or "", "status": "open"}).data
    return one.id

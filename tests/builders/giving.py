"""Donors for tests: they open a page, choose, go to the payment page, pay or turn away, and come back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.config import DEMO_SECRET
from fundapp.core.db import transaction
from fundapp.core.keys import Keys
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import inbox, starting
from fundapp.giving.models import Donation
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.points.models import CollectionPoint
from tests.builders.stand_in import Bell, StandIn
from tests.support.outside import BASE_URL
from tests.support.page import Page
from tests.support.web import Client

KEYS = Keys(DEMO_SECRET, ())
BACK = starting.Addresses(f"{BASE_URL}/paid", f"{BASE_URL}/given-up")

_forms = count(1)


@dataclass
class Donor:
    """Somebody with a phone. `session_id` is the payment page they were sent to last."""

    client: Client
    stand_in: StandIn
    books: Session
    session_id: str = ""

    def choose(self, pounds: str = "5", *, at: str = "/give", page: Page | None = None) -> Page:
        """Open a place's page (or take one that lies open), choose an amount and press Give. Returns the answer, not followed."""
        opened = page or self.client.get(at)
        answer = opened.form().fill(amount(pounds)).submit(follow=False)
        if answer.status == 200 and "Do you mean" in answer.text("h1"):
            answer = answer.form().submit(follow=False)
        if answer.status == 303 and "/c/pay/" in answer.headers["Location"]:
            self.session_id = session_of(answer.headers["Location"])
        return answer

    def pay(self, email: str | None = None) -> None:
        """Pay at the payment page."""
        self.stand_in.pay(self.session_id, email)

    def come_back(self) -> Page:
        """Be sent back by the payment page, to the gift's own page."""
        return self.client.get(f"{self.gift_url}/return").follow()

    def give(self, pounds: str = "5", *, at: str = "/give", email: str | None = None) -> Page:
        """All of it."""
        self.choose(pounds, at=at)
        self.pay(email)
        return self.come_back()

    @property
    def gift(self) -> Donation:
        """The gift of the payment page they were sent to last."""
        return gift_of(self.books, self.session_id)

    @property
    def gift_url(self) -> str:
        """The gift's own page."""
        return f"/gifts/{self.client.app.extensions['fund'].keys.link_token('gift', str(self.gift.id))}"


def amount(pounds: str) -> dict[str, str]:
    """The fields of the form for an amount: one that is offered, or one's own."""
    offered = {"3": "300", "5": "500", "10": "1000", "20": "2000"}
    return {"amount": offered[pounds]} if pounds in offered else {"amount": "other", "other": pounds}


def session_of(address: str) -> str:
    """The session that a payment page's address belongs to."""
    return urlsplit(address).path.rpartition("/")[2]


def gateway_of(stand_in: StandIn) -> StripeGateway:
    """The gateway to a stand-in."""
    return StripeGateway(stand_in.secret_key, stand_in.api_base, [stand_in.webhook_secret])


def begin(session: Session, pence: int = 500, *, form: str = "", point: CollectionPoint | None = None) -> Donation:
    """A gift's row, from a form of its own."""
    with transaction(session):
        form = form or f"form{next(_forms)}"
        return starting.begin(session, keys=KEYS, form=form, point=point, amount_pence=pence)


def lead(session: Session, stripe: StripeGateway, donation: Donation, pence: int = 0) -> str | None:
    """The address of the gift's payment page."""
    pence = pence or donation.amount_pence
    return starting.payment_page(session, stripe, donation, amount_pence=pence, name="A gift", to=BACK)


def started(session: Session, stripe: StripeGateway, pence: int = 500, *, point: CollectionPoint | None = None) -> Donation:
    """A gift whose payment page is open."""
    donation = begin(session, pence, point=point)
    lead(session, stripe, donation)
    return donation


def gift_of(session: Session, session_id: str = "") -> Donation:
    """The one gift there is, or the one with this payment page, as it stands."""
    statement = select(Donation).execution_options(populate_existing=True)
    return session.scalars(statement.where(Donation.session_id == session_id) if session_id else statement).one()


def ring(client: Client, bell: Bell, **headers: str) -> Page:
    """Ring a bell at the webhook, with the exact bytes that were signed."""
    said = {"Stripe-Signature": bell.signature, **headers}
    return client._send("POST", "/webhooks/stripe", data=bell.body, content_type="application/json", headers=said)


def hear(session: Session, stripe: StripeGateway, bell: Bell) -> None:
    """Take a bell in and answer it, without the web and the queue."""
    event = stripe.verify_event(bell.body, bell.signature)
    with transaction(session):
        inbox.take_in(session, event)
    inbox.act_on(session, stripe, event.id)


MOVED = (
    chart.STRIPE_CLEARING,
    chart.STRIPE_BALANCE,
    chart.PAYOUTS_IN_TRANSIT,
    chart.BANK,
    chart.DISPUTED,
    chart.SUSPENSE,
    chart.DONATIONS,
    chart.PROCESSING_FEES,
    chart.REFUNDS,
    chart.CHARGEBACKS,
    chart.DISPUTE_FEES,
)


def ledger_of(session: Session, fund: str | None = None) -> dict[str, int]:
    """What stands in the accounts that gifts move, in pence on each account's own side, in one fund or all. Nought is left out."""
    found = {code: ledger.balance_pence(session, code, fund) for code in MOVED}
    return {code: pence for code, pence in found.items() if pence}

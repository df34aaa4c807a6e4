"""Donors for tests: they open a page, choose, go to the payment page, pay or turn away, and come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.giving.models import Donation
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from tests.builders.stand_in import Bell, StandIn
from tests.support.page import Page
from tests.support.web import Client


@dataclass
class Donor:
    """Somebody with a phone. `session_id` is the payment page they were sent to last."""

    client: Client
    stand_in: StandIn
    session_id: str = ""
    pages: list[Page] = field(default_factory=list)

    def choose(self, pounds: str = "5", *, at: str = "/give", page: Page | None = None) -> Page:
        """Open a place's page (or take one that lies open), choose an amount and press Give. Returns the answer, not followed."""
        opened = page or self.client.get(at)
        answer = opened.form().fill(**amount(pounds)).submit(follow=False)
        if answer.status == 303 and "/c/pay/" in answer.headers["Location"]:
            self.session_id = urlsplit(answer.headers["Location"]).path.rpartition("/")[2]
        self.pages.append(opened)
        return answer

    def pay(self, email: str | None = None) -> None:
        """Pay at the payment page."""
        self.stand_in.pay(self.session_id, email)

    def come_back(self, session: Session) -> Page:
        """Be sent back by the payment page, to the gift's own page."""
        token = self.client.app.extensions["fund"].keys.link_token("gift", str(only_gift(session, self.session_id).id))
        return self.client.get(f"/gifts/{token}/return").follow()

    def give(self, session: Session, pounds: str = "5", *, at: str = "/give", email: str | None = None) -> Page:
        """All of it."""
        self.choose(pounds, at=at)
        self.pay(email)
        return self.come_back(session)


def amount(pounds: str) -> dict[str, str]:
    """The fields of the form for an amount: one that is offered, or one's own."""
    offered = {"3": "300", "5": "500", "10": "1000", "20": "2000"}
    return {"amount": offered[pounds]} if pounds in offered else {"amount": "other", "other": pounds}


def only_gift(session: Session, session_id: str = "") -> Donation:
    """The one gift there is, or the one with this payment page."""
    statement = select(Donation).execution_options(populate_existing=True)
    return session.scalars(statement.where(Donation.session_id == session_id) if session_id else statement).one()


def ring(client: Client, bell: Bell, **headers: str) -> Page:
    """Ring a bell at the webhook, with the exact bytes that were signed."""
    said = {"Stripe-Signature": bell.signature, **headers}
    return client._send("POST", "/webhooks/stripe", data=bell.body, content_type="application/json", headers=said)


def ledger_of(session: Session) -> dict[str, int]:
    """What stands in the accounts that gifts move, in pence on each account's own side, all funds together. Nought is left out."""
    codes = (
        chart.STRIPE_CLEARING, chart.STRIPE_BALANCE, chart.SUSPENSE, chart.DONATIONS, chart.PROCESSING_FEES, chart.REFUNDS,
    )  # fmt: skip
    found = {code: ledger.balance_pence(session, code) for code in codes}
    return {code: pence for code, pence in found.items() if pence}

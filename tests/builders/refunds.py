"""Refunds for tests: a paid gift, two finance officers, and what they do."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.models import Donation
from fundapp.giving.refunds import refunding
from fundapp.giving.refunds import sending as refund_sending
from fundapp.giving.refunds.models import GiftRefund
from fundapp.giving.settling import settle_charge, settle_session
from tests.builders import people
from tests.builders.giving import started
from tests.builders.stand_in import StandIn


def paid(session: Session, stripe: StripeGateway, stand_in: StandIn, pence: int = 1000) -> Donation:
    """A gift that was paid and settled."""
    donation = started(session, stripe, pence)
    stand_in.pay(donation.session_id or "")
    settle_session(session, stripe, donation.session_id or "")
    return donation


def officers(session: Session) -> tuple[Actor, Actor]:
    """Two finance officers."""
    one, two = (people.user(session, Role.FINANCE).actor for _ in range(2))
    return one, two


def ask(session: Session, donation: Donation, reason: str = "") -> GiftRefund:
    """The donor asks for it back."""
    with transaction(session):
        return refunding.ask(session, donation=donation, reason=reason)


def enter(session: Session, refund: GiftRefund, by: Actor, pence: int) -> GiftRefund:
    """A finance officer enters it."""
    with transaction(session):
        return refunding.enter(session, actor=by, refund_id=refund.id, amount_pence=pence)


def agree(session: Session, refund: GiftRefund, by: Actor) -> GiftRefund:
    """Another agrees."""
    with transaction(session):
        return refunding.agree(session, actor=by, refund_id=refund.id)


def send(session: Session, stripe: StripeGateway, refund: GiftRefund) -> None:
    """What the job does."""
    charge_id = refund_sending.send(session, stripe, refund.id)
    if charge_id:
        settle_charge(session, stripe, charge_id)

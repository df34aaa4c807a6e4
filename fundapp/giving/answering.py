"""What each kind of Stripe's bells leads to: fetch what it is about, and settle that."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.models import StripeEvent
from fundapp.giving.monthly.settling import settle_invoice, settle_page, settle_subscription
from fundapp.giving.settling import settle_charge, settle_session

Answer = Callable[[Session, StripeGateway, StripeEvent], None]


def _session(session: Session, stripe: StripeGateway, bell: StripeEvent) -> None:
    settle_page(session, stripe, settle_session(session, stripe, bell.object_id))


def _charge(session: Session, stripe: StripeGateway, bell: StripeEvent) -> None:
    if bell.charge_id:
        settle_charge(session, stripe, bell.charge_id)


def _subscription(session: Session, stripe: StripeGateway, bell: StripeEvent) -> None:
    settle_subscription(session, stripe, bell.object_id)


def _invoice(session: Session, stripe: StripeGateway, bell: StripeEvent) -> None:
    settle_invoice(session, stripe, bell.object_id)


def _payout(session: Session, stripe: StripeGateway, bell: StripeEvent) -> None:
    settle_payout(session, stripe, bell.object_id)


# By what an event is about (stripe.md section 4). What is not here is kept, and nothing is done about it.
ANSWERS: Mapping[str, Answer] = {
    "checkout.session": _session,
    "charge": _charge,
    "payment_intent": _charge,
    "subscription": _subscription,
    "invoice": _invoice,
    "refund": _charge,
    "dispute": _charge,
    "payout": _payout,
}

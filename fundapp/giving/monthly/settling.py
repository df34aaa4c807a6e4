"""Settling monthly gifts: what Stripe says of a page, a subscription or an invoice becomes what we know of it.

As with single gifts: Stripe is asked first, with no transaction open, and all of it is recorded in one. Bells may come in any
order: a pledge is overwritten from what was fetched, and older news than what stands changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.core.db import carry_out
from fundapp.gateways.stripe import CheckoutSession, StripeGateway, Subscription
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.monthly import letters as monthly_letters
from fundapp.giving.monthly import reminding as monthly_reminding
from fundapp.giving.monthly.lifecycle import BEGUN, PledgeState, may_move, told_by_stripe
from fundapp.giving.monthly.models import Pledge
from fundapp.giving.settling import settle_charge, settle_session


def settle_pledge_page(session: Session, stripe: StripeGateway, session_id: str) -> None:
    """Record what became of a monthly gift's payment page. Raises StripeFault."""
    settle_page(session, stripe, settle_session(session, stripe, session_id))


def settle_page(session: Session, stripe: StripeGateway, told: CheckoutSession) -> None:
    """The same, of a page that was fetched already. A page that is no monthly gift's is left alone. Raises StripeFault."""
    if told.mode != "subscription":
        return
    if told.subscription_id:
        settle_subscription(session, stripe, told.subscription_id)
    if told.invoice_id:
        settle_invoice(session, stripe, told.invoice_id)
    carry_out(session, lambda: _record_page(session, told))


def settle_subscription(session: Session, stripe: StripeGateway, subscription_id: str) -> None:
    """Record how a subscription stands. Raises StripeFault."""
    asked_at = clock.now()
    told = stripe.fetch_subscription(subscription_id)
    carry_out(session, lambda: _record_subscription(session, told, asked_at))


def settle_invoice(session: Session, stripe: StripeGateway, invoice_id: str) -> None:
    """Record what an invoice brought: each charge that paid it, or that a card was asked in vain. Raises StripeFault.

    One of nought, or paid outside Stripe, brought nothing here: no charge paid it.
    """
    told = stripe.fetch_invoice(invoice_id)
    for charge_id in told.charge_ids:
        settle_charge(session, stripe, charge_id, invoice=told)
    if told.status == "open" and told.tries and told.subscription_id:
        settle_subscription(session, stripe, told.subscription_id)
        carry_out(session, lambda: monthly_reminding.record_unpaid(session, told))


def _record_page(session: Session, told: CheckoutSession) -> None:
    pledge = monthly_gifts.held(session, pledge_id=told.client_reference_id, subscription_id=told.subscription_id)
    if pledge is None:
        return
    pledge.looked_at = clock.now()
    # An older page of the same pledge has nothing more to say once it is closed.
    if told.status == "expired" and told.id == pledge.session_id:
        move(session, pledge, PledgeState.EXPIRED)


def _record_subscription(session: Session, told: Subscription, asked_at: datetime) -> None:
    pledge = monthly_gifts.held(session, pledge_id=told.pledge_id, subscription_id=told.id)
    if pledge is None or pledge.told_at > asked_at:
        return
    if pledge.subscription_id not in {None, told.id}:
        # Two pages of one pledge were paid. The first stands; finance ends the other one at Stripe.
        raise_alarm(session, kind=AlarmKind.PAID_TWICE, about=told.id, subject=pledge.subject)
        return
    before, state = pledge.state, told_by_stripe(status=told.status, is_paused=told.is_paused)
    pledge.subscription_id, pledge.customer_id, pledge.amount_pence = told.id, told.customer_id, told.amount_pence
    is_over = state is PledgeState.STOPPED
    pledge.next_at, pledge.ends_at = (None, None) if is_over else (told.next_at, told.ends_at)
    pledge.told_at = pledge.looked_at = asked_at
    if is_over and pledge.stopped_at is None:
        pledge.stopped_at, pledge.stopped_because = told.ended_at or asked_at, told.ended_because
    move(session, pledge, state)
    if is_over and before in BEGUN:
        monthly_letters.ask_for_news(session, pledge, monthly_letters.News.STOPPED, mark=told.id)


def move(session: Session, pledge: Pledge, state: PledgeState) -> None:
    """Move a pledge that this transaction holds, if the table lets it. The one place that writes its state."""
    if state is pledge.state or not may_move(pledge.state, state):
        return
    facts = {"from": pledge.state.value, "to": state.value}
    pledge.state = state
    session.flush()
    record(session, actor=STRIPE, kind=AuditKind.PLEDGE_MOVED, subject=pledge.subject, facts=facts)

"""What happens at Stripe by itself: weekly payouts to the bank, and two gifts that their donors' banks dispute."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.cli.main import Fault
from fundapp.core import clock
from fundapp.giving.bank import balancing
from fundapp.giving.bank.models import GiftDispute
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_charge

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

# How many days ago; Stripe has not yet said what the last is made of.
PAID_OUT = (16, 9, 2)
# How many days ago each dispute began, and the lost one ended.
LOST, ENDED, OPEN = 40, 19, 1


def plan(agenda: Agenda, stripe: HistoricStripe) -> None:
    """Put payouts, disputes and the last comparison into the agenda."""
    for days in PAID_OUT:
        agenda.at(agenda.until - timedelta(days=days), partial(_pay_out, stripe=stripe, last=days == PAID_OUT[-1]))
    for days in (LOST, OPEN):
        agenda.at(agenda.until - timedelta(days=days, hours=2), partial(_dispute, stripe=stripe))
    agenda.at(agenda.until - timedelta(days=ENDED), partial(_lose, stripe=stripe))
    agenda.at(agenda.until - timedelta(minutes=20), partial(_prove, stripe=stripe))


def _pay_out(session: Session, stripe: HistoricStripe, *, last: bool) -> None:
    stripe.at_this_moment()
    try:
        payout_id = stripe.control("/payouts")["id"]
    except Fault:
        # A week without gifts: nothing is there to be paid out.
        return
    if not last:
        for deed in ("reconcile", "arrive"):
            stripe.control(f"/payouts/{payout_id}/{deed}")
    settle_payout(session, stripe.gateway, payout_id)


def _dispute(session: Session, stripe: HistoricStripe) -> None:
    """The bank of whoever gave last, some days before, says that they did not."""
    stripe.at_this_moment()
    gifts = select(Donation.charge_id).where(
        Donation.status == Status.PAID, Donation.source == Source.CARD, Donation.paid_at < clock.now() - timedelta(days=5)
    )
    charge_id = session.scalars(gifts.order_by(Donation.paid_at.desc(), Donation.id).limit(1)).one() or ""
    stripe.control(f"/charges/{charge_id}/dispute")
    settle_charge(session, stripe.gateway, charge_id)


def _lose(session: Session, stripe: HistoricStripe) -> None:
    stripe.at_this_moment()
    dispute = session.scalars(select(GiftDispute).order_by(GiftDispute.opened_at, GiftDispute.id).limit(1)).one()
    stripe.control(f"/disputes/{dispute.id}/lose")
    settle_charge(session, stripe.gateway, dispute.charge_id)


def _prove(session: Session, stripe: HistoricStripe) -> None:
    stripe.at_this_moment()
    balancing.prove(session, stripe.gateway)

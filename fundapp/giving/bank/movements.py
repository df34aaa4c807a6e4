"""Movements of the Stripe balance that no gift explains: each to its own account by what Stripe reports it as."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.gateways.stripe import BalanceTransaction
from fundapp.giving import rules
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.posting import write
from fundapp.ledger import chart
from fundapp.ledger.service import Line

# By Stripe's reporting category (docs.stripe.com/reports/reporting-categories): the account on the other side, and the entry's kind.
# What Stripe keeps for the account, or gives back of it, is borne by the unrestricted fund, since no gift's terms pay for it.
KNOWN = {
    "fee": (chart.PROCESSING_FEES, "stripe.fee"),
    "tax": (chart.PROCESSING_FEES, "stripe.fee"),
    "network_cost": (chart.PROCESSING_FEES, "stripe.fee"),
    # Our own money, sent to Stripe from the bank or back: on its way until the bank's statement has it.
    "topup": (chart.PAYOUTS_IN_TRANSIT, "stripe.topped-up"),
    "topup_reversal": (chart.PAYOUTS_IN_TRANSIT, "stripe.topped-up"),
}


def post_movement(session: Session, told: BalanceTransaction) -> None:
    """Post a movement that belongs to no charge: to its own account, or into suspense with an alarm. In the general fund."""
    subject, pence = f"stripe:{told.id}", told.net_pence
    account, kind = KNOWN.get(told.reporting_category, (chart.SUSPENSE, "stripe.unknown"))
    if account == chart.SUSPENSE:
        raise_alarm(session, kind=AlarmKind.UNKNOWN_MOVEMENT, about=told.id, subject=subject)
    if pence == 0:
        return
    debit, credit = (chart.STRIPE_BALANCE, account) if pence > 0 else (account, chart.STRIPE_BALANCE)
    write(session, told, kind, subject, [Line(debit, credit, rules.GENERAL_FUND, abs(pence))])

"""What Stripe did, in the ledger: one entry a fact, under the fact's own key, whoever tells it and however often.

`charge:ch_…` is the gross, `txn:txn_…` each movement of the Stripe balance (reference: the event-to-posting table of stripe.md).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.gateways.stripe import BalanceTransaction, Charge, Refund
from fundapp.giving.alarms import raise_alarm
from fundapp.ledger import chart
from fundapp.ledger import service as ledger
from fundapp.ledger.service import Line


def post_charge(session: Session, charge: Charge, *, subject: str, fund: str, income: str = chart.DONATIONS) -> None:
    """Post a paid charge, its fee as far as it is known, and its refunds. What stands already is left as it is."""
    ledger.post(
        session,
        event_key=f"charge:{charge.id}",
        kind="gift.charged",
        happened_on=clock.day_of(charge.created_at),
        lines=[Line(debit=chart.STRIPE_CLEARING, credit=income, fund=fund, amount_pence=charge.amount_pence)],
        actor=STRIPE.reference,
        subject=subject,
    )
    if charge.balance_transaction:
        _post_settled(session, charge.balance_transaction, subject, fund)
    for refund in charge.refunds:
        _post_refund(session, refund, subject, fund)


def _post_settled(session: Session, told: BalanceTransaction, subject: str, fund: str) -> None:
    lines = [Line(debit=chart.STRIPE_BALANCE, credit=chart.STRIPE_CLEARING, fund=fund, amount_pence=told.net_pence)]
    if told.fee_pence:
        lines.append(Line(debit=chart.PROCESSING_FEES, credit=chart.STRIPE_CLEARING, fund=fund, amount_pence=told.fee_pence))
    ledger.post(
        session,
        event_key=f"txn:{told.id}",
        kind="gift.settled",
        happened_on=clock.day_of(told.created_at),
        lines=lines,
        actor=STRIPE.reference,
        subject=subject,
    )


def _post_refund(session: Session, refund: Refund, subject: str, fund: str) -> None:
    given_back, came_back = refund.balance_transaction, refund.failure_balance_transaction
    if given_back:
        lines = [Line(debit=chart.REFUNDS, credit=chart.STRIPE_BALANCE, fund=fund, amount_pence=-given_back.amount_pence)]
        if given_back.fee_pence > 0:
            fee = Line(debit=chart.PROCESSING_FEES, credit=chart.STRIPE_BALANCE, fund=fund, amount_pence=given_back.fee_pence)
            lines.append(fee)
        # It happened whether the fund still had the money or not.
        ledger.force(
            session,
            event_key=f"txn:{given_back.id}",
            kind="gift.refunded",
            happened_on=clock.day_of(given_back.created_at),
            lines=lines,
            actor=STRIPE.reference,
            subject=subject,
        )
    if came_back:
        ledger.post(
            session,
            event_key=f"txn:{came_back.id}",
            kind="gift.refund-failed",
            happened_on=clock.day_of(came_back.created_at),
            lines=[Line(debit=chart.STRIPE_BALANCE, credit=chart.REFUNDS, fund=fund, amount_pence=came_back.amount_pence)],
            actor=STRIPE.reference,
            subject=subject,
        )
        raise_alarm(session, kind="refund-failed", about=refund.id, subject=subject)

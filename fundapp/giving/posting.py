"""What Stripe did, in the ledger: one entry a fact, under the fact's own key, whoever tells it and however often.

`charge:ch_…` is the gross, `txn:txn_…` each movement of the Stripe balance (reference: the event-to-posting table of stripe.md).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.gateways.stripe import BalanceTransaction, Charge, Refund
from fundapp.giving import rules
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.ledger import chart
from fundapp.ledger import service as ledger
from fundapp.ledger.service import Line, Posted


def post_gift(session: Session, charge: Charge, *, subject: str, fund: str) -> None:
    """Post a paid charge, its fee as far as it is known, and its refunds. What stands already is left as it is."""
    ledger.receive(
        session,
        event_key=f"charge:{charge.id}",
        kind="gift.charged",
        happened_on=clock.day_of(charge.created_at),
        lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, fund, charge.amount_pence)],
        actor=STRIPE.reference,
        subject=subject,
    )
    if charge.balance_transaction:
        _write(
            session, charge.balance_transaction, "gift.settled", subject, _arrived(charge.balance_transaction, chart.STRIPE_CLEARING, fund)
        )
    for refund in charge.refunds:
        _post_refund(session, refund, chart.REFUNDS, subject, fund)


def post_unknown(session: Session, charge: Charge) -> None:
    """Post a charge that belongs to no gift of ours: into suspense, in the general fund, once it has reached the Stripe balance."""
    subject, fund = f"charge:{charge.id}", rules.GENERAL_FUND
    raise_alarm(session, kind=AlarmKind.UNKNOWN_GIFT, about=charge.id, subject=subject)
    if charge.balance_transaction is None:
        return
    _write(session, charge.balance_transaction, "stripe.unknown", subject, _arrived(charge.balance_transaction, chart.SUSPENSE, fund))
    for refund in charge.refunds:
        _post_refund(session, refund, chart.SUSPENSE, subject, fund)


def post_unexplained(session: Session, movement: BalanceTransaction) -> None:
    """Post a movement of the Stripe balance that no gift explains (a fee for the account, an adjustment): into suspense."""
    subject, fund, pence = f"stripe:{movement.id}", rules.GENERAL_FUND, movement.net_pence
    raise_alarm(session, kind=AlarmKind.UNKNOWN_MOVEMENT, about=movement.id, subject=subject)
    if pence == 0:
        return
    debit, credit = (chart.STRIPE_BALANCE, chart.SUSPENSE) if pence > 0 else (chart.SUSPENSE, chart.STRIPE_BALANCE)
    _write(session, movement, "stripe.unknown", subject, [Line(debit, credit, fund, abs(pence))])


def _arrived(told: BalanceTransaction, source: str, fund: str) -> list[Line]:
    """Net to the Stripe balance and the fee to its account, out of where the gross lay. The figures are Stripe's own, never reckoned."""
    lines = [Line(chart.STRIPE_BALANCE, source, fund, told.net_pence)] if told.net_pence > 0 else []
    from_gross = told.amount_pence - max(told.net_pence, 0)
    if from_gross > 0:
        lines.append(Line(chart.PROCESSING_FEES, source, fund, from_gross))
    if told.net_pence < 0:
        # A fee larger than the gift: the rest of it comes out of the balance.
        lines.append(Line(chart.PROCESSING_FEES, chart.STRIPE_BALANCE, fund, -told.net_pence))
    return lines


def _post_refund(session: Session, refund: Refund, account: str, subject: str, fund: str) -> None:
    given_back, came_back = refund.balance_transaction, refund.failure_balance_transaction
    if given_back is None:
        # Pending: no money has moved.
        return
    lines = [Line(account, chart.STRIPE_BALANCE, fund, -given_back.amount_pence)]
    if given_back.fee_pence > 0:
        lines.append(Line(chart.PROCESSING_FEES, chart.STRIPE_BALANCE, fund, given_back.fee_pence))
    elif given_back.fee_pence < 0:
        lines.append(Line(chart.STRIPE_BALANCE, chart.PROCESSING_FEES, fund, -given_back.fee_pence))
    posted = _write(session, given_back, "gift.refunded", subject, lines)
    if came_back:
        ledger.reverse(
            session,
            number=posted.number,
            event_key=f"txn:{came_back.id}",
            happened_on=clock.day_of(came_back.created_at),
            actor=STRIPE.reference,
            reason="refund-failed",
        )
        raise_alarm(session, kind=AlarmKind.REFUND_FAILED, about=refund.id, subject=subject)


def _write(session: Session, told: BalanceTransaction, kind: str, subject: str, lines: list[Line]) -> Posted:
    # It happened at Stripe, whether the fund still had the money or not. What only adds need not hold up the fund's gate.
    only_adds = kind == "gift.settled" and told.net_pence >= 0
    return (ledger.receive if only_adds else ledger.force)(
        session,
        event_key=f"txn:{told.id}",
        kind=kind,
        happened_on=clock.day_of(told.created_at),
        lines=lines,
        actor=STRIPE.reference,
        subject=subject,
    )

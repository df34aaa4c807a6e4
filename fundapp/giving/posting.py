"""What Stripe did, in the ledger: one entry a fact, under the fact's own key, whoever tells it and however often.

`charge:ch_…` is the gross, `txn:txn_…` each movement of the Stripe balance (reference: the event-to-posting table of stripe.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.gateways.stripe import BalanceTransaction, Charge, Refund
from fundapp.giving import rules
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.ledger import chart
from fundapp.ledger import service as ledger
from fundapp.ledger.service import Line, Posted


@dataclass(frozen=True, slots=True)
class Books:
    """Where a charge's money is written: about what, in which fund, and from and to which accounts."""

    subject: str
    fund: str
    # What it came in as, and what it goes out as: given back, or taken back by a bank.
    income: str = chart.DONATIONS
    refunds: str = chart.REFUNDS
    losses: str = chart.CHARGEBACKS

    @classmethod
    def of_nobody(cls, charge_id: str) -> Books:
        """Of a charge that belongs to no gift of ours: in suspense, in the general fund, whatever becomes of it."""
        return cls(f"charge:{charge_id}", rules.GENERAL_FUND, chart.SUSPENSE, chart.SUSPENSE, chart.SUSPENSE)


def post_gift(session: Session, charge: Charge, books: Books) -> None:
    """Post a paid charge, its fee as far as it is known, and its refunds. What stands already is left as it is."""
    ledger.receive(
        session,
        event_key=f"charge:{charge.id}",
        kind="gift.charged",
        happened_on=clock.day_of(charge.created_at),
        lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, books.fund, charge.amount_pence)],
        actor=STRIPE.reference,
        subject=books.subject,
    )
    if told := charge.balance_transaction:
        write(session, told, "gift.settled", books.subject, _arrived(told, chart.STRIPE_CLEARING, books.fund))
    _post_what_went_back(session, charge, books)


def post_unknown(session: Session, charge: Charge, books: Books) -> None:
    """Post a charge that belongs to no gift of ours: into suspense, in the general fund, once it has reached the Stripe balance."""
    raise_alarm(session, kind=AlarmKind.UNKNOWN_GIFT, about=charge.id, subject=books.subject)
    if told := charge.balance_transaction:
        write(session, told, "stripe.unknown", books.subject, _arrived(told, chart.SUSPENSE, books.fund))
        _post_what_went_back(session, charge, books)


def given_back(told: BalanceTransaction, account: str, fund: str) -> list[Line]:
    """Lines for what left the balance again: the amount out of its account, and what Stripe charged or returned of a fee for it."""
    return [Line(account, chart.STRIPE_BALANCE, fund, -told.amount_pence), *fee_lines(told, chart.PROCESSING_FEES, fund)]


def fee_lines(told: BalanceTransaction, account: str, fund: str) -> list[Line]:
    """A fee out of the balance, or one that Stripe gives back; none where there is none."""
    if told.fee_pence > 0:
        return [Line(account, chart.STRIPE_BALANCE, fund, told.fee_pence)]
    return [Line(chart.STRIPE_BALANCE, account, fund, -told.fee_pence)] if told.fee_pence < 0 else []


def write(session: Session, told: BalanceTransaction, kind: str, subject: str, lines: Sequence[Line]) -> Posted:
    """One movement of the Stripe balance, under its own key. It happened, whether the fund still had the money or not."""
    # What only adds need not hold up the fund's gate.
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


def _post_what_went_back(session: Session, charge: Charge, books: Books) -> None:
    for refund in charge.refunds:
        _post_refund(session, refund, books)
    if late := charge.failure_balance_transaction:
        # The bank had said yes, and days later no: the mirror of what was given.
        write(session, late, "gift.failed", books.subject, given_back(late, books.income, books.fund))


def _post_refund(session: Session, refund: Refund, books: Books) -> None:
    went, came_back = refund.balance_transaction, refund.failure_balance_transaction
    if went is None:
        # Pending: no money has moved.
        return
    posted = write(session, went, "gift.refunded", books.subject, given_back(went, books.refunds, books.fund))
    if came_back:
        ledger.reverse(
            session,
            number=posted.number,
            event_key=f"txn:{came_back.id}",
            happened_on=clock.day_of(came_back.created_at),
            actor=STRIPE.reference,
            reason="refund-failed",
        )
        raise_alarm(session, kind=AlarmKind.REFUND_FAILED, about=refund.id, subject=books.subject)

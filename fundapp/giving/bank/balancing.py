"""The daily proof that Stripe and the ledger agree, and the alarm when they do not.

Three things must hold. What stands at Stripe is what the ledger has there, less what is known by name to be under way: payouts that wait
for their funds, and what came within the hour. No gift waits longer than an hour for its fee. And what banks hold of disputed gifts is
what the ledger has apart for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import BalanceTransaction, StripeGateway
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.bank.models import GiftDispute, StripePayout, StripeProof
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.shares import standing_by_subject

# How long what came may be on its way into the ledger, and a fee on its way to us.
PATIENCE = timedelta(hours=1)
# How long Stripe may take to say what a payout is made of.
PAYOUT_PATIENCE = timedelta(days=3)
# How far back movements are looked through. What is missing from before then shows as a gap.
LOOK_BACK = timedelta(days=7)
# Money that moves while it is being counted is counted again.
MOST_COUNTS = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """What Stripe says, at one moment."""

    at: datetime
    pence: int
    movements: tuple[BalanceTransaction, ...]


def prove(session: Session, stripe: StripeGateway) -> StripeProof:
    """Compare, keep what was found as the day's, and raise the alarm where it does not hold. Raises StripeFault."""
    counted = _count(stripe)
    with transaction(session):
        return _record(session, counted)


def latest(session: Session) -> StripeProof | None:
    """The last comparison, if there was one."""
    return session.scalars(select(StripeProof).order_by(StripeProof.day.desc()).limit(1)).first()


def _count(stripe: StripeGateway) -> Counted:
    """What stands at Stripe, with its movements. Counted again where something moved meanwhile."""
    counted = Counted(clock.now(), stripe.balance_pence(), ())
    for _ in range(MOST_COUNTS):
        at = clock.now()
        movements = tuple(stripe.balance_transactions(at - LOOK_BACK))
        before, counted = counted.pence, Counted(at, stripe.balance_pence(), movements)
        if before == counted.pence:
            break
    return counted


def _record(session: Session, counted: Counted) -> StripeProof:
    standing = ledger.known_keys(session, [f"txn:{one.id}" for one in counted.movements])
    unposted = [one for one in counted.movements if f"txn:{one.id}" not in standing and one.net_pence]
    payouts = _payouts_under_way(session, unposted)
    others = [one for one in unposted if one.id not in payouts]
    recent = [one for one in others if one.created_at > counted.at - PATIENCE]
    proof = StripeProof(
        day=clock.day_of(counted.at),
        proved_at=counted.at,
        at_stripe_pence=counted.pence,
        in_ledger_pence=ledger.balance_pence(session, chart.STRIPE_BALANCE),
        payouts_pence=sum(payouts.values()),
        recent_pence=sum(one.net_pence for one in recent),
        late_fees=_late_fees(session, counted.at),
        held_pence=int(session.scalar(select(func.coalesce(func.sum(GiftDispute.held_pence), 0))) or 0),
        held_in_ledger_pence=ledger.balance_pence(session, chart.DISPUTED),
    )
    is_even = proof.gap_pence == 0 and proof.held_pence == proof.held_in_ledger_pence
    proof.holds = is_even and proof.late_fees == 0 and len(others) == len(recent) and not _ended_uneven(session, counted.at)
    _ask_about_slow_payouts(session, counted.at)
    if not proof.holds:
        about = proof.day.isoformat()
        raise_alarm(session, kind=AlarmKind.BALANCE_GAP, about=about, subject=f"stripe:balance-{about}")
    kept = session.merge(proof)
    session.flush()
    return kept


def _payouts_under_way(session: Session, unposted: Sequence[BalanceTransaction]) -> dict[str, int]:
    """Movements of payouts that the ledger does not have yet, and what each did to the balance: however old they are."""
    found = {one.id: one.net_pence for one in unposted if (one.source_id or "").startswith("po_")}
    for row in session.scalars(select(StripePayout).where(StripePayout.is_settled.is_(False))):
        found |= {row.txn_id: -row.amount_pence} if row.txn_id else {}
        found |= {row.failure_txn_id: row.amount_pence} if row.failure_txn_id else {}
    standing = ledger.known_keys(session, [f"txn:{txn_id}" for txn_id in found])
    return {txn_id: pence for txn_id, pence in found.items() if f"txn:{txn_id}" not in standing}


def _late_fees(session: Session, at: datetime) -> int:
    """How many gifts wait for their fee longer than they should, each with an alarm of its own."""
    waiting = standing_by_subject(session, chart.STRIPE_CLEARING, clock.day_of(at - LOOK_BACK))
    late = [one for one in waiting if one.pence > 0 and one.recorded_at < at - PATIENCE]
    for one in late:
        raise_alarm(session, kind=AlarmKind.LATE_FEE, about=one.subject, subject=one.subject)
    return len(late)


def _ended_uneven(session: Session, at: datetime) -> bool:
    """Whether a dispute has ended for a while, and what the bank took is neither back nor lost."""
    ended = select(GiftDispute.id).where(GiftDispute.held_pence != 0, GiftDispute.closed_at < at - PATIENCE).limit(1)
    return session.scalar(ended) is not None


def _ask_about_slow_payouts(session: Session, at: datetime) -> None:
    slow = select(StripePayout.id).where(
        StripePayout.is_settled.is_(False), StripePayout.is_automatic, StripePayout.created_at < at - PAYOUT_PATIENCE
    )
    for payout_id in session.scalars(slow.order_by(StripePayout.created_at, StripePayout.id)).all():
        raise_alarm(session, kind=AlarmKind.PAYOUT, about=payout_id, subject=f"stripe-payout:{payout_id}")

"""Payouts: money on its way from Stripe to the bank, fund by fund.

A payout is one sum of many funds' money. What it is made of is known when Stripe has reconciled it: then each fund's share goes on
its way, by the funds of its movements as the ledger has them. Until then it is a named item of the daily proof. "Paid" moves nothing:
the money is on its way until the bank's own statement has it, and a payout that was paid may yet fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record as put_on_record
from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.core.db import carry_out, transaction
from fundapp.gateways.stripe import BalanceTransaction, Payout, StripeGateway
from fundapp.giving import posting
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.bank.models import PayoutMovement, StripePayout
from fundapp.giving.recording import record_movement
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger import service as ledger_service
from fundapp.ledger.service import Line
from fundapp.ledger.shares import moved_by_fund

# How often the sweep asks about one that is not in the ledger yet.
ASKED_AGAIN_AFTER = timedelta(minutes=15)
OVER = frozenset({"failed", "canceled"})


def settle_payout(session: Session, stripe: StripeGateway, payout_id: str) -> None:
    """Record a payout as far as Stripe tells it. Safe to repeat, in any order, from several places at once.

    Raises StripeFault when Stripe does not answer, and Refused where a movement in it cannot be recorded yet; it is asked about again.
    """
    asked_at = clock.now()
    told = stripe.fetch_payout(payout_id)
    parts = stripe.movements_of(payout_id) if told.automatic and told.is_reconciled else None
    with transaction(session):
        missing = _missing(session, parts or ())
    try:
        for part in missing:
            _record_part(session, stripe, part, payout_id)
    finally:
        carry_out(session, lambda: _record(session, told, parts, asked_at))


def every() -> Select[StripePayout]:
    """Every payout, the newest first."""
    return select(StripePayout).order_by(StripePayout.created_at.desc(), StripePayout.id.desc())


def unsettled(session: Session, *, due_at: datetime | None = None) -> Sequence[str]:
    """Automatic payouts that the ledger does not have yet, oldest first: all, or those that were not asked about for a while.

    One made by hand waits for people. If it fails, its money comes back by a movement, which the sweep sees.
    """
    statement = select(StripePayout.id).where(StripePayout.is_settled.is_(False), StripePayout.is_automatic)
    if due_at is not None:
        statement = statement.where(StripePayout.told_at <= due_at - ASKED_AGAIN_AFTER)
    return session.scalars(statement.order_by(StripePayout.created_at, StripePayout.id)).all()


def told_of(session: Session, txn_ids: Sequence[str]) -> set[str]:
    """Of these movements, those of payouts that are known already: they are asked about in their own time."""
    rows = select(StripePayout.txn_id, StripePayout.failure_txn_id)
    found = session.execute(rows.where(or_(StripePayout.txn_id.in_(txn_ids), StripePayout.failure_txn_id.in_(txn_ids))))
    return {txn_id for row in found for txn_id in row if txn_id}


def _record_part(session: Session, stripe: StripeGateway, part: BalanceTransaction, payout_id: str) -> None:
    source = part.source_id or ""
    if not source.startswith("po_"):
        record_movement(session, stripe, part)
    elif source != payout_id:
        # An earlier payout that failed: what came back of it is paid out with this one.
        settle_payout(session, stripe, source)


def _missing(session: Session, parts: Sequence[BalanceTransaction]) -> list[BalanceTransaction]:
    standing = ledger.known_keys(session, [f"txn:{part.id}" for part in parts])
    # What moved nothing has no entry, and no share.
    return [part for part in parts if f"txn:{part.id}" not in standing and part.net_pence]


def _record(session: Session, told: Payout, parts: Sequence[BalanceTransaction] | None, asked_at: datetime) -> None:
    row = _row(session, told, asked_at)
    if not told.automatic:
        raise_alarm(session, kind=AlarmKind.MANUAL_PAYOUT, about=told.id, subject=_subject(told))
    posted = parts is not None and _post(session, told, parts)
    if told.status in OVER:
        raise_alarm(session, kind=AlarmKind.PAYOUT_FAILED, about=told.id, subject=_subject(told))
    row.is_settled = row.is_settled or posted
    if asked_at < row.told_at:
        return
    if row.status != told.status:
        _note(session, told, row.status)
    row.status, row.told_at, row.arrives_on = told.status, asked_at, clock.day_of(told.arrives_at)
    row.is_reconciled, row.is_settled = told.is_reconciled, posted
    row.txn_id = told.balance_transaction.id if told.balance_transaction else None
    row.failure_txn_id = told.failure_balance_transaction.id if told.failure_balance_transaction else None
    session.flush()


def _row(session: Session, told: Payout, asked_at: datetime) -> StripePayout:
    """The payout's row, held until the transaction ends; made at the first news of it."""
    values = {
        "id": told.id,
        "amount_pence": told.amount_pence,
        "status": told.status,
        "is_automatic": told.automatic,
        "is_reconciled": False,
        "created_at": told.created_at,
        "arrives_on": clock.day_of(told.arrives_at),
        "is_settled": False,
        "told_at": asked_at,
    }
    made = session.execute(insert(StripePayout).values(**values).on_conflict_do_nothing().returning(StripePayout.id)).scalar()
    if made:
        _note(session, told, "new")
    statement = select(StripePayout).where(StripePayout.id == told.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()


def _post(session: Session, told: Payout, parts: Sequence[BalanceTransaction]) -> bool:
    """Send each fund's share on its way, and bring it back if the payout failed. False where that cannot be said yet."""
    went, came_back = told.balance_transaction, told.failure_balance_transaction
    if went is None or _missing(session, parts):
        return False
    shares = moved_by_fund(session, chart.STRIPE_BALANCE, [f"txn:{part.id}" for part in parts])
    sums = {sum(part.net_pence for part in parts), sum(shares.values()), -went.net_pence, told.amount_pence}
    if len(sums) > 1 or not _stamp(session, told.id, parts):
        raise_alarm(session, kind=AlarmKind.PAYOUT_UNEVEN, about=told.id, subject=_subject(told))
        return False
    posted = posting.write(session, went, "stripe.paid-out", _subject(told), [_share(fund, pence) for fund, pence in shares.items()])
    if came_back:
        ledger_service.reverse(
            session,
            number=posted.number,
            event_key=f"txn:{came_back.id}",
            happened_on=clock.day_of(came_back.created_at),
            actor=STRIPE.reference,
            reason="payout-failed",
        )
    return True


def _share(fund: str, pence: int) -> Line:
    """One fund's share of a payout. A fund that gave back more than it got pays its part of the others' share."""
    if pence > 0:
        return Line(chart.PAYOUTS_IN_TRANSIT, chart.STRIPE_BALANCE, fund, pence)
    return Line(chart.STRIPE_BALANCE, chart.PAYOUTS_IN_TRANSIT, fund, -pence)


def _stamp(session: Session, payout_id: str, parts: Sequence[BalanceTransaction]) -> bool:
    """Note with which payout each movement went. False when one of them has gone with another already."""
    rows = [{"txn_id": part.id, "payout_id": payout_id, "net_pence": part.net_pence} for part in parts]
    if rows:
        session.execute(insert(PayoutMovement).values(rows).on_conflict_do_nothing())
    mine = select(PayoutMovement.txn_id).where(PayoutMovement.payout_id == payout_id)
    return set(session.scalars(mine)) == {part.id for part in parts}


def _subject(told: Payout) -> str:
    return f"stripe-payout:{told.id}"


def _note(session: Session, told: Payout, start: str) -> None:
    facts: dict[str, str | int] = {"from": start, "to": told.status, "amount_pence": told.amount_pence}
    put_on_record(session, actor=STRIPE, kind=AuditKind.PAYOUT_TOLD, subject=_subject(told), facts=facts)

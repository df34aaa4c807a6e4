"""Gifts that their donor's bank asks about or takes back: what Stripe tells of it, in the ledger and in a row of its own.

What the bank takes lies in an account of its own until the dispute ends, with Stripe's fee beside it; what is lost then leaves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record as put_on_record
from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.gateways.stripe import BalanceTransaction, Dispute
from fundapp.giving import posting
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.bank.models import GiftDispute
from fundapp.giving.models import Donation
from fundapp.giving.posting import Books
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger import service as ledger_service
from fundapp.ledger.service import Line

# Where a dispute ends. A word that Stripe has not used before is one more that is open: refunds then wait, which harms nobody.
CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})
# How often the sweep asks about one that is open: a lost one moves no money that the sweep would see.
ASKED_AGAIN_AFTER = timedelta(hours=1)
_UNSETTLED = or_(GiftDispute.closed_at.is_(None), GiftDispute.held_pence != 0)


def record(session: Session, told: Dispute, *, books: Books, donation: Donation | None, asked_at: datetime) -> None:
    """Record a dispute as Stripe told it at a moment. Safe to repeat, in any order; older news changes no newer state."""
    row = _row(session, told, donation, asked_at, books.subject)
    for movement in told.movements:
        _post(session, movement, books)
    if asked_at < row.told_at:
        return
    left = -sum(movement.amount_pence for movement in told.movements)
    lost = left if told.status == "lost" else 0
    _write_off(session, told, books, lost, asked_at)
    if row.status != told.status:
        _note(session, told.id, books.subject, row.status, told.status)
    row.status, row.reason, row.answer_by, row.told_at = told.status, told.reason, told.answer_by, asked_at
    row.held_pence = left - lost
    row.closed_at = (row.closed_at or asked_at) if told.status in CLOSED else None
    session.flush()


def refuse_while_disputed(session: Session, charge_id: str) -> None:
    """Raise Refused for a refund of a charge whose donor's bank has taken it, or may yet. Stripe would refuse it too."""
    rows = session.scalars(select(GiftDispute).where(GiftDispute.charge_id == charge_id).with_for_update())
    for row in rows:
        if row.closed_at is None:
            raise Refused(_("The donor’s bank disputes this gift. It cannot be refunded until that has ended."))
        if row.status == "lost":
            raise Refused(_("The donor’s bank has taken this gift back already. It cannot be refunded as well."))


def of_gift(session: Session, donation_id: UUID) -> Sequence[GiftDispute]:
    """A gift's disputes, oldest first."""
    statement = select(GiftDispute).where(GiftDispute.donation_id == donation_id).order_by(GiftDispute.opened_at, GiftDispute.id)
    return session.scalars(statement).all()


def unsettled() -> Select[GiftDispute]:
    """Disputes that are open, or ended with money still held, the oldest first."""
    return select(GiftDispute).where(_UNSETTLED).order_by(GiftDispute.opened_at, GiftDispute.id)


def unsettled_charges(session: Session, *, due_at: datetime | None = None) -> Sequence[str]:
    """The charges of these: all, or those that were not asked about for an hour."""
    statement = select(GiftDispute.charge_id).where(_UNSETTLED)
    if due_at is not None:
        statement = statement.where(GiftDispute.told_at <= due_at - ASKED_AGAIN_AFTER)
    return session.scalars(statement.order_by(GiftDispute.told_at, GiftDispute.id)).all()


def statuses(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """How these disputes stand, as far as they are known here."""
    return {row.id: row.status for row in session.scalars(select(GiftDispute).where(GiftDispute.id.in_(ids)))}


def _row(session: Session, told: Dispute, donation: Donation | None, asked_at: datetime, subject: str) -> GiftDispute:
    """The dispute's row, held until the transaction ends; made at the first news of it, with a word to finance."""
    values = {
        "id": told.id,
        "charge_id": told.charge_id or "",
        "donation_id": donation.id if donation else None,
        "amount_pence": told.amount_pence,
        "status": told.status,
        "reason": told.reason,
        "opened_at": told.created_at,
        "answer_by": told.answer_by,
        "held_pence": 0,
        "told_at": asked_at,
        "closed_at": None,
    }
    made = session.execute(insert(GiftDispute).values(**values).on_conflict_do_nothing().returning(GiftDispute.id)).scalar()
    if made:
        _note(session, told.id, subject, "new", told.status)
        raise_alarm(session, kind=AlarmKind.DISPUTED, about=told.id, subject=subject)
    statement = select(GiftDispute).where(GiftDispute.id == told.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()


def _post(session: Session, told: BalanceTransaction, books: Books) -> None:
    """What the bank took, or what of it came back, with what Stripe charged for it or returned."""
    fund, pence = books.fund, told.amount_pence
    lines = posting.fee_lines(told, chart.DISPUTE_FEES, fund)
    if pence < 0:
        lines = [Line(chart.DISPUTED, chart.STRIPE_BALANCE, fund, -pence), *lines]
    if pence > 0:
        lines = [Line(chart.STRIPE_BALANCE, chart.DISPUTED, fund, pence), *lines]
    if lines:
        posting.write(session, told, "gift.disputed" if pence < 0 else "gift.reinstated", books.subject, lines)


def _write_off(session: Session, told: Dispute, books: Books, lost_pence: int, asked_at: datetime) -> None:
    """Bring what is written off of a dispute to what is lost by it: as a rule once, when it is lost; again if a bank thinks again."""
    key = f"dispute:{told.id}:lost"
    standing = [entry for entry in ledger.entries_for(session, books.subject) if entry.event_key.startswith(key)]
    written = sum(line.amount_pence * (1 if line.credit == chart.DISPUTED else -1) for entry in standing for line in entry.lines)
    more = lost_pence - written
    if more == 0:
        return
    debit, credit = (books.losses, chart.DISPUTED) if more > 0 else (chart.DISPUTED, books.losses)
    ledger_service.force(
        session,
        event_key=f"{key}:{len(standing) + 1}" if standing else key,
        kind="gift.lost" if more > 0 else "gift.not-lost",
        happened_on=clock.day_of(asked_at),
        lines=[Line(debit, credit, books.fund, abs(more))],
        actor=STRIPE.reference,
        subject=books.subject,
    )


def _note(session: Session, dispute_id: str, subject: str, start: str, end: str) -> None:
    facts = {"dispute": dispute_id, "from": start, "to": end}
    put_on_record(session, actor=STRIPE, kind=AuditKind.GIFT_DISPUTED, subject=subject, facts=facts)

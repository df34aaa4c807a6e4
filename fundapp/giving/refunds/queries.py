"""Reading refunds: what stands of a gift, what can still be given back, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.giving.bank.models import GiftDispute
from fundapp.giving.refunds.lifecycle import OPEN, RESERVING, State
from fundapp.giving.refunds.models import GiftRefund
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.queries import EntryView

# What is read first: what waits for finance, then what is on its way or came back, then what is over.
_WAITS = (State.ASKED, State.ENTERED)


def refund(session: Session, refund_id: int) -> GiftRefund:
    """One refund, as it stands. Raises NotFound."""
    found = session.get(GiftRefund, refund_id)
    if found is None:
        raise NotFound
    return found


def of_subject(session: Session, subject: str) -> Sequence[GiftRefund]:
    """All refunds of one gift, the oldest first."""
    return session.scalars(select(GiftRefund).where(GiftRefund.subject == subject).order_by(GiftRefund.id)).all()


def left_pence(session: Session, subject: str) -> int:
    """What of a gift can still be given back: what the ledger says was given, less what was, less what is on its way."""
    entries = ledger.entries_for(session, subject)
    if subject.startswith("charge:"):
        came = -_moved(entries, chart.SUSPENSE)
    else:
        came = -_moved(entries, chart.DONATIONS) - _moved(entries, chart.REFUNDS) - _moved(entries, chart.CHARGEBACKS)
    reserved = select(func.coalesce(func.sum(GiftRefund.amount_pence), 0)).where(
        GiftRefund.subject == subject, GiftRefund.state.in_(RESERVING), ~GiftRefund.is_posted
    )
    return came - int(session.scalar(reserved) or 0)


def is_disputed(session: Session, charge_id: str | None) -> bool:
    """Whether a bank disputes this charge just now: Stripe gives nothing back then, and neither do we."""
    asked = exists().where(GiftDispute.charge_id == charge_id, GiftDispute.closed_at.is_(None))
    return charge_id is not None and bool(session.scalar(select(asked)))


def subject_of_charge(session: Session, charge_id: str) -> UUID | None:
    """The gift that a charge at Stripe was recorded for; None where it belongs to none of ours."""
    for entry in ledger.entries(session, limit=1, key=f"charge:{charge_id}"):
        what, _colon, which = entry.subject.partition(":")
        return UUID(which) if what == "donation" else None
    return None


def given_back_pence(session: Session, subject: str) -> int:
    """What was given back of a gift before, and what is on its way: small steps count together for the rule of two."""
    live = [state for state in State if state not in {State.ASKED, State.FAILED, State.DECLINED, State.WITHDRAWN}]
    statement = select(func.coalesce(func.sum(GiftRefund.amount_pence), 0))
    return int(session.scalar(statement.where(GiftRefund.subject == subject, GiftRefund.state.in_(live))) or 0)


def all_refunds() -> Select[GiftRefund]:
    """Every refund: what waits first and the longest waiting of it first, then the newest."""
    waits = GiftRefund.state.in_(_WAITS)
    return select(GiftRefund).order_by(waits.desc(), case((waits, GiftRefund.began_at)), GiftRefund.began_at.desc(), GiftRefund.id.desc())


def waiting(user_id: int | None) -> Select[GiftRefund]:
    """What waits for this finance officer: asked for by a donor, or entered by somebody else; the longest waiting first."""
    mine = (GiftRefund.state == State.ENTERED) & (GiftRefund.entered_by == user_id)
    return select(GiftRefund).where(GiftRefund.state.in_(_WAITS), ~mine).order_by(GiftRefund.began_at, GiftRefund.id)


def pending(session: Session) -> Sequence[GiftRefund]:
    """What is at Stripe and has not come to its end."""
    return session.scalars(select(GiftRefund).where(GiftRefund.state == State.PENDING).order_by(GiftRefund.id)).all()


def open_one(session: Session, subject: str) -> GiftRefund | None:
    """The refund of this gift that waits for us, if there is one."""
    return session.scalar(select(GiftRefund).where(GiftRefund.subject == subject, GiftRefund.state.in_(OPEN)))


def _moved(entries: Sequence[EntryView], account: str) -> int:
    """What an account was debited less what it was credited, over these entries."""
    return sum(line.amount_pence * ((line.debit == account) - (line.credit == account)) for entry in entries for line in entry.lines)

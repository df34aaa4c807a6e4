"""Reading payments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from fundapp.grants.models import GrantRequest
from fundapp.payouts.models import Payment

_WAITS = (Payment.released_at.is_(None), Payment.refused_at.is_(None))


def standing(session: Session, request_id: int) -> Payment | None:
    """The payment of a request that waits for its second person, if there is one."""
    return session.scalar(select(Payment).where(Payment.request_id == request_id, *_WAITS))


def standing_of(session: Session, request_ids: Sequence[int]) -> dict[int, Payment]:
    """The payment of each of these requests that waits for its second person."""
    rows = session.scalars(select(Payment).where(Payment.request_id.in_(request_ids), *_WAITS))
    return {row.request_id: row for row in rows}


def latest(session: Session, request_id: int) -> Payment | None:
    """The payment of a request that was entered last, whatever became of it."""
    return session.scalar(select(Payment).where(Payment.request_id == request_id).order_by(Payment.number.desc()).limit(1))


def released() -> Select[Payment]:
    """Payments that were released and did not come back, the newest first, with their requests."""
    return (
        select(Payment)
        .where(Payment.released_at.is_not(None), Payment.returned_at.is_(None))
        .options(joinedload(Payment.request).joinedload(GrantRequest.person))
        .order_by(Payment.released_at.desc(), Payment.id.desc())
    )


def history(session: Session, request_id: int) -> Sequence[Payment]:
    """Every payment of one request, those sent back too, oldest first."""
    return session.scalars(select(Payment).where(Payment.request_id == request_id).order_by(Payment.number)).all()

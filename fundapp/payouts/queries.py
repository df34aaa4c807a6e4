"""Reading payments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from fundapp.grants.models import GrantRequest
from fundapp.payouts.models import Payment


def standing(session: Session, request_id: int) -> Payment | None:
    """The payment of a request that was not sent back, if there is one."""
    return session.scalar(select(Payment).where(Payment.request_id == request_id, Payment.refused_at.is_(None)))


def standing_of(session: Session, request_ids: Sequence[int]) -> dict[int, Payment]:
    """The standing payment of each of these requests."""
    rows = session.scalars(select(Payment).where(Payment.request_id.in_(request_ids), Payment.refused_at.is_(None)))
    return {row.request_id: row for row in rows}


def released() -> Select[Payment]:
    """Payments that were released, the newest first, with their requests."""
    return (
        select(Payment)
        .where(Payment.released_at.is_not(None))
        .options(joinedload(Payment.request).joinedload(GrantRequest.item), joinedload(Payment.request).joinedload(GrantRequest.person))
        .order_by(Payment.released_at.desc(), Payment.id.desc())
    )


def history(session: Session, request_id: int) -> Sequence[Payment]:
    """Every payment of one request, those sent back too, oldest first."""
    return session.scalars(select(Payment).where(Payment.request_id == request_id).order_by(Payment.number)).all()

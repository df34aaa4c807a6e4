"""Reading payments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from fundapp.grants.models import GrantRequest
from fundapp.grants.together.models import Award, AwardPart
from fundapp.payouts.models import Payment, PaymentPart

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


def parts_of(session: Session, payment_id: int) -> dict[int, int]:
    """What of a payment clears which part of the award, by the part's id."""
    rows = session.execute(select(PaymentPart.part_id, PaymentPart.amount_pence).where(PaymentPart.payment_id == payment_id))
    return {row.part_id: row.amount_pence for row in rows}


def parts(session: Session, request: GrantRequest) -> dict[AwardPart, int]:
    """What each fund gives for each thing of an agreed request, in order; and how much of it the payment clears that waits."""
    clears = (
        select(PaymentPart.amount_pence)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.part_id == AwardPart.id, *_WAITS)
        .scalar_subquery()
    )
    rows = session.execute(
        select(AwardPart, clears)
        .join(Award, Award.id == AwardPart.award_id)
        .where(Award.request_id == request.id, Award.void_at.is_(None))
        .order_by(AwardPart.position)
    )
    return {part: pence or 0 for part, pence in rows}


def by_fund(of: Mapping[AwardPart, int]) -> Mapping[str, int]:
    """How much each fund gives of the payment that waits."""
    found: Counter[str] = Counter()
    for part, pence in of.items():
        found[part.fund_code] += pence
    return found


def left_by_thing(of: Iterable[AwardPart]) -> Mapping[int, int]:
    """What is still set aside for each thing of a request, where something is."""
    found: Counter[int] = Counter()
    for part in of:
        found[part.thing_id] += part.left_pence
    return +found

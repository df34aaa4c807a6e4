"""Reading gifts made elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.giving.elsewhere.models import GiftElsewhere

_UNSEEN = GiftElsewhere.checked_at.is_(None) & GiftElsewhere.refused_at.is_(None)
_CALLED_WRONG = GiftElsewhere.reversal_asked_at.is_not(None) & GiftElsewhere.reversed_at.is_(None)


def gift(session: Session, gift_id: int) -> GiftElsewhere:
    """One, as it stands. Raises NotFound."""
    found = session.get(GiftElsewhere, gift_id)
    if found is None:
        raise NotFound
    return found


def of_donation(session: Session, donation_id: UUID) -> GiftElsewhere | None:
    """What was entered of a gift that was made elsewhere."""
    return session.scalar(select(GiftElsewhere).where(GiftElsewhere.donation_id == donation_id))


def like(
    session: Session, *, amount_pence: int, received_on: date, bank_reference: str, besides: int | None = None
) -> Sequence[GiftElsewhere]:
    """What was entered of the same amount, day and reference, and was neither sent back nor taken back. Sealed words are compared here."""
    statement = select(GiftElsewhere).where(
        GiftElsewhere.amount_pence == amount_pence,
        GiftElsewhere.received_on == received_on,
        GiftElsewhere.refused_at.is_(None),
        GiftElsewhere.reversed_at.is_(None),
    )
    rows = session.scalars(statement.order_by(GiftElsewhere.id)).all()
    return [row for row in rows if row.id != besides and _plain(row.bank_reference) == _plain(bank_reference)]


def every() -> Select[GiftElsewhere]:
    """All of them: what waits for a second person first, then the newest."""
    waits = _UNSEEN | _CALLED_WRONG
    return select(GiftElsewhere).order_by(waits.desc(), GiftElsewhere.received_on.desc(), GiftElsewhere.id.desc())


def waiting(user_id: int | None) -> Select[GiftElsewhere]:
    """What waits for this finance officer as the second person, the longest waiting first."""
    to_check: ColumnElement[bool] = _UNSEEN & (GiftElsewhere.entered_by != user_id)
    to_reverse = _CALLED_WRONG & (GiftElsewhere.reversal_asked_by != user_id)
    return select(GiftElsewhere).where(or_(to_check, to_reverse)).order_by(GiftElsewhere.entered_at, GiftElsewhere.id)


def _plain(reference: str) -> str:
    """A reference as it is compared: banks print it in capitals and lose its blanks."""
    return "".join(reference.split()).casefold()

"""Reading periods: which there are, what is shut, what the seals say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.ledger.log_models import Period

EPOCH = date(1970, 1, 1)
SEALED = "sealed"
_SHUT = text("SELECT last_value FROM shut_until")


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A period as it stands. Both days belong to it."""

    starts_on: date
    ends_on: date
    state: str
    closed_by: str | None
    closed_at: datetime | None
    # The number of the entry `period.sealed`.
    entry_number: int | None

    @property
    def month(self) -> str:
        """The month it ends in, as 2026-10."""
        return self.ends_on.isoformat()[:7]


def periods(session: Session) -> list[PeriodView]:
    """Every period, the newest first."""
    return [PeriodView(*row) for row in session.execute(_views().order_by(Period.ends_on.desc()))]


def period(session: Session, ends_on: date) -> PeriodView:
    """One period, by its last day. Raises NotFound."""
    row = session.execute(_views().where(Period.ends_on == ends_on)).one_or_none()
    if row is None:
        raise NotFound(f"There is no period that ends on {ends_on.day} {ends_on:%B %Y}.")
    return PeriodView(*row)


def last_sealed(session: Session, until: date) -> PeriodView | None:
    """The last sealed period that ends on a day or before."""
    row = session.execute(_views().where(Period.state == SEALED, Period.ends_on <= until).order_by(Period.ends_on.desc()).limit(1)).first()
    return PeriodView(*row) if row else None


def shut_until(session: Session) -> date | None:
    """The last day that no entry can be dated on any more, or before. None: every day is open."""
    days: int = session.execute(_SHUT).scalar_one()
    return EPOCH + timedelta(days=days) if days else None


def first_open_day(session: Session) -> date | None:
    """The day after that."""
    shut = shut_until(session)
    return shut + timedelta(days=1) if shut else None


def _views() -> Select[date, date, str, str | None, datetime | None, int | None]:
    return select(Period.starts_on, Period.ends_on, Period.state, Period.closed_by, Period.closed_at, Period.entry_number)

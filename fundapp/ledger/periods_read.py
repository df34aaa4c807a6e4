"""Reading periods: which there are, what is shut, what the seals say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.days import day
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger.log_models import Period
from fundapp.ledger.models import Entry

# Where the watermark lies until a month is closed.
EPOCH = date(1970, 1, 1)
OPEN = "open"
CLOSING = "closing"
SEALED = "sealed"
# Books older than this are not closed month by month: they are shut with the first month that is.
MOST_YEARS = 10
_SHUT = text("SELECT last_value FROM shut_until")
_BOUNDS = text("SELECT (SELECT min(happened_on) FROM entry), last_value FROM shut_until")


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A period as it stands. Both days belong to it."""

    starts_on: date
    ends_on: date
    state: str = OPEN
    closed_by: str | None = None
    closed_at: datetime | None = None
    # The number of the entry `period.sealed`, who wrote it and when, and what it says in public.
    entry_number: int | None = None
    sealed_by: str | None = None
    sealed_at: datetime | None = None
    said: dict[str, Any] | None = None

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
        raise NotFound(_("There is no period that ends on %(day)s.") % {"day": day(ends_on)})
    return PeriodView(*row)


def months(session: Session) -> list[PeriodView]:
    """Every period, the newest first, with the months that have begun and that nobody has opened yet, as open ones."""
    known = periods(session)
    missing = [
        one for one in unopened(session) if not any(other.starts_on <= one.ends_on and one.starts_on <= other.ends_on for other in known)
    ]
    return sorted([*known, *missing], key=lambda one: one.ends_on, reverse=True)


def unopened(session: Session) -> list[PeriodView]:
    """The months from the first entry's to the present one whose days are not shut, whether opened or not, the oldest first."""
    first, days = session.execute(_BOUNDS).one()
    if first is None:
        return []
    shut, today = EPOCH + timedelta(days=days), clock.today()
    first = max(first, date(today.year - MOST_YEARS, today.month, 1))
    found = [PeriodView(starts_on, month_end(starts_on)) for starts_on in _firsts(first, today)]
    return [one for one in found if one.ends_on > shut]


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


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _firsts(since: date, until: date) -> list[date]:
    """The first day of each month from one day's to another's."""
    count = (until.year - since.year) * 12 + until.month - since.month
    begun = since.year * 12 + since.month - 1
    return [date((begun + nth) // 12, (begun + nth) % 12 + 1, 1) for nth in range(count + 1)]


def _views() -> Select[*tuple[Any, ...]]:
    columns = (Period.starts_on, Period.ends_on, Period.state, Period.closed_by, Period.closed_at, Period.entry_number)
    seal = (Entry.actor, Entry.recorded_at, Entry.public_particulars)
    return select(*columns, *seal).outerjoin(Entry, Entry.number == Period.entry_number)

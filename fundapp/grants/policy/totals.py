"""What somebody was helped with in twelve rolling months: all together, and of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.lifecycle import COMMITTED, Status
from fundapp.grants.models import GrantRequest

# What was agreed stands in these states, less what went back to the fund.
GIVEN = COMMITTED | {Status.PAID, Status.IN_HANDS, Status.CLOSED}


@dataclass(frozen=True, slots=True)
class Had:
    """What was agreed and not given back: pence, and pence by the kind's id."""

    pence: int
    by_item: Mapping[int, int]


NOTHING = Had(0, {})


def since() -> datetime:
    """The moment twelve months ago: the start of the same day last year."""
    today = clock.today()
    year_ago = date(today.year - 1, 2, 28) if (today.month, today.day) == (2, 29) else today.replace(year=today.year - 1)
    return clock.start_of(year_ago)


def of_persons(session: Session, person_ids: Collection[int], *, but: int | None = None) -> Had:
    """What one person had, known by several codes perhaps, without one request."""
    if not person_ids:
        return NOTHING
    return _had(session, GrantRequest.person_id.in_(person_ids), but)


def _had(session: Session, whose: ColumnElement[bool], but: int | None) -> Had:
    rows = session.scalars(select(GrantRequest).where(whose, GrantRequest.status.in_(GIVEN), GrantRequest.agreed_at >= since()))
    by_item: Counter[int] = Counter()
    for row in rows:
        if row.id != but:
            by_item.update(dict(_kept(row)))
    return Had(by_item.total(), by_item)


def _kept(request: GrantRequest) -> Iterable[tuple[int, int]]:
    """What stays of each kind: what was given back is the end of it, the things asked for last."""
    left_pence, kept = (request.agreed_pence or 0) - request.released_pence, Counter[int]()
    for thing in request.things:
        share = min(thing.agreed_pence or 0, left_pence)
        kept[thing.item_id] += share
        left_pence -= share
    return kept.items()

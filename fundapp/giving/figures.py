"""What was given at collection points, from ledger rows alone: by month, and all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, case, cast, func, select
from sqlalchemy.orm import Session

from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.ledger import chart
from fundapp.ledger.models import Entry, Transfer

# What went back to donors or to their banks. A bank's fee for it is the Fund's own cost, and no gift's.
GIVEN_BACK = (chart.REFUNDS, chart.CHARGEBACKS)
POINT: ColumnElement[Any] = Donation.__table__.c.point_id


@dataclass(frozen=True, slots=True)
class MonthTaken:
    """What some points took in one month, less what was given back in it, in pence; never split by gift."""

    month: date
    taken_pence: int
    gifts: int
    # On how many different days.
    days: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What one point took, in pence, less what was given back."""

    this_month_pence: int
    ever_pence: int
    gifts: int
    last_gift_on: date


def by_month(session: Session, point_ids: Sequence[int]) -> list[MonthTaken]:
    """What these points took together, month by month as the ledger dates it, the oldest first. Months without a gift are left out."""
    month = cast(func.date_trunc("month", Entry.happened_on), Date)
    rows = session.execute(_moved(month, point_ids).group_by(month).order_by(month))
    return [MonthTaken(on, int(pence), gifts, days) for on, pence, gifts, days, _last in rows]


def by_point(session: Session, point_ids: Sequence[int], *, since: date) -> dict[int, Taken]:
    """What each of these points took, ever and since the first day of a month. A point without a gift is left out."""
    ever = {row[0]: row[1:] for row in session.execute(_moved(POINT, point_ids).group_by(POINT))}
    lately = _moved(POINT, point_ids).where(Entry.happened_on >= since).group_by(POINT)
    now = {row[0]: int(row[1]) for row in session.execute(lately)}
    return {
        point: Taken(this_month_pence=now.get(point, 0), ever_pence=int(pence), gifts=gifts, last_gift_on=last)
        for point, (pence, gifts, _days, last) in ever.items()
    }


def gifts_by_day(session: Session, *, since: date) -> dict[int, dict[date, int]]:
    """How many gifts each point had on each London day from this one on."""
    day = cast(func.timezone("Europe/London", Donation.paid_at), Date)
    rows = session.execute(
        select(Donation.point_id, day, func.count())
        .where(Donation.status == Status.PAID, Donation.point_id.is_not(None), day >= since)
        .group_by(Donation.point_id, day)
    )
    found: dict[int, dict[date, int]] = {}
    for point_id, on, count in rows:
        found.setdefault(point_id or 0, {})[on] = count
    return found


def _moved(first: ColumnElement[Any], point_ids: Sequence[int]) -> Select[Any]:
    """What stands first, pence, gifts, days with gifts, and the last of these."""
    came, back = Transfer.credit_account == chart.DONATIONS, Transfer.debit_account == chart.DONATIONS
    given_back, kept_after_all = Transfer.debit_account.in_(GIVEN_BACK), Transfer.credit_account.in_(GIVEN_BACK)
    signed = case((came | kept_after_all, Transfer.amount_pence), (back | given_back, -Transfer.amount_pence), else_=0)
    return (
        select(
            first,
            func.sum(signed),
            func.count(Donation.id.distinct()).filter(came),
            func.count(Entry.happened_on.distinct()).filter(came),
            func.max(Entry.happened_on).filter(came),
        )
        .select_from(Donation)
        .join(Entry, Entry.subject == func.concat("donation:", cast(Donation.id, String)))
        .join(Transfer, Transfer.entry_id == Entry.id)
        .where(Donation.point_id.in_(list(point_ids)), came | back | given_back | kept_after_all)
    )

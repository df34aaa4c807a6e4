"""What the standing policy agreed by itself since Monday: for a key worker, for a person, out of each fund."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy.models import PolicyAnswer
from fundapp.grants.policy.standing_tier import Week


@dataclass(frozen=True, slots=True)
class Use:
    """How much the policy was used this week, for its page."""

    agreed: int
    pence: int
    # What went on to people although it was small enough.
    passed_on: int


def begins() -> datetime:
    """Monday's first moment, by the clock on the wall in London."""
    today = clock.today()
    return clock.start_of(today - timedelta(days=today.weekday()))


def of(session: Session, *, worker_id: int, person_ids: Collection[int]) -> Week:
    """What it agreed for one key worker and for one person, known by several codes perhaps."""
    by_worker = func.sum(PolicyAnswer.agreed_pence).filter(PolicyAnswer.worker_id == worker_id)
    by_person = func.sum(PolicyAnswer.agreed_pence).filter(GrantRequest.person_id.in_(person_ids))
    row = session.execute(
        select(func.coalesce(by_worker, 0), func.coalesce(by_person, 0))
        .join(GrantRequest, GrantRequest.id == PolicyAnswer.request_id)
        .where(PolicyAnswer.at >= begins())
    ).one()
    return Week(int(row[0]), int(row[1]))


def by_fund(session: Session) -> Mapping[str, int]:
    """What it agreed out of each fund, by the fund's code."""
    total = func.sum(PolicyAnswer.agreed_pence)
    agreed = (PolicyAnswer.at >= begins()) & PolicyAnswer.fund_code.is_not(None)
    rows = session.execute(select(PolicyAnswer.fund_code, total).where(agreed).group_by(PolicyAnswer.fund_code))
    return {code: int(pence) for code, pence in rows if code}


def use(session: Session) -> Use:
    """All of this week in one question."""
    agreed = PolicyAnswer.why_not.is_(None)
    row = session.execute(
        select(func.count().filter(agreed), func.coalesce(func.sum(PolicyAnswer.agreed_pence), 0), func.count().filter(~agreed)).where(
            PolicyAnswer.at >= begins()
        )
    ).one()
    return Use(row[0], int(row[1]), row[2])

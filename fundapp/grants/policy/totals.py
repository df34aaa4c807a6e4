"""What somebody was helped with in twelve rolling months: all together, and of each kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.lifecycle import COMMITTED, Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.thing_models import RequestThing
from fundapp.grants.together.models import Award, AwardPart

# What was agreed stands in these states, less what went back to the fund.
GIVEN = COMMITTED | {Status.PAID, Status.IN_HANDS, Status.CLOSED}


@dataclass(frozen=True, slots=True)
class Had:
    """What was agreed and not given back: pence, and pence by the kind's id."""

    pence: int
    by_item: Mapping[int, int]


NOTHING = Had(0, {})


def of_persons(session: Session, person_ids: Collection[int], *, but: int | None = None) -> Had:
    """What one person had, known by several codes perhaps, without one request."""
    if not person_ids:
        return NOTHING
    return _had(session, GrantRequest.person_id.in_(person_ids), but)


def _had(session: Session, whose: ColumnElement[bool], but: int | None) -> Had:
    stays = func.sum(AwardPart.agreed_pence - AwardPart.released_pence)
    rows = session.execute(
        select(RequestThing.item_id, stays)
        .join_from(AwardPart, Award, Award.id == AwardPart.award_id)
        .join(GrantRequest, GrantRequest.id == Award.request_id)
        .join(RequestThing, RequestThing.id == AwardPart.thing_id)
        .where(whose, GrantRequest.id != (but or 0), GrantRequest.status.in_(GIVEN), GrantRequest.agreed_at >= clock.year_ago())
        .where(Award.void_at.is_(None))
        .group_by(RequestThing.item_id)
    )
    by_item = {item_id: int(pence) for item_id, pence in rows}
    return Had(sum(by_item.values()), by_item)

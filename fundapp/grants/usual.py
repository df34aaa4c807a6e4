"""What is usually agreed, kind by kind, and how fast: told before somebody begins to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants.models import GrantRequest
from fundapp.grants.thing_models import RequestThing

# Over how long it is counted, and how many answers there must be before they say anything.
OVER = timedelta(days=365)
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Usually:
    """What became of one kind of help in a year: of so many answers so many agreed, and the middle time that an answer took."""

    answers: int
    agreed: int
    median: timedelta


def usually(session: Session) -> dict[int, Usually]:
    """By kind of help. Kinds with too few answers are left out: they would tell of one person, and foretell nothing."""
    took = func.extract("epoch", GrantRequest.decided_at - GrantRequest.sent_at)
    # A request counts once for a kind, however many things of it there are.
    kinds = select(RequestThing.item_id, RequestThing.request_id).distinct().subquery()
    answers = func.count()
    statement = (
        select(
            kinds.c.item_id, answers, func.count().filter(GrantRequest.agreed_at.is_not(None)), func.percentile_cont(0.5).within_group(took)
        )
        .join(GrantRequest, GrantRequest.id == kinds.c.request_id)
        .where(GrantRequest.decided_at > clock.now() - OVER, GrantRequest.sent_at.is_not(None))
        .group_by(kinds.c.item_id)
        .having(answers >= FEWEST)
        .order_by(kinds.c.item_id)
    )
    return {
        item_id: Usually(count, agreed, timedelta(seconds=float(middle))) for item_id, count, agreed, middle in session.execute(statement)
    }

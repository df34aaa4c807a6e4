"""Keeping why a request was declined, in the transaction that declines it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.grants.demand.models import RequestDecline
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.models import GrantRequest


def note_decline(session: Session, request: GrantRequest, reason: Reason) -> None:
    """Keep the reason's code; the words for the worker stand with the step. A request is declined once."""
    session.add(RequestDecline(request_id=request.id, reason=reason.value))
    session.flush()


def reason_of(session: Session, request_id: int) -> Reason | None:
    """Why a request was declined; None for one that was not, or was declined before reasons were coded."""
    found = session.get(RequestDecline, request_id)
    return Reason(found.reason) if found else None

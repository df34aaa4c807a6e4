"""The one place that writes a gift's status."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import STRIPE
from fundapp.giving.lifecycle import Status, may_move
from fundapp.giving.models import Donation


def move(session: Session, donation: Donation, state: Status) -> None:
    """Move a gift that this transaction holds, if the table lets it; older news than what stands changes nothing."""
    if state is donation.status or not may_move(donation.status, state):
        return
    facts = {"from": donation.status.value, "to": state.value}
    donation.status = state
    session.flush()
    record(session, actor=STRIPE, kind=AuditKind.GIFT_MOVED, subject=donation.subject, facts=facts)

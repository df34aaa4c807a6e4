"""The one place where a refund's state is written, with its line in the audit trail."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.giving.refunds.lifecycle import MOVES, State, may_move
from fundapp.giving.refunds.models import GiftRefund


def move(session: Session, refund: GiftRefund, state: State, *, actor: Actor, words: str = "") -> None:
    """Move a refund that this transaction holds. Raises Conflict where the table does not let it: somebody was first."""
    start = State(refund.state)
    if not may_move(start, state):
        raise Conflict(_("Somebody saw to this refund a moment ago. Look at it again."))
    refund.state = state.value
    refund.ended_at = clock.now() if not MOVES[state] or state is State.DONE else None
    session.flush()
    facts = {"from": start.value, "to": state.value, "refund": refund.id, "amount_pence": refund.amount_pence or "all"}
    record(session, actor=actor, kind=AuditKind.REFUND_MOVED, subject=refund.subject, facts=facts, words=words)

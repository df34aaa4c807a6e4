"""What is asked of a monthly gift that goes on: change, pause, resume, stop. A row first; Stripe is told by changing.py."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import DONOR, SYSTEM
from fundapp.core.errors import Refused
from fundapp.core.keys import token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.giving.monthly.lifecycle import DEEDS, Deed, PledgeState
from fundapp.giving.monthly.models import Pledge, PledgeAct
from fundapp.giving.starting import must_be_within
from fundapp.jobs import enqueue

# Whoever asked does it at once; should they be cut off, the worker does.
PATIENCE = timedelta(minutes=1)
_WHY_NOT = {
    PledgeState.STOPPED: lazy("This monthly gift has been stopped already. Nothing more is taken."),
    PledgeState.PAUSED: lazy("This monthly gift is paused already. Nothing is taken until you go on."),
    PledgeState.ACTIVE: lazy("This monthly gift goes on already."),
    PledgeState.OVERDUE: lazy("This monthly gift goes on already."),
}


def ask(session: Session, *, pledge_id: UUID, deed: Deed, form: str, amount_pence: int | None = None) -> PledgeAct:
    """Write down what its donor asks for, once for each form; who asks for the same thing meanwhile gets the same act.

    Raises Refused where it cannot be done any more, and while something else is being changed.
    """
    pledge = session.scalars(select(Pledge).where(Pledge.id == pledge_id).with_for_update().execution_options(populate_existing=True)).one()
    key_hash = token_hash(f"{pledge_id}:{form}")
    before = session.scalar(select(PledgeAct).where(PledgeAct.key_hash == key_hash))
    if before is not None:
        return before
    standing = session.scalar(select(PledgeAct).where(PledgeAct.pledge_id == pledge_id, PledgeAct.done_at.is_(None)))
    if standing is not None:
        if (standing.deed, standing.amount_pence) == (deed, amount_pence):
            return standing
        raise Refused(_("Something else is being changed just now. Look again in a minute."))
    if deed not in DEEDS[pledge.state]:
        raise Refused(str(_WHY_NOT.get(pledge.state, lazy("This monthly gift has not begun."))))
    if amount_pence is not None:
        must_be_within(session, amount_pence)
    return _write(session, pledge, deed, key_hash, amount_pence=amount_pence, is_ours=False)


def stop_unpaid(session: Session, pledge: Pledge, *, invoice_id: str) -> bool:
    """Stop a monthly gift that is held here, whose card was asked in vain. False while its donor changes something: that comes first."""
    standing = session.scalar(select(PledgeAct.id).where(PledgeAct.pledge_id == pledge.id, PledgeAct.done_at.is_(None)))
    if standing is None:
        _write(session, pledge, Deed.STOP, token_hash(f"unpaid:{invoice_id}"), amount_pence=None, is_ours=True)
    return standing is None


def _write(session: Session, pledge: Pledge, deed: Deed, key_hash: bytes, *, amount_pence: int | None, is_ours: bool) -> PledgeAct:
    now = clock.now()
    act = PledgeAct(
        pledge_id=pledge.id, deed=deed, amount_pence=amount_pence, key_hash=key_hash, is_ours=is_ours, asked_at=now, attempt=1, refusal=""
    )
    session.add(act)
    session.flush()
    facts = {"deed": deed.value, "act": act.id}
    record(session, actor=SYSTEM if is_ours else DONOR, kind=AuditKind.PLEDGE_ASKED, subject=pledge.subject, facts=facts)
    enqueue(session, "giving.carry_out_pledge_act", act_id=act.id, not_before=None if is_ours else now + PATIENCE)
    return act

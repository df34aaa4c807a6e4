"""How much moved from which account to which: over all entries, over some days, in a fund, or for one subject."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.ledger.models import Entry, Transfer


class Flow(NamedTuple):
    """Money that moved from one account to another, less what moved back, in pence: never negative."""

    source: str
    target: str
    amount_pence: int


def flows(
    session: Session, *, fund: str | None = None, subject: str | None = None, since: date | None = None, until: date | None = None
) -> list[Flow]:
    """What moved between each two accounts; both days are included. What a correction took back is off again."""
    statement = select(Transfer.credit_account, Transfer.debit_account, func.sum(Transfer.amount_pence)).group_by(
        Transfer.credit_account, Transfer.debit_account
    )
    rules = [
        (fund, Transfer.fund == fund),
        (subject, Entry.subject == subject),
        (since, Entry.happened_on >= since if since else None),
        (until, Entry.happened_on <= until if until else None),
    ]
    if subject is not None or since is not None or until is not None:
        statement = statement.join(Entry, Entry.id == Transfer.entry_id)
    for value, rule in rules:
        if value is not None and rule is not None:
            statement = statement.where(rule)
    moved = {(source, target): int(pence) for source, target, pence in session.execute(statement)}
    net = [Flow(source, target, pence - moved.get((target, source), 0)) for (source, target), pence in moved.items()]
    return sorted(flow for flow in net if flow.amount_pence > 0)

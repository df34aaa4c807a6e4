"""Of which funds money is: what some entries moved on one account, fund by fund."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from fundapp.ledger.models import Entry, Transfer


def moved_by_fund(session: Session, account: str, event_keys: Sequence[str]) -> dict[str, int]:
    """What the entries under these keys moved on an account in each fund, debits less credits, in pence. Nought is left out."""
    signed = case((Transfer.debit_account == account, Transfer.amount_pence), else_=-Transfer.amount_pence)
    statement = (
        select(Transfer.fund, func.sum(signed).label("pence"))
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(Entry.event_key.in_(event_keys), or_(Transfer.debit_account == account, Transfer.credit_account == account))
        .group_by(Transfer.fund)
        .order_by(Transfer.fund)
    )
    return {row.fund: int(row.pence) for row in session.execute(statement) if row.pence}

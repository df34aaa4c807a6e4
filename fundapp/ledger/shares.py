"""Whose an account's money is: what some entries moved on it, fund by fund or subject by subject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from fundapp.ledger.models import Entry, Transfer


class Standing(NamedTuple):
    """What is left of one subject on an account, in pence as debits, and when the first of it was recorded."""

    subject: str
    pence: int
    recorded_at: datetime


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


def standing_by_subject(session: Session, account: str, since: date) -> list[Standing]:
    """What entries from a day on left on an account, subject by subject where that is not nought; the oldest first."""
    signed = case((Transfer.debit_account == account, Transfer.amount_pence), else_=-Transfer.amount_pence)
    pence, recorded_at = func.sum(signed), func.min(Entry.recorded_at)
    statement = (
        select(Entry.subject, pence, recorded_at)
        .join(Transfer, Entry.id == Transfer.entry_id)
        .where(Entry.happened_on >= since, or_(Transfer.debit_account == account, Transfer.credit_account == account))
        .group_by(Entry.subject)
        .having(pence != 0)
        .order_by(recorded_at, Entry.subject)
    )
    return [Standing(subject, int(left), at) for subject, left, at in session.execute(statement)]

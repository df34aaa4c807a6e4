"""Entries as they were hashed: rows turned back into records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger.draft import Draft, Line, Record
from fundapp.ledger.models import Entry, Transfer


def of_row(head: Any, legs: Iterable[Any]) -> Record:
    """The record that a row of `entry` and its rows of `transfer`, in order, stand for."""
    draft = Draft(
        event_key=head.event_key,
        kind=head.kind,
        happened_on=head.happened_on,
        lines=tuple(Line(leg.debit_account, leg.credit_account, leg.fund, leg.amount_pence) for leg in legs),
        actor=head.actor,
        subject=head.subject,
        reason=head.reason,
        note=head.note,
        reverses=head.reverses,
        public=head.public_particulars,
        private=head.private_particulars,
    )
    return Record(draft, head.number, head.recorded_at, head.nonce, head.forced)


def record(session: Session, number: int) -> Record:
    """The record of one entry. Raises NotFound."""
    head = session.execute(select(*Entry.__table__.columns).where(Entry.number == number)).one_or_none()
    if head is None:
        raise NotFound(_("There is no entry %(number)s in the ledger.") % {"number": f"{number:,}"})
    legs = session.execute(select(*Transfer.__table__.columns).where(Transfer.entry_id == head.id).order_by(Transfer.n))
    return of_row(head, legs)

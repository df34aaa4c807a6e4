"""A month that was not paid: two kind reminders, then the monthly gift is stopped. Nothing is ever owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.gateways.stripe import Invoice
from fundapp.giving.monthly import asking as monthly_asking
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.monthly.letters import ask_for_reminder
from fundapp.giving.monthly.lifecycle import PledgeState
from fundapp.giving.monthly.models import PledgeReminder

FIRST, SECOND, STOP = 1, 2, 3
# Never two letters in a row.
BREATH = timedelta(days=2)
# Where the card company tries no more by itself, time alone goes on.
SECOND_AFTER = timedelta(days=7)
STOP_AFTER = timedelta(days=14)


def next_step(*, tries: int, sent: Mapping[int, datetime], now: datetime) -> int | None:
    """What is due about an unpaid month: the first or second reminder, or to stop. None while it is not time yet.

    `tries` is how often the card was asked; `sent` when each step was taken.
    """
    if STOP in sent or not tries:
        return None
    if FIRST not in sent:
        return FIRST
    last, then = (SECOND, STOP) if SECOND in sent else (FIRST, SECOND)
    waited = now - sent[last]
    enough = waited >= BREATH and tries >= then
    return then if enough or waited >= (STOP_AFTER if then == STOP else SECOND_AFTER) else None


def record_unpaid(session: Session, invoice: Invoice) -> None:
    """Take the step that is due about an invoice that was asked for in vain, once."""
    pledge = monthly_gifts.held(session, pledge_id=invoice.pledge_id, subscription_id=invoice.subscription_id)
    if pledge is None or pledge.state is not PledgeState.OVERDUE:
        return
    rows = session.scalars(select(PledgeReminder).where(PledgeReminder.invoice_id == invoice.id).order_by(PledgeReminder.number))
    step = next_step(tries=invoice.tries, sent={row.number: row.sent_at for row in rows}, now=clock.now())
    if step is None:
        return
    if step == STOP and not monthly_asking.stop_unpaid(session, pledge, invoice_id=invoice.id):
        return
    if step != STOP:
        ask_for_reminder(session, pledge, invoice_id=invoice.id, number=step)
    values = {"invoice_id": invoice.id, "number": step, "pledge_id": pledge.id, "sent_at": clock.now()}
    session.execute(insert(PledgeReminder).values(**values).on_conflict_do_nothing())

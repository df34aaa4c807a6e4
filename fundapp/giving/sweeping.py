"""The sweep: finds what no event told. It asks about open gifts, answers bells that were left over, and goes through every
movement of the Stripe balance. What fails is left for the next sweep and holds up nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import FundError
from fundapp.gateways.stripe import BalanceTransaction, StripeFault, StripeGateway
from fundapp.giving import hearing, queries
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.bank import disputes, payouts
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.inbox import act_on
from fundapp.giving.models import Donation
from fundapp.giving.monthly import sweeping as monthly_sweeping
from fundapp.giving.recording import record_movement
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.ledger import queries as ledger

log = logging.getLogger(__name__)

# Movements are read again from this far before the last good sweep: some come late, and clocks differ.
OVERLAP = timedelta(days=1)
# How far back the very first sweep looks.
FIRST_LOOK = timedelta(days=30)


class SweepUnfinished(FundError):
    """Something could not be asked or recorded; the next sweep starts from the same moment."""


@dataclass(slots=True)
class Swept:
    """What a sweep did, and what it could not do."""

    gifts: int = 0
    events: int = 0
    movements: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """One line about it."""
        done = f"{self.gifts} open gifts asked about, {self.events} events answered, {self.movements} movements recorded"
        return f"{done}; failed: {', '.join(self.failed)}" if self.failed else done


def sweep_due(session: Session, stripe: StripeGateway, *, last_good: datetime | None) -> Swept:
    """The worker's sweep: gifts whose turn it is, and movements since the last sweep that ended well.

    Raises SweepUnfinished when something failed, after everything else was done.
    """
    swept = _sweep(session, stripe, last_good, due_at=clock.now())
    with transaction(session):
        hearing.watch_for_silence(session)
    if swept.failed:
        raise SweepUnfinished(swept.words)
    return swept


def sweep_all(session: Session, stripe: StripeGateway, *, last_good: datetime | None) -> Swept:
    """The sweep that a person asks for: every open gift, whenever it was last asked about."""
    return _sweep(session, stripe, last_good, due_at=None)


def _sweep(session: Session, stripe: StripeGateway, last_good: datetime | None, due_at: datetime | None) -> Swept:
    swept = Swept()
    with transaction(session):
        gifts = queries.open_gifts(session, due_at=due_at)
        events = hearing.unanswered_events(session, due_at=due_at)
    for identity, session_id in gifts:
        swept.gifts += _tried(swept, session_id, partial(settle_session, session, stripe, session_id))
        with transaction(session):
            session.execute(update(Donation).where(Donation.id == identity).values(looked_at=clock.now()))
    for name, errand in monthly_sweeping.errands(session, stripe, due_at=due_at):
        swept.gifts += _tried(swept, name, errand)
    for event_id in events:
        swept.events += _tried(swept, event_id, partial(act_on, session, stripe, event_id))
    since = last_good - OVERLAP if last_good else clock.now() - FIRST_LOOK
    for charge_id in _disputed(session, stripe, since, due_at):
        _tried(swept, charge_id, partial(settle_charge, session, stripe, charge_id))
    for movement in _missing(session, stripe, since):
        done = _tried(swept, movement.id, partial(_record, session, stripe, movement))
        swept.movements += done
        if not done:
            with transaction(session):
                raise_alarm(session, kind=AlarmKind.NOT_RECORDED, about=movement.id, subject=f"stripe:{movement.id}")
    with transaction(session):
        waiting = payouts.unsettled(session, due_at=due_at)
    for payout_id in waiting:
        _tried(swept, payout_id, partial(settle_payout, session, stripe, payout_id))
    return swept


def _tried(swept: Swept, what: str, act: Callable[[], object]) -> int:
    """Do one thing; a refusal is noted and the rest goes on. Stripe's silence ends the sweep: it would last for every call."""
    try:
        act()
    except StripeFault as fault:
        if fault.passing:
            raise
        log.warning("sweep: %s: %s %s", what, fault.kind, fault.code)
    except FundError as fault:
        log.warning("sweep: %s: %s", what, fault.sentence)
    else:
        return 1
    swept.failed.append(what)
    return 0


def _missing(session: Session, stripe: StripeGateway, since: datetime) -> list[BalanceTransaction]:
    """Movements that the ledger does not have, oldest first."""
    movements = list(stripe.balance_transactions(since))
    with transaction(session):
        standing = ledger.known_keys(session, [f"txn:{one.id}" for one in movements])
        waiting = payouts.told_of(session, [one.id for one in movements])
    return [one for one in reversed(movements) if f"txn:{one.id}" not in standing and one.id not in waiting]


def _record(session: Session, stripe: StripeGateway, movement: BalanceTransaction) -> None:
    """Record one movement by what it is about."""
    source = movement.source_id or ""
    if source.startswith("po_"):
        settle_payout(session, stripe, source)
    else:
        record_movement(session, stripe, movement)


def _disputed(session: Session, stripe: StripeGateway, since: datetime, due_at: datetime | None) -> list[str]:
    """Charges with a dispute that stands otherwise at Stripe than here, as far as a list tells, or that may have ended meanwhile."""
    told = list(stripe.disputes(since))
    with transaction(session):
        standing = disputes.statuses(session, [one.id for one in told])
        unsettled = disputes.unsettled_charges(session, due_at=due_at)
    news = [one.charge_id for one in reversed(told) if one.charge_id and standing.get(one.id) != one.status]
    return list(dict.fromkeys([*news, *unsettled]))

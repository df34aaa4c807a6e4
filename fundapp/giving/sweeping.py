"""The sweep: finds what no event told. It asks about open gifts, and goes through every movement of the Stripe balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.ledger import queries as ledger

# A gift is left to its bells and its return page for this long before the sweep asks.
PATIENCE = timedelta(minutes=1)
# Then it is asked about ever more seldom: each time after a quarter of its age.
SHARE_OF_AGE = 4
# Movements are read again from this far back, because some come late and clocks differ.
OVERLAP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    gifts_asked_about: int
    charges_recorded: int


def sweep(session: Session, stripe: StripeGateway, *, since: datetime | None = None) -> Swept:
    """Ask about open gifts that are due, then record every movement since then that is not in the ledger. Raises StripeFault."""
    asked = _open_gifts(session, stripe)
    return Swept(asked, _movements(session, stripe, since or clock.now() - OVERLAP))


def _open_gifts(session: Session, stripe: StripeGateway) -> int:
    now = clock.now()
    due = (now - Donation.looked_at) * SHARE_OF_AGE >= func.greatest(now - Donation.created_at, PATIENCE * SHARE_OF_AGE)
    with transaction(session):
        rows = session.execute(
            select(Donation.id, Donation.session_id)
            .where(Donation.status.in_((Status.STARTED, Status.PROCESSING)), Donation.session_id.is_not(None), due)
            .order_by(Donation.created_at, Donation.id)
        ).all()
    for identity, session_id in rows:
        settle_session(session, stripe, session_id or "")
        with transaction(session):
            session.execute(update(Donation).where(Donation.id == identity).values(looked_at=now))
    return len(rows)


def _movements(session: Session, stripe: StripeGateway, since: datetime) -> int:
    movements = [one for one in stripe.balance_transactions(since) if one.source_id]
    with transaction(session):
        standing = ledger.known_keys(session, [f"txn:{one.id}" for one in movements])
    missing = [one.source_id for one in movements if f"txn:{one.id}" not in standing]
    charges = {charge for source in missing if source and (charge := _charge_of(stripe, source))}
    for charge_id in sorted(charges):
        settle_charge(session, stripe, charge_id)
    return len(charges)


def _charge_of(stripe: StripeGateway, source_id: str) -> str | None:
    if source_id.startswith(("ch_", "py_")):
        return source_id
    return stripe.fetch_refund(source_id).charge_id if source_id.startswith(("re_", "pyr_")) else None

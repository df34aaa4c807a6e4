"""Gifts as the ledger has them, with their rows, without the way they took through the payment page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from hashlib import sha256
from uuid import uuid4

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import token_hash
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.ledger import chart, service
from fundapp.ledger.service import Line, Posted
from tests.builders.giving import KEYS

Write = Callable[..., Posted]


def given(session: Session, pence: int, on: date, fund: str = "public-giving", *, fee: int = 0, settled: date | None = None) -> Donation:
    """A gift paid by card on a day, and what the card company kept of it, as told that day or later."""
    at = clock.start_of(on) + (datetime.combine(on, time(12)) - datetime.combine(on, time.min))
    gift = uuid4()
    donation = Donation(
        id=gift,
        key_hash=sha256(gift.bytes).digest(),
        token_hash=token_hash(KEYS.link_token("gift", str(gift))),
        fund_code=fund,
        amount_pence=pence,
        status=Status.PAID,
        attempt=1,
        session_id=f"cs_{gift.hex}",
        session_expires_at=at,
        charge_id=f"ch_{gift.hex}",
        created_at=at,
        paid_at=at,
        looked_at=at,
    )
    session.add(donation)
    session.flush()
    moved(session, donation, on, Line(chart.STRIPE_CLEARING, chart.DONATIONS, fund, pence), kind="gift.charged", key=donation.receiving_key)
    lines = [Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, fund, pence - fee)]
    lines += [Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, fund, fee)] if fee else []
    moved(session, donation, settled or on, *lines, kind="gift.settled")
    return donation


def given_back(session: Session, donation: Donation, pence: int, on: date) -> None:
    """Some of it, or all, back to the donor."""
    line = Line(chart.REFUNDS, chart.STRIPE_BALANCE, donation.fund_code, pence)
    moved(session, donation, on, line, kind="gift.refunded", write=service.force)


def moved(session: Session, donation: Donation, on: date, *lines: Line, kind: str, key: str = "", write: Write = service.receive) -> None:
    """An entry about a gift."""
    write(
        session,
        event_key=key or f"txn:{uuid4().hex}",
        kind=kind,
        happened_on=on,
        lines=list(lines),
        actor="stripe",
        subject=donation.subject,
    )


def address(donation: Donation) -> str:
    """The gift's own page."""
    return f"/gifts/{KEYS.link_token('gift', str(donation.id))}"

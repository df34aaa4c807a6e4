"""Gifts at points as the ledger has them, without the card company."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.core.db import transaction
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.ledger import chart
from fundapp.ledger import service as ledger
from fundapp.ledger.service import Line
from fundapp.points.models import CollectionPoint
from tests.builders.giving import begin


def given(session: Session, point: CollectionPoint | None, pence: int, on: date) -> Donation:
    """A gift that was paid on a day."""
    gift = begin(session, pence, point=point)
    with transaction(session):
        gift.status, gift.charge_id, gift.paid_at = Status.PAID, f"ch_{gift.id.hex}", clock.start_of(on) + timedelta(hours=12)
        _post(
            session,
            gift,
            "gift.charged",
            f"charge:{gift.charge_id}",
            on,
            Line(chart.STRIPE_CLEARING, chart.DONATIONS, gift.fund_code, pence),
        )
    return gift


def given_back(session: Session, gift: Donation, pence: int, on: date) -> None:
    """Some of it was given back on a day."""
    with transaction(session):
        _post(session, gift, "gift.refunded", f"txn:{gift.id.hex}", on, Line(chart.REFUNDS, chart.STRIPE_BALANCE, gift.fund_code, pence))


def _post(session: Session, gift: Donation, kind: str, key: str, on: date, line: Line) -> None:
    ledger.force(session, event_key=key, kind=kind, happened_on=on, lines=[line], actor=STRIPE.reference, subject=gift.subject)

"""A payment page is opened in attempts: one row, one page at a time, under a key that was stored before the call. For gifts paid once
and for monthly ones alike.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import CheckoutSession
from fundapp.giving import rules
from fundapp.giving.models import Donation
from fundapp.giving.monthly.models import Pledge

Row = TypeVar("Row", Donation, Pledge)


def held(session: Session, kind: type[Row], key_hash: bytes) -> Row:
    """The row of a form, held until the transaction ends."""
    statement = select(kind).where(kind.key_hash == key_hash).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()


def read(session: Session, kind: type[Row], key_hash: bytes) -> Row:
    """The row as it stands, with no transaction left open."""
    with transaction(session):
        return session.scalars(select(kind).where(kind.key_hash == key_hash).execution_options(populate_existing=True)).one()


def keep(session: Session, kind: type[Row], key_hash: bytes, attempt: int, told: CheckoutSession) -> bool:
    """Note the payment page. False when another click with another amount has begun anew meanwhile."""
    with transaction(session):
        mine = held(session, kind, key_hash)
        if mine.attempt != attempt:
            return False
        mine.session_id, mine.checkout_url = told.id, told.url
        return True


def start_next(row: Donation | Pledge) -> None:
    """Make ready for another payment page, under another key."""
    row.attempt += 1
    row.session_id = row.checkout_url = None
    row.session_expires_at = clock.now() + rules.PAYMENT_PAGE_LIVES

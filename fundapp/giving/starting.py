"""Starting a gift: a row first, then a payment page at Stripe, under a key that was stored before the call."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.keys import Keys, random_code, token_hash
from fundapp.core.money import pounds_short
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import rules
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.moving import move
from fundapp.giving.settling import settle_session
from fundapp.points.models import CollectionPoint

FORM_PURPOSE = "giving-form"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a donor is sent back to. `gift` is the gift's own page."""

    paid: str
    given_up: str


def new_form_key(keys: Keys) -> str:
    """A key for one view of the page: signed, expiring, written nowhere."""
    return keys.sign(FORM_PURPOSE, random_code(_LETTERS, 22), clock.now() + rules.FORM_LIVES)


def form_id(keys: Keys, form_key: str) -> str | None:
    """What the key stands for, or None when it was not made here or is too old."""
    return keys.unsign(FORM_PURPOSE, form_key)


def begin(session: Session, *, keys: Keys, form: str, point: CollectionPoint | None, amount_pence: int) -> Donation:
    """Make the gift's row, once for each form; the same form again is the same gift, held until the transaction ends.

    A gift at a closed point goes to the general fund. Raises Refused for an amount outside the limits.
    """
    if not rules.MINIMUM_PENCE <= amount_pence <= rules.MAXIMUM_PENCE:
        limits = f"{pounds_short(rules.MINIMUM_PENCE)} and {pounds_short(rules.MAXIMUM_PENCE)}"
        raise Refused(f"A gift here is between {limits}.")
    now, identity = clock.now(), uuid4()
    key_hash = token_hash(form)
    values = {
        "id": identity,
        "key_hash": key_hash,
        "token_hash": token_hash(keys.link_token("gift", str(identity))),
        "point_id": point.id if point else None,
        "fund_code": rules.GENERAL_FUND if point and point.closed_at else rules.PUBLIC_FUND,
        "amount_pence": amount_pence,
        "status": Status.STARTED,
        "attempt": 1,
        "session_expires_at": now + rules.PAYMENT_PAGE_LIVES,
        "created_at": now,
        "looked_at": now,
    }
    session.execute(insert(Donation).values(**values).on_conflict_do_nothing(index_elements=[Donation.key_hash]))
    return _held(session, key_hash)


def payment_page(session: Session, stripe: StripeGateway, donation: Donation, *, amount_pence: int, name: str, to: Addresses) -> str | None:
    """The address of the page where this gift is paid; None when it is paid already, or the bank is at it.

    Opens its own transactions, so that none is held while Stripe is asked. Another amount than before closes the old page first.
    Raises StripeFault when Stripe does not answer: the row stays, and the same form leads here again.
    """
    if donation.session_id and _is_stale(donation, amount_pence):
        donation = _open_anew(session, stripe, donation, amount_pence)
    if donation.status in {Status.PAID, Status.PROCESSING}:
        return None
    if donation.checkout_url:
        return donation.checkout_url
    told = stripe.create_donation_session(
        donation_id=str(donation.id),
        amount_pence=donation.amount_pence,
        product_name=name,
        description="",
        success_url=to.paid,
        cancel_url=to.given_up,
        idempotency_key=f"donation:{donation.id}:session:{donation.attempt}",
        expires_at=donation.session_expires_at,
    )
    with transaction(session):
        mine = _held(session, donation.key_hash)
        # Two clicks asked with one key, so Stripe gave both the same page.
        if mine.attempt == donation.attempt:
            mine.session_id, mine.checkout_url = told.id, told.url
    return told.url


def _is_stale(donation: Donation, amount_pence: int) -> bool:
    if donation.status in {Status.PAID, Status.PROCESSING}:
        return False
    closed = donation.status in {Status.FAILED, Status.EXPIRED} or donation.session_expires_at <= clock.now()
    return closed or donation.amount_pence != amount_pence


def _open_anew(session: Session, stripe: StripeGateway, donation: Donation, amount_pence: int) -> Donation:
    """Close the old payment page for good, see what became of it, and make ready for another unless it was paid after all."""
    old = donation.session_id or ""
    try:
        stripe.expire_session(old)
    except StripeFault as fault:
        if fault.passing:
            raise
        # It was closed already, or paid a moment ago: settling tells which.
    settle_session(session, stripe, old)
    with transaction(session):
        mine = _held(session, donation.key_hash)
        if mine.session_id == old and mine.status not in {Status.PAID, Status.PROCESSING}:
            move(session, mine, Status.STARTED)
            mine.attempt += 1
            mine.amount_pence = amount_pence
            mine.session_id = mine.checkout_url = None
            mine.session_expires_at = clock.now() + rules.PAYMENT_PAGE_LIVES
    return mine


def _held(session: Session, key_hash: bytes) -> Donation:
    statement = select(Donation).where(Donation.key_hash == key_hash).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()

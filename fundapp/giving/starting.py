"""Starting a gift: a row first, then a payment page at Stripe, under a key that was stored before the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.keys import Keys, random_code, token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import language
from fundapp.core.money import pounds_short
from fundapp.gateways.stripe import CheckoutSession, StripeFault, StripeGateway
from fundapp.giving import attempts, rules
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.moving import move
from fundapp.giving.settling import settle_session
from fundapp.points.queries import CollectionPoint

_FORM_PURPOSE = "giving-form"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_DONE = frozenset({Status.PAID, Status.PROCESSING})
# Stripe takes no payment page that lives shorter than 30 minutes; some are spent on the way.
_SHORTEST_PAGE = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a donor is sent back to: after paying, and after giving up."""

    paid: str
    given_up: str


def new_form_key(keys: Keys, point: CollectionPoint | None) -> str:
    """A key for one view of a place's page: signed, expiring, written nowhere."""
    return keys.sign(_purpose(point), random_code(_LETTERS, 22), clock.now() + rules.FORM_LIVES)


def form_id(keys: Keys, form_key: str, point: CollectionPoint | None) -> str | None:
    """What the key stands for, or None when it was not made here for this place, or is too old."""
    return keys.unsign(_purpose(point), form_key)


def begin(session: Session, *, keys: Keys, form: str, point: CollectionPoint | None, amount_pence: int, cover_pence: int = 0) -> Donation:
    """Make the gift's row, once for each form; the same form again is the same gift, held until the transaction ends.

    `amount_pence` is all that is taken; `cover_pence` of it was added so that the rest arrives whole.
    A gift at a closed point goes to the general fund. It speaks the language that its form was sent in.
    Raises Refused for an amount outside the limits.
    """
    must_be_within(session, amount_pence - cover_pence)
    now, identity = clock.now(), uuid4()
    key_hash = token_hash(form)
    values = {
        "id": identity,
        "key_hash": key_hash,
        "token_hash": token_hash(keys.link_token("gift", str(identity))),
        "point_id": point.id if point else None,
        "fund_code": fund_at(point),
        "amount_pence": amount_pence,
        "cover_pence": cover_pence,
        "language": language(),
        "status": Status.STARTED,
        "attempt": 1,
        "session_expires_at": now + rules.PAYMENT_PAGE_LIVES,
        "created_at": now,
        "looked_at": now,
    }
    session.execute(insert(Donation).values(**values).on_conflict_do_nothing(index_elements=[Donation.key_hash]))
    return attempts.held(session, Donation, key_hash)


def payment_page(
    session: Session,
    stripe: StripeGateway,
    donation: Donation,
    *,
    amount_pence: int,
    name: str,
    to: Addresses,
    cover_pence: int = 0,
    details: str = "",
) -> str | None:
    """The address of the page where this gift is paid; None when there is nothing to pay there any more.

    `details` stands under the gift's name there, and is the same for the same amounts.
    That is: it is paid, the bank is at it, or another click on the same form with another amount came between. The gift's own page
    then says how it stands. Opens its own transactions, so that none is held while Stripe is asked; another amount than before
    closes the old payment page first, so that no gift can be paid twice.
    Raises StripeFault when Stripe does not answer: the row stays, and the same form leads here again.
    """
    if donation.session_id:
        settle_session(session, stripe, donation.session_id)
        donation = attempts.read(session, Donation, donation.key_hash)
    if donation.status in _DONE:
        return None
    wish = (amount_pence, cover_pence)
    if _must_be_new(donation, wish):
        donation = _begin_anew(session, stripe, donation, wish)
        if donation.status in _DONE or _wish(donation) != wish:
            return None
    if donation.checkout_url:
        return donation.checkout_url
    # By value: the row itself is read anew below, and may have gone on by then.
    attempt = donation.attempt
    told = _open(session, stripe, donation, (name, details), to)
    if attempts.keep(session, Donation, donation.key_hash, attempt, told):
        return told.url
    close_page(stripe, told.id)
    return None


def must_be_within(session: Session, amount_pence: int) -> None:
    """Raises Refused for an amount outside the limits."""
    limits = rules.now(session)
    if not limits.minimum_pence <= amount_pence <= limits.maximum_pence:
        told = {"least": pounds_short(limits.minimum_pence), "most": pounds_short(limits.maximum_pence)}
        raise Refused(_("A gift here is between %(least)s and %(most)s.") % told)


def fund_at(point: CollectionPoint | None) -> str:
    """The fund that gifts at a place go to."""
    return rules.GENERAL_FUND if point and point.closed_at else rules.PUBLIC_FUND


def close_for(session: Session, stripe: StripeGateway, form: str) -> Donation | None:
    """Close the page of a form that is now sent for a monthly gift, so that nobody pays both. The gift, if it was paid already.

    Raises StripeFault.
    """
    key_hash = token_hash(form)
    with transaction(session):
        donation = session.scalar(select(Donation).where(Donation.key_hash == key_hash))
    if donation is None:
        return None
    if donation.session_id and donation.status not in _DONE:
        close_page(stripe, donation.session_id)
        settle_session(session, stripe, donation.session_id)
    donation = attempts.read(session, Donation, key_hash)
    return donation if donation.status in _DONE else None


def _purpose(point: CollectionPoint | None) -> str:
    return f"{_FORM_PURPOSE}/{point.code if point else ''}"


def _wish(donation: Donation) -> tuple[int, int]:
    """How much is to be taken, and how much of that covers the card company's share."""
    return donation.amount_pence, donation.cover_pence


def _must_be_new(donation: Donation, wish: tuple[int, int]) -> bool:
    """Whether the payment page there is, or the one that was asked for, is no good for this amount any more."""
    ended = donation.status in {Status.FAILED, Status.EXPIRED} or donation.session_expires_at <= clock.now()
    too_late = donation.session_id is None and donation.session_expires_at <= clock.now() + _SHORTEST_PAGE
    return ended or too_late or _wish(donation) != wish


def _begin_anew(session: Session, stripe: StripeGateway, donation: Donation, wish: tuple[int, int]) -> Donation:
    """Close the old payment page for good, see what became of it, and make ready for another unless it was paid after all."""
    old, attempt = donation.session_id, donation.attempt
    if old:
        close_page(stripe, old)
        settle_session(session, stripe, old)
    with transaction(session):
        mine = attempts.held(session, Donation, donation.key_hash)
        if mine.attempt == attempt and mine.session_id == old and mine.status not in _DONE:
            move(session, mine, Status.STARTED)
            mine.amount_pence, mine.cover_pence = wish
            attempts.start_next(mine)
    return mine


def _open(session: Session, stripe: StripeGateway, donation: Donation, words: tuple[str, str], to: Addresses) -> CheckoutSession:
    """Ask for the payment page. Two clicks on one form ask with one key, so Stripe gives both the same page."""
    attempt = donation.attempt
    try:
        return stripe.create_donation_session(
            donation_id=str(donation.id),
            amount_pence=donation.amount_pence,
            product_name=words[0],
            description=words[1],
            success_url=to.paid,
            cancel_url=to.given_up,
            idempotency_key=f"donation:{donation.id}:session:{attempt}",
            expires_at=donation.session_expires_at,
            language=donation.language,
        )
    except StripeFault as fault:
        if fault.http_status is not None and fault.http_status != 409:
            # Stripe keeps an answer, a fault too, under its key for a day: the next try needs another. If a page was made after
            # all, nobody knows its address.
            with transaction(session):
                mine = attempts.held(session, Donation, donation.key_hash)
                if mine.attempt == attempt and mine.session_id is None:
                    attempts.start_next(mine)
        raise


def close_page(stripe: StripeGateway, session_id: str) -> None:
    """Close a payment page, unless it is closed or paid already. Raises StripeFault when Stripe does not answer."""
    try:
        stripe.expire_session(session_id)
    except StripeFault as fault:
        # Refused: it was closed already, or paid a moment ago. Settling tells which.
        if fault.passing:
            raise

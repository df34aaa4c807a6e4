"""Starting a monthly gift: a row first, then a payment page at Stripe, as with a single one (starting.py)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.keys import Keys, token_hash
from fundapp.core.language import language
from fundapp.gateways.stripe import CheckoutSession, StripeFault, StripeGateway
from fundapp.giving import attempts, rules, starting
from fundapp.giving.monthly.lifecycle import BEGUN, PledgeState
from fundapp.giving.monthly.models import Pledge
from fundapp.giving.monthly.settling import move, settle_pledge_page
from fundapp.giving.starting import Addresses
from fundapp.points.queries import CollectionPoint

RETURN = "monthly-return"
_DONE = BEGUN | {PledgeState.STOPPED}
# Stripe takes no payment page that lives shorter than 30 minutes; some are spent on the way.
_SHORTEST_PAGE = timedelta(minutes=40)


def begin(session: Session, *, keys: Keys, form: str, point: CollectionPoint | None, amount_pence: int) -> Pledge:
    """Make the row of a monthly gift, once for each form; the same form again is the same one, held until the transaction ends.

    Raises Refused for an amount outside the limits.
    """
    starting.must_be_within(session, amount_pence)
    now, identity, key_hash = clock.now(), uuid4(), token_hash(form)
    values = {
        "id": identity,
        "key_hash": key_hash,
        "token_hash": token_hash(keys.link_token(RETURN, str(identity))),
        "point_id": point.id if point else None,
        "fund_code": starting.fund_at(point),
        "amount_pence": amount_pence,
        "language": language(),
        "state": PledgeState.STARTED,
        "attempt": 1,
        "session_expires_at": now + rules.PAYMENT_PAGE_LIVES,
        "created_at": now,
        "told_at": now,
        "looked_at": now,
    }
    session.execute(insert(Pledge).values(**values).on_conflict_do_nothing(index_elements=[Pledge.key_hash]))
    return attempts.held(session, Pledge, key_hash)


def payment_page(session: Session, stripe: StripeGateway, pledge: Pledge, *, amount_pence: int, name: str, to: Addresses) -> str | None:
    """The address of the page where its first month is paid; None when there is nothing to pay there any more.

    Opens its own transactions, so that none is held while Stripe is asked; another amount than before closes the old page first.
    Raises StripeFault when Stripe does not answer: the row stays, and the same form leads here again.
    """
    key_hash = pledge.key_hash
    if pledge.session_id:
        settle_pledge_page(session, stripe, pledge.session_id)
        pledge = attempts.read(session, Pledge, key_hash)
    if pledge.state in _DONE:
        return None
    if _must_be_new(pledge, amount_pence):
        pledge = _begin_anew(session, stripe, pledge, amount_pence)
        if pledge.state in _DONE or pledge.amount_pence != amount_pence:
            return None
    if pledge.checkout_url:
        return pledge.checkout_url
    # By value: the row itself is read anew below, and may have gone on by then.
    attempt = pledge.attempt
    told = _open(session, stripe, pledge, name, to)
    if attempts.keep(session, Pledge, key_hash, attempt, told):
        return told.url
    starting.close_page(stripe, told.id)
    return None


def close_for(session: Session, stripe: StripeGateway, form: str) -> Pledge | None:
    """Close the page of a form that is now sent for a single gift, so that nobody pays both. The monthly gift, if it has begun.

    Raises StripeFault.
    """
    key_hash = token_hash(form)
    with transaction(session):
        pledge = session.scalar(select(Pledge).where(Pledge.key_hash == key_hash))
    if pledge is None:
        return None
    if pledge.session_id:
        starting.close_page(stripe, pledge.session_id)
        settle_pledge_page(session, stripe, pledge.session_id)
    pledge = attempts.read(session, Pledge, key_hash)
    return pledge if pledge.state in _DONE else None


def _must_be_new(pledge: Pledge, amount_pence: int) -> bool:
    """Whether the payment page there is, or the one that was asked for, is no good for this amount any more."""
    ended = pledge.state is PledgeState.EXPIRED or pledge.session_expires_at <= clock.now()
    too_late = pledge.session_id is None and pledge.session_expires_at <= clock.now() + _SHORTEST_PAGE
    return ended or too_late or pledge.amount_pence != amount_pence


def _begin_anew(session: Session, stripe: StripeGateway, pledge: Pledge, amount_pence: int) -> Pledge:
    """Close the old payment page for good, see what became of it, and make ready for another unless it was paid after all."""
    old, attempt = pledge.session_id, pledge.attempt
    if old:
        starting.close_page(stripe, old)
        settle_pledge_page(session, stripe, old)
    with transaction(session):
        mine = attempts.held(session, Pledge, pledge.key_hash)
        if mine.attempt == attempt and mine.session_id == old and mine.state not in _DONE:
            move(session, mine, PledgeState.STARTED)
            mine.amount_pence = amount_pence
            attempts.start_next(mine)
    return mine


def _open(session: Session, stripe: StripeGateway, pledge: Pledge, name: str, to: Addresses) -> CheckoutSession:
    """Ask for the payment page. Two clicks on one form ask with one key, so Stripe gives both the same page."""
    attempt, key_hash = pledge.attempt, pledge.key_hash
    try:
        return stripe.create_monthly_session(
            pledge_id=str(pledge.id),
            amount_pence=pledge.amount_pence,
            product_name=name,
            success_url=to.paid,
            cancel_url=to.given_up,
            idempotency_key=f"pledge:{pledge.id}:session:{attempt}",
            expires_at=pledge.session_expires_at,
            language=pledge.language,
        )
    except StripeFault as fault:
        if fault.http_status is not None and fault.http_status != 409:
            # Stripe keeps an answer, a fault too, under its key for a day: the next try needs another.
            with transaction(session):
                mine = attempts.held(session, Pledge, key_hash)
                if mine.attempt == attempt and mine.session_id is None:
                    attempts.start_next(mine)
        raise

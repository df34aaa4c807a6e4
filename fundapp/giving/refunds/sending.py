"""Sending a refund: its row was written first, Stripe is asked second, and what came of it is fetched and settled third.

Stripe forgets a call's key after a day, so before each try its own list of refunds is asked for ours, by the id that each carries.
"""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fundapp.core.actor import STRIPE
from fundapp.core.db import transaction
from fundapp.gateways.stripe import Charge, Refund, StripeFault, StripeGateway
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.refunds.lifecycle import State, may_move, told_by_stripe
from fundapp.giving.refunds.models import GiftRefund
from fundapp.giving.refunds.moving import move
from fundapp.giving.refunds.refunding import hold

# What Stripe answers when it will never do it: over what is left, while a bank disputes it, a charge that it does not know.
_REFUSALS = frozenset({"InvalidRequestError", "CardError", "IdempotencyError"})


def send(session: Session, stripe: StripeGateway, refund_id: int) -> str | None:
    """Ask Stripe for a refund that was agreed, once, however often this is called. Answers the charge that is to be settled now.

    None where there is nothing to do, or Stripe will not: then the refund has failed, and an alarm says so.
    Raises StripeFault where the same may well succeed later.
    """
    with transaction(session):
        refund = session.get(GiftRefund, refund_id, populate_existing=True)
        if refund is None or refund.state != State.SENDING or refund.charge_id is None:
            return None
        charge_id, amount_pence, key, attempt = refund.charge_id, refund.amount_pence or 0, refund.key, refund.attempt
    charge = stripe.fetch_charge(charge_id)
    if any(told.refund_id == str(refund_id) for told in charge.refunds):
        return charge_id
    try:
        stripe.create_refund(charge_id=charge_id, amount_pence=amount_pence, refund_id=str(refund_id), idempotency_key=key)
    except StripeFault as fault:
        _note(session, refund_id, attempt, fault)
        if fault.kind not in _REFUSALS:
            raise
        return None
    return charge_id


def tell(session: Session, charge: Charge, *, subject: str) -> None:
    """Note what became of a charge's refunds, ours and those that somebody made at Stripe. For settling, in its transaction."""
    if not charge.refunds:
        return
    hold(session, subject)
    for told in charge.refunds:
        refund = _ours(session, told, subject) or _made_at_stripe(session, told, charge, subject)
        refund.stripe_id, refund.is_posted = told.id, told.balance_transaction is not None
        state = told_by_stripe(told.status)
        if state != refund.state and may_move(State(refund.state), state):
            move(session, refund, state, actor=STRIPE)
            if state is State.FAILED:
                raise_alarm(session, kind=AlarmKind.REFUND_FAILED, about=told.id, subject=subject)
    session.flush()


def _note(session: Session, refund_id: int, attempt: int, fault: StripeFault) -> None:
    """After a fault: Stripe keeps its answer under the key for a day, so the next try needs another. A refusal is the end of it."""
    with transaction(session):
        refund = session.get_one(GiftRefund, refund_id, with_for_update=True, populate_existing=True)
        if refund.state != State.SENDING or refund.attempt != attempt:
            return
        if fault.kind in _REFUSALS:
            refund.fault = fault.code or fault.kind
            move(session, refund, State.FAILED, actor=STRIPE)
            raise_alarm(session, kind=AlarmKind.REFUND_FAILED, about=f"refund:{refund.id}", subject=refund.subject)
        elif fault.http_status is not None and fault.http_status != 409:
            refund.attempt += 1


def _ours(session: Session, told: Refund, subject: str) -> GiftRefund | None:
    """The refund that Stripe names, held. An id in Stripe's metadata that is none of this gift's is nobody's."""
    identity = int(told.refund_id) if told.refund_id and told.refund_id.isascii() and told.refund_id.isdigit() else 0
    named = (GiftRefund.id == identity) & (GiftRefund.state == State.SENDING)
    statement = select(GiftRefund).where(GiftRefund.subject == subject, or_(GiftRefund.stripe_id == told.id, named))
    return session.scalars(statement.order_by(GiftRefund.id).with_for_update().execution_options(populate_existing=True)).first()


def _made_at_stripe(session: Session, told: Refund, charge: Charge, subject: str) -> GiftRefund:
    """A row for a refund that began at Stripe, so that the gift's page and finance's list tell it like any other."""
    _what, _colon, which = subject.partition(":")
    refund = GiftRefund(
        subject=subject,
        donation_id=which if subject.startswith("donation:") else None,
        charge_id=charge.id,
        state=State.PENDING.value,
        amount_pence=told.amount_pence,
        began_at=told.created_at,
        reason="",
        answer="",
        bank_reference="",
        needs_second=False,
        attempt=0,
        stripe_id=told.id,
        fault="",
        is_posted=False,
    )
    session.add(refund)
    session.flush()
    return refund

"""Paying an agreed grant: entered by one finance officer, released or sent back by another."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, Refused
from fundapp.core.money import pounds
from fundapp.grants import awards, letters, steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.payouts.models import Payment


def enter_payment(
    session: Session,
    *,
    actor: Actor,
    request_id: int,
    version: int,
    amount_pence: int,
    paid_on: date,
    supplier: str,
    bank_reference: str,
) -> Payment:
    """Enter what is to be paid, or was: the real amount, the day, and the reference that finds it at the bank.

    Nothing is posted yet. Raises Refused for more than was agreed, or a day before the agreement or after today.
    """
    held = steps.hold(session, request_id=request_id, action=Action.ENTER_PAYMENT, actor=actor, version=version)
    _check(held.request, amount_pence, paid_on)
    number = session.scalar(select(func.count()).select_from(Payment).where(Payment.request_id == request_id)) or 0
    payment = Payment(
        request_id=request_id,
        number=number + 1,
        amount_pence=amount_pence,
        paid_on=paid_on,
        supplier=supplier.strip(),
        bank_reference=bank_reference.strip(),
        entered_by=held.user_id,
        entered_at=clock.now(),
    )
    session.add(payment)
    steps.move(session, held, facts={"amount_pence": amount_pence, "paid_on": paid_on.isoformat(), "payment": payment.number})
    return payment


def release_payment(session: Session, *, actor: Actor, request_id: int, version: int) -> Payment:
    """Release what somebody else entered: the commitment is cleared out of the bank, and what was not spent goes back to its fund.

    Raises NotEnoughCash when the fund's money is not in the bank or on its way there.
    """
    held = steps.hold(session, request_id=request_id, action=Action.RELEASE_PAYMENT, actor=actor, version=version)
    request, payment = held.request, _standing(session, request_id)
    payment.released_by, payment.released_at = held.user_id, clock.now()
    unspent_pence = (request.agreed_pence or 0) - payment.amount_pence
    steps.move(session, held, facts={"amount_pence": payment.amount_pence, "unspent_pence": unspent_pence, "payment": payment.number})
    awards.pay(session, request, actor=actor, amount_pence=payment.amount_pence, paid_on=payment.paid_on)
    if unspent_pence:
        awards.release_rest(session, request, actor=actor, unspent_pence=unspent_pence, reason="unspent")
    letters.post_to_asker(session, request, "paid")
    return payment


def refuse_payment(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> Payment:
    """Send back what somebody else entered. The grant stays agreed, and can be entered again."""
    held = steps.hold(session, request_id=request_id, action=Action.REFUSE_PAYMENT, actor=actor, version=version)
    payment = _standing(session, request_id)
    payment.refused_by, payment.refused_at = held.user_id, clock.now()
    steps.move(session, held, reason=reason, facts={"payment": payment.number})
    return payment


def _standing(session: Session, request_id: int) -> Payment:
    payment = session.scalar(select(Payment).where(Payment.request_id == request_id, Payment.refused_at.is_(None)).with_for_update())
    if payment is None:
        raise Conflict("There is no payment to release here.")
    return payment


def _check(request: GrantRequest, amount_pence: int, paid_on: date) -> None:
    agreed = request.agreed_pence or 0
    if not 0 < amount_pence <= agreed:
        raise Refused(f"{pounds(agreed)} was agreed. A payment is more than nothing and not above that.")
    agreed_on = clock.day_of(request.agreed_at) if request.agreed_at else clock.today()
    if not agreed_on <= paid_on <= clock.today():
        raise Refused("The day it is paid is today, or a day since it was agreed.")

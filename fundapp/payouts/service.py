"""Paying an agreed grant, at once or in parts: each payment is entered by one finance officer, released or sent back by another."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants import awards, letters, steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.payouts import queries
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
    is_last: bool = True,
) -> Payment:
    """Enter what is to be paid, or was: the real amount, the day, the reference that finds it at the bank, and whether it is the last.

    Nothing is posted yet. A payment of all that is left is the last, whatever was said.
    Raises Refused for more than is still set aside, or a day before the agreement or after today.
    """
    held = steps.hold(session, request_id=request_id, action=Action.ENTER_PAYMENT, actor=actor, version=version)
    _check(held.request, amount_pence, paid_on)
    number = session.scalar(select(func.count()).select_from(Payment).where(Payment.request_id == request_id)) or 0
    payment = Payment(
        request_id=request_id,
        number=number + 1,
        amount_pence=amount_pence,
        is_last=is_last or amount_pence == held.request.set_aside_pence,
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
    """Release what somebody else entered: it is cleared out of the commitment and the bank.

    After the last payment, what was not spent goes back to its fund; after a part, it stays set aside for the next.
    Raises NotEnoughCash when the fund's money is not in the bank or on its way there.
    """
    newest = queries.latest(session, request_id)
    action = Action.RELEASE_PART if newest and not newest.is_last else Action.RELEASE_PAYMENT
    held = steps.hold(session, request_id=request_id, action=action, actor=actor, version=version)
    request, payment = held.request, _standing(session, request_id)
    payment.released_by, payment.released_at = held.user_id, clock.now()
    request.paid_pence += payment.amount_pence
    unspent_pence = request.set_aside_pence if payment.is_last else 0
    request.released_pence += unspent_pence
    steps.move(session, held, facts={"amount_pence": payment.amount_pence, "unspent_pence": unspent_pence, "payment": payment.number})
    awards.pay(session, request, actor=actor, number=payment.number, amount_pence=payment.amount_pence, paid_on=payment.paid_on)
    if unspent_pence:
        awards.give_back(session, request, actor=actor, amount_pence=unspent_pence, reason="unspent")
    letters.post_to_asker(session, request, "paid" if payment.is_last else "part-paid")
    return payment


def refuse_payment(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> Payment:
    """Send back what somebody else entered. The grant stays as it was before, and can be entered again."""
    action = Action.REFUSE_NEXT if _paid_pence(session, request_id) else Action.REFUSE_PAYMENT
    held = steps.hold(session, request_id=request_id, action=action, actor=actor, version=version)
    payment = _standing(session, request_id)
    payment.refused_by, payment.refused_at = held.user_id, clock.now()
    steps.move(session, held, reason=reason, facts={"payment": payment.number})
    return payment


def take_back_payment(session: Session, *, actor: Actor, request_id: int, version: int, number: int, reason: str) -> Payment:
    """Undo a payment that came back from the bank, or was none: reversed in the ledger, so that its money is set aside again.

    It can then be paid once more, under a number of its own. Raises NotFound for no such payment, Conflict when it was undone before.
    """
    payment = session.scalar(select(Payment).where(Payment.request_id == request_id, Payment.number == number))
    if payment is None:
        raise NotFound
    stays_pence = _paid_pence(session, request_id) - (payment.amount_pence if payment.stands_paid else 0)
    action = Action.TAKE_BACK_PART if stays_pence else Action.TAKE_BACK
    held = steps.hold(session, request_id=request_id, action=action, actor=actor, version=version)
    session.refresh(payment)
    if not payment.stands_paid:
        raise Conflict(_("That payment does not stand: it was never released, or came back before."))
    payment.returned_by, payment.returned_at = held.user_id, clock.now()
    held.request.paid_pence -= payment.amount_pence
    steps.move(session, held, reason=reason, facts={"amount_pence": payment.amount_pence, "payment": number})
    awards.take_back(session, held.request, actor=actor, number=number)
    letters.post_to_asker(session, held.request, "came-back")
    return payment


def _paid_pence(session: Session, request_id: int) -> int:
    """What is paid of a request just now. Only whoever holds the request may rely on it; its version tells when it has changed."""
    return session.scalar(select(GrantRequest.paid_pence).where(GrantRequest.id == request_id)) or 0


def _standing(session: Session, request_id: int) -> Payment:
    payment = queries.standing(session, request_id)
    if payment is None:
        raise Conflict(_("There is no payment to release here."))
    return payment


def _check(request: GrantRequest, amount_pence: int, paid_on: date) -> None:
    left_pence, agreed_pence = request.set_aside_pence, request.agreed_pence or 0
    if not 0 < amount_pence <= left_pence:
        if left_pence == agreed_pence:
            words = _("%(left)s was agreed. A payment is more than nothing and not above that.")
        else:
            words = _("%(left)s of %(agreed)s is still set aside. A payment is more than nothing and not above that.")
        raise Refused(words % {"left": pounds(left_pence), "agreed": pounds(agreed_pence)})
    agreed_on = clock.day_of(request.agreed_at) if request.agreed_at else clock.today()
    if not agreed_on <= paid_on <= clock.today():
        raise Refused(_("The day it is paid is today, or a day since it was agreed."))

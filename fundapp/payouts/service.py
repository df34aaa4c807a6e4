"""Paying an agreed grant, at once or in parts: each payment is entered by one finance officer, released or sent back by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants import letters, steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.grants.together import moving, proposing, signing, standing
from fundapp.grants.together.allocating import Part, clear
from fundapp.grants.together.models import Award
from fundapp.payouts import queries
from fundapp.payouts.models import Payment, PaymentPart


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
    costs: Mapping[int, int] | None = None,
) -> Payment:
    """Enter what is to be paid, or was: the real amount, the day, the reference that finds it at the bank, and whether it is the last.

    `costs`: how much of it each thing cost, by the thing's id; None lays it over the things in their order. Nothing is posted yet. A
    payment of all that is left is the last, whatever was said. Raises Refused for more than is still set aside, of all or of one thing,
    for a day before the agreement or after today, and where what was agreed has changed since it was signed.
    """
    held = steps.hold(session, request_id=request_id, action=Action.ENTER_PAYMENT, actor=actor, version=version)
    _check(held.request, amount_pence, paid_on)
    award = signing.standing_award(session, held.request)
    proposing.require_unchanged(session, held.request, award)
    cleared = _cleared(session, held.request, award, amount_pence, costs)
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
    session.flush()
    session.add_all(PaymentPart(payment_id=payment.id, part_id=part_id, amount_pence=pence) for part_id, pence in cleared.items())
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
    proposing.require_unchanged(session, request, signing.standing_award(session, request))
    payment.released_by, payment.released_at = held.user_id, clock.now()
    paid = moving.clear(session, request, queries.parts_of(session, payment.id))
    unspent = moving.free(session, request) if payment.is_last else []
    unspent_pence = sum(one.pence for one in unspent)
    steps.move(session, held, facts={"amount_pence": payment.amount_pence, "unspent_pence": unspent_pence, "payment": payment.number})
    moving.pay(session, request, paid, actor=actor, number=payment.number, paid_on=payment.paid_on)
    moving.give_back(session, request, unspent, actor=actor, reason="unspent")
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
    moving.clear(session, held.request, {part_id: -pence for part_id, pence in queries.parts_of(session, payment.id).items()})
    steps.move(session, held, reason=reason, facts={"amount_pence": payment.amount_pence, "payment": number})
    moving.take_back(session, held.request, actor=actor, number=number)
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


def _cleared(
    session: Session, request: GrantRequest, award: Award, amount_pence: int, costs: Mapping[int, int] | None
) -> Mapping[int, int]:
    """What of the payment clears which part of the award."""
    parts = [Part(one.id, one.thing_id, one.left_pence) for one in standing.parts(session, award)]
    cleared = clear(parts, amount_pence, costs)
    if cleared is None and costs is not None and sum(costs.values()) != amount_pence:
        told = {"sum": pounds(sum(costs.values())), "amount": pounds(amount_pence)}
        raise Refused(_("What the things cost is together %(sum)s, and the payment is %(amount)s.") % told)
    if cleared is None:
        left = {thing.id: sum(part.left_pence for part in parts if part.thing_id == thing.id) for thing in request.things}
        over = next((thing for thing in request.things if (costs or {}).get(thing.id, 0) > left[thing.id]), request.things[0])
        told = {"what": over.what, "left": pounds(left[over.id])}
        raise Refused(_("%(left)s is still set aside for %(what)s. What it cost is not above that.") % told)
    return cleared


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

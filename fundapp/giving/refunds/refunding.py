"""Refunds: asked for by the donor, entered by a finance officer, agreed by another from the rule's limit. Sending is sending.py's.

Whoever acts on a gift's refunds holds its lock until the transaction ends, so that of two people at it the second sees what the
first did, and nothing is given back twice.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import DONOR, Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.giving import rules
from fundapp.giving.bank.disputes import refuse_while_disputed
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.refunds import queries
from fundapp.giving.refunds.lifecycle import State
from fundapp.giving.refunds.models import GiftRefund
from fundapp.giving.refunds.moving import move
from fundapp.giving.screening import says_too_much
from fundapp.jobs import enqueue
from fundapp.ledger import chart
from fundapp.ledger import service as ledger

LONGEST_REASON = 500
LONGEST_ANSWER = 500


def hold(session: Session, subject: str) -> None:
    """Hold all that has to do with giving this back, until the transaction ends."""
    turns.take(session, f"refund:{subject}")


def ask(session: Session, *, donation: Donation, reason: str) -> GiftRefund:
    """A donor asks for a gift back. Asked again while that waits, it is the same asking.

    Raises Refused for words that say too much, for a gift that is not paid, that is disputed, or of which nothing is left to give back.
    """
    hold(session, donation.subject)
    standing = queries.open_one(session, donation.subject)
    if standing is not None:
        return standing
    _check_words(reason, LONGEST_REASON)
    if donation.status is not Status.PAID or queries.left_pence(session, donation.subject) <= 0:
        raise Refused(_("Nothing of this gift is left to give back."))
    if queries.is_disputed(session, donation.charge_id):
        raise Refused(_("Your bank disputes this gift. Nothing can be given back until that has ended."))
    refund = _begin(session, donation.subject, donation, donation.charge_id)
    refund.asked_at, refund.reason = refund.began_at, reason.strip()
    session.flush()
    record(session, actor=DONOR, kind=AuditKind.REFUND_ASKED, subject=refund.subject, facts={"refund": refund.id}, words=reason)
    return refund


def think_again(session: Session, *, donation: Donation) -> None:
    """The donor leaves the gift with us after all. Raises Conflict once somebody has seen to it."""
    hold(session, donation.subject)
    refund = queries.open_one(session, donation.subject)
    if refund is None or refund.state != State.ASKED:
        raise Conflict(_("Somebody has seen to it already. This page tells how it stands."))
    move(session, refund, State.WITHDRAWN, actor=DONOR)


def begin(session: Session, *, actor: Actor, donation: Donation, charge_id: str | None = None) -> GiftRefund:
    """A finance officer takes up a gift's refund that nobody asked for on its page; the one that is open already, if there is one.

    `charge_id` says which of its payments, where it was paid twice.
    """
    _check_finance(actor)
    hold(session, donation.subject)
    standing = queries.open_one(session, donation.subject)
    if standing is not None:
        return standing
    if donation.status is not Status.PAID or queries.left_pence(session, donation.subject) <= 0:
        raise Refused(_("Nothing of this gift is left to give back."))
    return _begun(session, actor, _begin(session, donation.subject, donation, charge_id or donation.charge_id))


def begin_unknown(session: Session, *, actor: Actor, charge_id: str) -> GiftRefund:
    """The same for a payment that belongs to no gift of ours and lies in suspense. Raises NotFound."""
    _check_finance(actor)
    subject = f"charge:{charge_id}"
    hold(session, subject)
    standing = queries.open_one(session, subject)
    if standing is not None:
        return standing
    if queries.left_pence(session, subject) <= 0:
        raise NotFound(_("No payment like that lies in suspense."))
    return _begun(session, actor, _begin(session, subject, None, charge_id))


def enter(
    session: Session,
    *,
    actor: Actor,
    refund_id: int,
    amount_pence: int,
    paid_on: date | None = None,
    bank_reference: str = "",
) -> GiftRefund:
    """Enter how much is given back, all or a part. Below the rule's limit it goes at once; from there on, somebody else agrees first.

    What was given back of the same gift before counts with it. A gift made elsewhere is paid back by bank, and always by two.
    Raises NotAllowed, Conflict (somebody was first) and Refused (more than is left, while it is disputed, no day or reference).
    """
    _check_finance(actor)
    refund = _held(session, refund_id)
    if refund.state != State.ASKED:
        raise _been_first()
    left = queries.left_pence(session, refund.subject)
    if not 0 < amount_pence <= left:
        raise Refused(_("%(left)s can still be given back. A refund is more than nothing and not above that.") % {"left": pounds(left)})
    _check_dispute(session, refund.charge_id)
    if refund.charge_id is None:
        _check_bank(paid_on, bank_reference)
        refund.paid_on, refund.bank_reference = paid_on, bank_reference.strip()
    together = amount_pence + queries.given_back_pence(session, refund.subject)
    refund.needs_second = refund.charge_id is None or together >= rules.now(session).refund_by_two_from_pence
    refund.amount_pence, refund.answer = amount_pence, ""
    refund.entered_by, refund.entered_at = actor.user_id, clock.now()
    move(session, refund, State.ENTERED if refund.needs_second else State.SENDING, actor=actor)
    if not refund.needs_second:
        enqueue(session, "giving.send_refund", refund_id=refund.id)
    return refund


def agree(session: Session, *, actor: Actor, refund_id: int) -> GiftRefund:
    """A second finance officer agrees: Stripe is asked for it, or what was paid back by bank is written in the ledger."""
    _check_finance(actor)
    refund = _held(session, refund_id)
    _check_second(actor, refund)
    _check_dispute(session, refund.charge_id)
    refund.agreed_by, refund.agreed_at = actor.user_id, clock.now()
    if refund.charge_id is None:
        move(session, refund, State.DONE, actor=actor)
        _post_by_bank(session, refund, actor)
    else:
        move(session, refund, State.SENDING, actor=actor)
        enqueue(session, "giving.send_refund", refund_id=refund.id)
    return refund


def send_back(session: Session, *, actor: Actor, refund_id: int, words: str) -> GiftRefund:
    """A second finance officer sends back what another entered: it can be entered anew, if the donor asked for it."""
    _check_finance(actor)
    _check_answer(words)
    refund = _held(session, refund_id)
    _check_second(actor, refund)
    move(session, refund, State.ASKED if refund.asked_at else State.WITHDRAWN, actor=actor, words=words)
    refund.entered_by = refund.entered_at = refund.amount_pence = None
    refund.answer, refund.needs_second = words.strip(), False
    return refund


def decline(session: Session, *, actor: Actor, refund_id: int, words: str) -> GiftRefund:
    """Say no to what a donor asked for, in words that they read on their page."""
    _check_finance(actor)
    _check_answer(words)
    refund = _held(session, refund_id)
    move(session, refund, State.DECLINED if refund.asked_at else State.WITHDRAWN, actor=actor, words=words)
    refund.answer = words.strip()
    return refund


def _begin(session: Session, subject: str, donation: Donation | None, charge_id: str | None) -> GiftRefund:
    refund = GiftRefund(
        subject=subject,
        donation_id=donation.id if donation else None,
        charge_id=charge_id,
        state=State.ASKED.value,
        began_at=clock.now(),
        reason="",
        answer="",
        bank_reference="",
        needs_second=False,
        attempt=1,
        fault="",
        is_posted=False,
    )
    session.add(refund)
    session.flush()
    return refund


def _begun(session: Session, actor: Actor, refund: GiftRefund) -> GiftRefund:
    record(session, actor=actor, kind=AuditKind.REFUND_ASKED, subject=refund.subject, facts={"refund": refund.id})
    return refund


def _post_by_bank(session: Session, refund: GiftRefund, actor: Actor) -> None:
    donation = session.get_one(Donation, refund.donation_id)
    ledger.force(
        session,
        event_key=f"refund:{refund.id}",
        kind="gift.refunded",
        happened_on=refund.paid_on or clock.today(),
        lines=[ledger.Line(chart.REFUNDS, chart.BANK, donation.fund_code, refund.amount_pence or 0)],
        actor=actor.reference,
        subject=refund.subject,
    )
    refund.is_posted = True


def _held(session: Session, refund_id: int) -> GiftRefund:
    """The refund, with everything about its gift held until the transaction ends. Raises NotFound."""
    subject = session.scalar(select(GiftRefund.subject).where(GiftRefund.id == refund_id))
    if subject is None:
        raise NotFound
    hold(session, subject)
    return session.get_one(GiftRefund, refund_id, with_for_update=True, populate_existing=True)


def _check_finance(actor: Actor) -> None:
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer sees to refunds."))


def _check_second(actor: Actor, refund: GiftRefund) -> None:
    if refund.state == State.ENTERED and refund.entered_by == actor.user_id:
        raise NotAllowed(_("You entered this refund. Somebody else agrees to it or sends it back."))
    if refund.state != State.ENTERED:
        raise _been_first()


def _been_first() -> Conflict:
    return Conflict(_("Somebody saw to this refund a moment ago. Look at it again."))


def _check_dispute(session: Session, charge_id: str | None) -> None:
    if charge_id:
        refuse_while_disputed(session, charge_id)


def _check_bank(paid_on: date | None, bank_reference: str) -> None:
    if paid_on is None or not bank_reference.strip():
        raise Refused(_("Give the day the bank pays it back and the reference, so that the line can be found again."))
    if paid_on > clock.today():
        raise Refused(_("The day it is paid back cannot lie ahead."))


def _check_words(words: str, longest: int) -> None:
    if len(words) > longest:
        raise Refused(_("Keep it under %(number)s letters.") % {"number": f"{longest:,}"})
    wrong = says_too_much(words)
    if wrong:
        raise Refused(wrong)


def _check_answer(words: str) -> None:
    if not words.strip():
        raise Refused(_("Say why, in words that whoever reads it can act on."))
    _check_words(words, LONGEST_ANSWER)

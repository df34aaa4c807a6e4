"""Settling: the one way in which what Stripe knows becomes what we know, for the return page, the bell and the sweep.

Each function asks Stripe first, with no transaction open, and then records everything in one, which is done anew if it collides.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import carry_out
from fundapp.gateways.stripe import Charge, CheckoutSession, Invoice, StripeGateway
from fundapp.giving import posting, rules
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.bank import disputes
from fundapp.giving.cards import testing as card_testing
from fundapp.giving.lifecycle import Status, told_by_stripe
from fundapp.giving.models import Donation
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.moving import move
from fundapp.giving.posting import Books
from fundapp.giving.refunds import sending as refund_sending
from fundapp.jobs import enqueue
from fundapp.ledger import queries as ledger


def settle_session(session: Session, stripe: StripeGateway, session_id: str) -> CheckoutSession:
    """Record what became of a payment page, and hand back what was told of it. Safe to call any number of times, in any order,
    from several places at once. A monthly gift's page leads on to its subscription (monthly/settling.py).

    Raises StripeFault when Stripe does not answer; nothing was changed then.
    """
    asked_at = clock.now()
    told = stripe.fetch_session(session_id)
    carry_out(session, lambda: _record_session(session, told, asked_at))
    return told


def settle_charge(session: Session, stripe: StripeGateway, charge_id: str, *, invoice: Invoice | None = None) -> None:
    """Record a charge, its fee and its refunds. Money that belongs to no gift of ours is recorded too, in suspense.

    A month of a monthly gift is known by its invoice, which is asked for unless the caller has it.
    Raises StripeFault when Stripe does not answer; nothing was changed then.
    """
    asked_at = clock.now()
    charge = stripe.fetch_charge(charge_id)
    if not _has_come(charge):
        carry_out(session, lambda: _note_declined(session, charge))
        return
    if charge.donation_id is None and charge.payment_intent_id and invoice is None:
        invoice = stripe.invoice_paid_by(charge.payment_intent_id)
    carry_out(session, lambda: _record_charge(session, charge, invoice, asked_at))


def _record_charge(session: Session, charge: Charge, invoice: Invoice | None, asked_at: datetime) -> None:
    donation = monthly_gifts.of_invoice(session, invoice, charge) if invoice else _held(session, charge.donation_id)
    if donation is None:
        _record_unknown(session, charge, asked_at)
    else:
        _record_paid(session, donation, charge, asked_at)


def _record_unknown(session: Session, charge: Charge, asked_at: datetime) -> None:
    books = Books.of_nobody(charge.id)
    posting.post_unknown(session, charge, books)
    refund_sending.tell(session, charge, subject=books.subject)
    if charge.balance_transaction:
        for dispute in charge.disputes:
            disputes.record(session, dispute, books=books, donation=None, asked_at=asked_at)


def _record_session(session: Session, told: CheckoutSession, asked_at: datetime) -> None:
    donation = _held(session, told.client_reference_id or told.donation_id)
    state = told_by_stripe(session_status=told.status, payment_status=told.payment_status, intent_status=told.payment_intent_status)
    charge = told.charge if state is Status.PAID and told.charge and _has_come(told.charge) else None
    if donation is None:
        if charge:
            _record_unknown(session, charge, asked_at)
        return
    donation.looked_at = clock.now()
    _note_declined(session, told.charge)
    if charge:
        _record_paid(session, donation, charge, asked_at)
        donation.session_id = donation.session_id or told.id
    elif state is not Status.PAID and told.id == donation.session_id:
        # An older page of the same gift has nothing more to say once it is closed.
        waited = donation.status is Status.PROCESSING
        move(session, donation, state)
        if waited and donation.status is Status.FAILED:
            # Days after the donor went away: their page says it, and a letter does where they left an address.
            enqueue(session, "giving.tell_refused", donation_id=str(donation.id))


def _record_paid(session: Session, donation: Donation, charge: Charge, asked_at: datetime) -> None:
    books = Books(donation.subject, donation.fund_code)
    late = charge.failure_balance_transaction
    if late and donation.status is Status.PAID and not ledger.known_keys(session, [f"txn:{late.id}"]):
        enqueue(session, "giving.tell_refused", donation_id=str(donation.id))
    posting.post_gift(session, charge, books)
    refund_sending.tell(session, charge, subject=books.subject)
    for dispute in charge.disputes:
        disputes.record(session, dispute, books=books, donation=donation, asked_at=asked_at)
    if donation.charge_id not in {None, charge.id}:
        raise_alarm(session, kind=AlarmKind.PAID_TWICE, about=charge.id, subject=donation.subject)
        return
    if charge.amount_pence != donation.amount_pence:
        raise_alarm(session, kind=AlarmKind.OTHER_AMOUNT, about=charge.id, subject=donation.subject)
    if donation.status is not Status.PAID:
        donation.charge_id, donation.paid_at = charge.id, charge.created_at
        move(session, donation, Status.PAID)
        if charge.amount_pence >= rules.now(session).looked_at_from_pence:
            raise_alarm(session, kind=AlarmKind.LARGE_GIFT, about=charge.id, subject=donation.subject)
        if charge.failure_balance_transaction is None:
            # Whichever bell came first, the receipt is asked for once, here. The donor's address stays with Stripe until it is written.
            enqueue(session, "giving.send_receipt", donation_id=str(donation.id))


def _note_declined(session: Session, charge: Charge | None) -> None:
    """Count a card that its bank declined, wherever it is heard of first."""
    # What came by bank debit has an id of another kind, and its bank says no for other reasons.
    if charge is not None and charge.status == "failed" and charge.id.startswith("ch_"):
        card_testing.note_decline(session, charge)


def _has_come(charge: Charge) -> bool:
    """Whether the money of a charge is on its way to us, or was: a bank debit that is still pending is not."""
    return (charge.paid and charge.status == "succeeded") or charge.failure_balance_transaction is not None


def _held(session: Session, donation_id: str | None) -> Donation | None:
    """The gift that Stripe names, held until the transaction ends; None when it is none of ours."""
    try:
        identity = UUID(donation_id or "")
    except ValueError:
        return None
    statement = select(Donation).where(Donation.id == identity).with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)

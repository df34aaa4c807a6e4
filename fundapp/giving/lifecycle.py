"""The life of a gift: one pure table."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a gift stands. Refunds and fees are not states: the ledger tells them."""

    # A row is made; nobody has paid.
    STARTED = "started"
    # The bank has yet to say whether the money comes (bank debits take days).
    PROCESSING = "processing"
    PAID = "paid"
    # The bank said no.
    FAILED = "failed"
    # The payment page was closed unpaid.
    EXPIRED = "expired"


class Source(StrEnum):
    """How a gift comes."""

    # Paid once, on Stripe's page.
    CARD = "card"
    # One month of a monthly gift.
    MONTHLY = "monthly"
    # A cheque, a bank transfer, a shop's or club's gift: entered by finance.
    ELSEWHERE = "elsewhere"


# From each state, where a gift may go. Money that came is never un-come: nothing leads out of PAID. A gift that failed or
# expired may be tried again from the same form, and may turn out paid after all.
MOVES: dict[Status, frozenset[Status]] = {
    Status.STARTED: frozenset({Status.PROCESSING, Status.PAID, Status.FAILED, Status.EXPIRED}),
    Status.PROCESSING: frozenset({Status.PAID, Status.FAILED}),
    Status.FAILED: frozenset({Status.STARTED, Status.PAID}),
    Status.EXPIRED: frozenset({Status.STARTED, Status.PAID}),
    Status.PAID: frozenset(),
}


def may_move(start: Status, end: Status) -> bool:
    """Whether a gift may go from one state to another."""
    return end in MOVES[start]


def told_by_stripe(*, session_status: str, payment_status: str, intent_status: str | None) -> Status:
    """The state that a Checkout Session stands for (docs.stripe.com/api/checkout/sessions/object).

    Paid is `payment_status == "paid"` and nothing else; a completed session without it waits for a bank, or was refused by it.
    """
    if payment_status == "paid":
        return Status.PAID
    if session_status == "expired":
        return Status.EXPIRED
    if session_status == "complete":
        refused = intent_status in {"requires_payment_method", "canceled"}
        return Status.FAILED if refused else Status.PROCESSING
    return Status.STARTED

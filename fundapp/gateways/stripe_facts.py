"""What Stripe tells us, as plain frozen values. No object of the library leaves this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fundapp.core.errors import OutsideFault
from fundapp.core.language import gettext as _

Told = Mapping[str, Any]


class StripeFault(OutsideFault):
    """Stripe did not answer, or not as it should. `kind` is the library's class of error; nothing personal is kept of it."""

    def __init__(
        self, sentence: str, *, kind: str, code: str = "", http_status: int | None = None, request_id: str = "", passing: bool = False
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        # Whether the same call may well succeed later.
        self.passing = passing


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """One movement of the Stripe balance, in pence of the balance's own currency. `net_pence` is amount less fee."""

    id: str
    type: str
    reporting_category: str
    amount_pence: int
    fee_pence: int
    net_pence: int
    currency: str
    created_at: datetime
    source_id: str | None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back. A refund that failed came back to the balance, and the donor is still owed it."""

    id: str
    charge_id: str | None
    amount_pence: int
    status: str
    created_at: datetime
    balance_transaction: BalanceTransaction | None
    failure_balance_transaction: BalanceTransaction | None
    # Our own id, from the metadata; None for one that was made at Stripe itself.
    refund_id: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A donor's bank that asks about a charge, or takes it back. What it moved: at most the taking, then the giving back."""

    id: str
    charge_id: str | None
    amount_pence: int
    status: str
    reason: str
    created_at: datetime
    # Until when the bank takes evidence.
    answer_by: datetime | None
    # Oldest first.
    movements: tuple[BalanceTransaction, ...]


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on its way from Stripe to the bank. One that is paid may yet fail, within about five days."""

    id: str
    amount_pence: int
    status: str
    # Made by Stripe, not by somebody's hand: only then does Stripe say what it is made of.
    automatic: bool
    # Whether Stripe has finished saying so.
    is_reconciled: bool
    created_at: datetime
    arrives_at: datetime
    balance_transaction: BalanceTransaction | None
    # The money come back to the balance.
    failure_balance_transaction: BalanceTransaction | None


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt to take money. `balance_transaction` is None until its fee is known, seconds to an hour after."""

    id: str
    amount_pence: int
    currency: str
    paid: bool
    status: str
    created_at: datetime
    payment_intent_id: str | None
    # Our own id, from the metadata.
    donation_id: str | None
    balance_transaction: BalanceTransaction | None
    # Oldest first.
    refunds: tuple[Refund, ...]
    amount_refunded_pence: int
    # Stripe's sentence about why it did not go through; None when it did.
    refusal: str | None
    # A bank debit that had gone through and was taken back days later.
    failure_balance_transaction: BalanceTransaction | None = None
    # Oldest first.
    disputes: tuple[Dispute, ...] = ()
    # Stripe's pseudonym for the card's number, the same wherever that card is used with us.
    card_fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A payment page Stripe opened for us. Paid is `payment_status == "paid"`, and nothing else is."""

    id: str
    # Where to send the donor; None once the session is complete or expired.
    url: str | None
    status: str
    payment_status: str
    amount_total_pence: int
    currency: str
    client_reference_id: str | None
    donation_id: str | None
    payment_intent_id: str | None
    # Known when the session was fetched expanded; None before the first attempt.
    payment_intent_status: str | None
    # The latest attempt.
    charge: Charge | None
    expires_at: datetime
    # What the donor typed at Stripe's page, or we passed there. Personal: never logged.
    email: str | None
    # "payment" once, "subscription" each month. The latter has no payment intent: its invoice leads to the money.
    mode: str = "payment"
    subscription_id: str | None = None
    invoice_id: str | None = None


def read_transaction(told: Told | str | None) -> BalanceTransaction | None:
    """An expanded balance transaction. Raises StripeFault when its figures are not what they must be."""
    if told is None:
        return None
    if isinstance(told, str):
        raise _odd("a balance transaction came as an id alone")
    amount, fee, net = told["amount"], told["fee"], told["net"]
    if net != amount - fee:
        raise _odd(f"{told['id']}: net is not amount less fee")
    return BalanceTransaction(
        id=told["id"],
        type=told["type"],
        reporting_category=told["reporting_category"],
        amount_pence=amount,
        fee_pence=fee,
        net_pence=net,
        currency=_pounds_only(told),
        created_at=moment(told["created"]),
        source_id=id_of(told["source"]),
    )


def read_refund(told: Told) -> Refund:
    """A refund whose balance transactions are expanded."""
    _pounds_only(told)
    return Refund(
        id=told["id"],
        charge_id=id_of(told["charge"]),
        amount_pence=told["amount"],
        status=told["status"] or "",
        created_at=moment(told["created"]),
        balance_transaction=read_transaction(told["balance_transaction"]),
        failure_balance_transaction=read_transaction(told.get("failure_balance_transaction")),
        refund_id=(told.get("metadata") or {}).get("refund_id"),
    )


def read_charge(told: Told, refunds: tuple[Refund, ...], disputes: tuple[Dispute, ...] = ()) -> Charge:
    """A charge whose balance transactions are expanded, with its refunds and disputes, fetched beside it."""
    outcome = told.get("outcome") or {}
    refusal = None if told["paid"] else told.get("failure_message") or outcome.get("seller_message") or _("The payment did not go through.")
    return Charge(
        id=told["id"],
        amount_pence=told["amount"],
        currency=_pounds_only(told),
        paid=told["paid"],
        status=told["status"],
        created_at=moment(told["created"]),
        payment_intent_id=id_of(told["payment_intent"]),
        donation_id=told["metadata"].get("donation_id"),
        balance_transaction=read_transaction(told["balance_transaction"]),
        refunds=refunds,
        amount_refunded_pence=told["amount_refunded"],
        refusal=refusal,
        failure_balance_transaction=read_transaction(told.get("failure_balance_transaction")),
        disputes=disputes,
        card_fingerprint=((told.get("payment_method_details") or {}).get("card") or {}).get("fingerprint"),
    )


def read_dispute(told: Told) -> Dispute:
    """A dispute, which comes with its movements in full."""
    _pounds_only(told)
    due_by = (told.get("evidence_details") or {}).get("due_by")
    moved = [read_transaction(one) for one in told["balance_transactions"]]
    return Dispute(
        id=told["id"],
        charge_id=id_of(told["charge"]),
        amount_pence=told["amount"],
        status=told["status"],
        reason=told["reason"],
        created_at=moment(told["created"]),
        answer_by=moment(due_by) if due_by else None,
        movements=tuple(sorted((one for one in moved if one is not None), key=lambda one: (one.created_at, one.amount_pence))),
    )


def read_payout(told: Told) -> Payout:
    """A payout whose balance transactions are expanded."""
    _pounds_only(told)
    return Payout(
        id=told["id"],
        amount_pence=told["amount"],
        status=told["status"],
        automatic=told["automatic"],
        is_reconciled=told["reconciliation_status"] == "completed",
        created_at=moment(told["created"]),
        arrives_at=moment(told["arrival_date"]),
        balance_transaction=read_transaction(told["balance_transaction"]),
        failure_balance_transaction=read_transaction(told.get("failure_balance_transaction")),
    )


def read_balance(told: Told) -> int:
    """All pounds in the balance, in pence. Raises StripeFault when another currency holds anything."""
    parts = [*told["available"], *told["pending"]]
    if any(part["currency"] != "gbp" and part["amount"] for part in parts):
        raise _odd("the balance holds another currency")
    return sum(int(part["amount"]) for part in parts if part["currency"] == "gbp")


def read_session(told: Told, charge: Charge | None) -> CheckoutSession:
    """A session, with the charge of its payment intent when that was expanded."""
    intent = told["payment_intent"]
    details = told.get("customer_details") or {}
    return CheckoutSession(
        id=told["id"],
        url=told.get("url"),
        status=told["status"],
        payment_status=told["payment_status"],
        amount_total_pence=told["amount_total"],
        currency=_pounds_only(told),
        client_reference_id=told.get("client_reference_id"),
        donation_id=(told.get("metadata") or {}).get("donation_id"),
        payment_intent_id=id_of(intent),
        payment_intent_status=intent["status"] if isinstance(intent, Mapping) else None,
        charge=charge,
        expires_at=moment(told["expires_at"]),
        email=details.get("email") or told.get("customer_email"),
        mode=told["mode"],
        subscription_id=id_of(told["subscription"]),
        invoice_id=id_of(told["invoice"]),
    )


def id_of(told: Told | str | None) -> str | None:
    """The id of something that may have come expanded."""
    return str(told["id"]) if isinstance(told, Mapping) else told


def moment(seconds: int) -> datetime:
    """Stripe's seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _pounds_only(told: Told) -> str:
    currency = str(told["currency"])
    if currency != "gbp":
        raise _odd(f"{told['id']}: the currency is {currency}")
    return currency


def _odd(what: str) -> StripeFault:
    return StripeFault(
        _("The card company’s figures are not what they must be (%(what)s). Nothing was posted; finance should look.") % {"what": what},
        kind="OddFigures",
    )

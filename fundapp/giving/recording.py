"""Recording one movement of the Stripe balance by what it is about: its charge, or the account itself."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.db import carry_out
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.gateways.stripe import BalanceTransaction, StripeGateway
from fundapp.giving.bank.movements import post_movement
from fundapp.giving.settling import settle_charge
from fundapp.ledger import queries as ledger

# Reporting categories of what a charge did: they are recorded with the charge, and never by themselves.
OF_A_CHARGE = frozenset({"charge", "charge_failure", "refund", "refund_failure", "dispute", "dispute_reversal"})


def record_movement(session: Session, stripe: StripeGateway, movement: BalanceTransaction) -> None:
    """Record one movement that is no payout's. Safe to repeat. Raises StripeFault, and Refused where Stripe does not tell enough yet."""
    charge_id = _charge_of(stripe, movement.source_id or "")
    if charge_id is not None:
        settle_charge(session, stripe, charge_id)
    carry_out(session, lambda: _record_unexplained(session, movement))


def _record_unexplained(session: Session, movement: BalanceTransaction) -> None:
    """Record a movement that settling its charge did not: what has none, for one."""
    if ledger.known_keys(session, [f"txn:{movement.id}"]):
        return
    if movement.reporting_category in OF_A_CHARGE:
        # Its key is kept for what it is: its charge will tell, once Stripe tells all of that.
        raise Refused(_("Stripe does not say yet which payment this movement belongs to."))
    post_movement(session, movement)


def _charge_of(stripe: StripeGateway, source_id: str) -> str | None:
    if source_id.startswith(("ch_", "py_")):
        return source_id
    if source_id.startswith(("re_", "pyr_")):
        return stripe.fetch_refund(source_id).charge_id
    # Disputes are du_…, and dp_… before 2023.
    return stripe.fetch_dispute(source_id).charge_id if source_id.startswith(("du_", "dp_")) else None

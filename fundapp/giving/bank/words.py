"""How Stripe's own words about disputes and payouts are said on a page."""

from __future__ import annotations

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.giving.bank.models import GiftDispute, StripePayout

_DISPUTES = {
    "warning_needs_response": marked("The bank asks: answer at Stripe"),
    "warning_under_review": marked("The bank asked, and has our answer"),
    "warning_closed": marked("The bank asked, and left it there"),
    "needs_response": marked("Taken back: answer at Stripe"),
    "under_review": marked("Taken back, and the bank has our answer"),
    "prevented": marked("Headed off before it began"),
    "won": marked("Ours after all"),
    "lost": marked("Lost"),
}
# Why, by the bank (docs.stripe.com/api/disputes/object).
_REASONS = {
    "fraudulent": marked("The donor says it was not them"),
    "unrecognized": marked("The donor does not know what it was"),
    "duplicate": marked("The donor says they gave twice"),
    "credit_not_processed": marked("The donor waits for a refund"),
    "general": marked("No reason given"),
}
_PAYOUTS = {
    "pending": marked("Not sent yet"),
    "in_transit": marked("On its way"),
    "paid": marked("Sent to the bank"),
    "failed": marked("Came back"),
    "canceled": marked("Called back"),
}


def dispute(row: GiftDispute) -> str:
    """How a dispute stands; what Stripe has not said before is said as Stripe does."""
    return _(_DISPUTES[row.status]) if row.status in _DISPUTES else row.status.replace("_", " ")


def reason(row: GiftDispute) -> str:
    """Why the bank disputes it."""
    return _(_REASONS[row.reason]) if row.reason in _REASONS else row.reason.replace("_", " ")


def payout(row: StripePayout) -> str:
    """How a payout stands at Stripe. Whether it arrived, the bank's own statement says."""
    return _(_PAYOUTS[row.status]) if row.status in _PAYOUTS else row.status.replace("_", " ")


def waits_for(row: StripePayout) -> str:
    """Why a payout is not in the ledger yet."""
    if not row.is_automatic:
        return _("No: it was made by hand, and Stripe does not say of which gifts")
    if not row.is_reconciled:
        return _("Not yet: Stripe has not said what of")
    return _("Not yet: its parts are being recorded")

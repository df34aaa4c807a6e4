"""What disputes, payouts and the daily proof hold about people: whose gift is disputed, by Stripe's ids alone."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_DISPUTED = marked("So that a gift that a bank takes back is not refunded as well, and is told to whoever gave it.")

HOLDINGS = held(
    "gift_dispute",
    "id charge_id donation_id",
    whose=Whose.DONOR,
    why=_DISPUTED,
    basis=Basis.LEGAL_OBLIGATION,
    kept=Kept.MONEY,
    pseudonym=True,
)

IMPERSONAL = {
    "gift_dispute": columns("amount_pence status reason opened_at answer_by held_pence told_at closed_at"),
    "stripe_payout": columns(
        "id amount_pence status is_automatic is_reconciled created_at arrives_on txn_id failure_txn_id is_settled told_at"
    ),
    "payout_movement": columns("txn_id payout_id net_pence"),
    "stripe_proof": columns(
        "day proved_at at_stripe_pence in_ledger_pence payouts_pence recent_pence late_fees held_pence held_in_ledger_pence holds"
    ),
}

"""The parameters of the addresses about disputes and payouts (read in stripe 16.1's types, API 2026-10-28.endive)."""

from __future__ import annotations

from fundapp.stripe_stand_in.params import Group, OneOf, Span, Text
from fundapp.stripe_stand_in.tables import PAGE

DISPUTE_LIST = Group({**PAGE, "charge": Text(), "payment_intent": Text()})
PAYOUT_LIST = Group(
    {**PAGE, "arrival_date": Span(), "status": OneOf(("paid", "pending", "failed", "canceled", "in_transit"))}, elsewhere=("destination",)
)

"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_GIFT = marked("So that a gift is counted once, thanked for, and found again in the bank. Who gave it is known to Stripe alone.")
_CLOSED = marked("Who looked into a payment that did not fit.")
_OPAQUE = marked("It says how a gift goes on, and nobody’s name.")

INVENTORY = Inventory(
    holdings=(
        *held(
            "donation",
            "id token_hash session_id charge_id",
            whose=Whose.DONOR,
            why=_GIFT,
            basis=Basis.LEGAL_OBLIGATION,
            kept=Kept.DONOR,
            pseudonym=True,
        ),
        *held(
            "donation", "checkout_url language", whose=Whose.DONOR, why=_GIFT, basis=Basis.CONTRACT, kept=Kept.DONOR, plain_because=_OPAQUE
        ),
        *held(
            "stripe_event",
            "object_id charge_id",
            whose=Whose.DONOR,
            why=_GIFT,
            basis=Basis.LEGAL_OBLIGATION,
            kept=Kept.DONOR,
            pseudonym=True,
        ),
        *held("giving_alarm", "about subject", whose=Whose.DONOR, why=_GIFT, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY, pseudonym=True),
        *held(
            "giving_alarm", "closed_by", whose=Whose.STAFF, why=_CLOSED, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.MONEY, pseudonym=True
        ),
    ),
    impersonal={
        "donation": columns("key_hash point_id fund_code amount_pence status attempt session_expires_at created_at paid_at looked_at"),
        # A bell alone: what Stripe says in it is not kept (docs/decisions/0010-sealed-columns.md).
        "stripe_event": columns("id type api_version object_type rung_at received_at acted_at"),
        "giving_alarm": columns("id kind raised_at closed_at"),
        "giving_preset": columns("position amount_pence words"),
    },
)

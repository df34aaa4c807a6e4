"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held
from fundapp.giving import giving_back_personal as giving_back
from fundapp.giving.bank import personal as money
from fundapp.giving.cards import personal as cards
from fundapp.giving.gift_aid import personal as gift_aid
from fundapp.giving.monthly import personal as monthly

# About whom, and on what basis.
_donor_by_law = partial(held, whose=Whose.DONOR, basis=Basis.LEGAL_OBLIGATION)

_GIFT = marked("So that a gift is counted once, thanked for, and found again in the bank. Who gave it is known to Stripe alone.")
_TRACE = marked("So that a gift’s page can tell what it did. It names the gift, and nobody.")
_CLOSED = marked("Who looked into a payment that did not fit.")
_OPAQUE = marked("It says how a gift goes on, and nobody’s name.")

INVENTORY = Inventory(
    holdings=(
        *giving_back.HOLDINGS,
        *money.HOLDINGS,
        *cards.HOLDINGS,
        *monthly.HOLDINGS,
        *gift_aid.HOLDINGS,
        *_donor_by_law("donation", "id token_hash session_id charge_id", why=_GIFT, kept=Kept.DONOR, pseudonym=True),
        *held(
            "donation", "checkout_url language", whose=Whose.DONOR, why=_GIFT, basis=Basis.CONTRACT, kept=Kept.DONOR, plain_because=_OPAQUE
        ),
        *_donor_by_law("stripe_event", "object_id charge_id", why=_GIFT, kept=Kept.DONOR, pseudonym=True),
        *_donor_by_law("trace_use", "donation_id", why=_TRACE, kept=Kept.MONEY, pseudonym=True),
        *_donor_by_law("giving_alarm", "about subject", why=_GIFT, kept=Kept.MONEY, pseudonym=True),
        *held(
            "giving_alarm", "closed_by", whose=Whose.STAFF, why=_CLOSED, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.MONEY, pseudonym=True
        ),
    ),
    impersonal={
        **giving_back.IMPERSONAL,
        **money.IMPERSONAL,
        **cards.IMPERSONAL,
        **monthly.IMPERSONAL,
        **gift_aid.IMPERSONAL,
        "donation": columns(
            "key_hash point_id fund_code amount_pence cover_pence status source attempt session_expires_at created_at paid_at looked_at"
        ),
        # A bell alone: what Stripe says in it is not kept (docs/decisions/0010-sealed-columns.md).
        "stripe_event": columns("id type api_version object_type rung_at received_at acted_at tries failed_at fault"),
        "trace_release": columns("quarter released_at"),
        "trace_use": columns("quarter since used_pence"),
        "giving_alarm": columns("id kind raised_at closed_at"),
        "giving_preset": columns("position amount_pence words"),
    },
)

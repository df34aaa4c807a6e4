"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_staff_by_law = partial(held, whose=Whose.STAFF, basis=Basis.LEGAL_OBLIGATION)

_CAME_IN = marked(
    "So that money that came in is found again on the bank statement. It is an organisation’s name, never meant to be a person’s."
)
_WHO = marked("So that it can be shown who entered it, and who looked into it.")

INVENTORY = Inventory(
    holdings=(
        *held(
            "contribution", "received_from bank_reference", whose=Whose.DONOR, why=_CAME_IN, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY
        ),
        *_staff_by_law("contribution", "entered_by", why=_WHO, kept=Kept.MONEY, pseudonym=True),
        *held("contribution_reversal", "why", whose=Whose.DONOR, why=_CAME_IN, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY),
        *_staff_by_law("contribution_reversal", "asked_by reversed_by kept_by", why=_WHO, kept=Kept.MONEY, pseudonym=True),
        *_staff_by_law("shortfall_closed", "closed_by", why=_WHO, kept=Kept.LEDGER, pseudonym=True),
    ),
    impersonal={
        "contribution": columns("id once_key fund_code amount_pence received_on entered_at"),
        "contribution_reversal": columns("id contribution_id asked_at reversed_at kept_at"),
        "shortfall_closed": columns("entry_number closed_at"),
    },
)

"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_payee_by_law = partial(held, whose=Whose.PAYEE, basis=Basis.LEGAL_OBLIGATION)

_PAID = marked("So that a payment is found again in the bank, and it can be shown to whom the money went.")
_WHO = marked("A payment has two people, and it can be shown who they were.")

INVENTORY = Inventory(
    holdings=(
        *_payee_by_law("payment", "supplier bank_reference", why=_PAID, kept=Kept.MONEY),
        *_payee_by_law("payment", "words_index", why=_PAID, kept=Kept.MONEY, pseudonym=True),
        *held(
            "payment",
            "entered_by released_by refused_by returned_by",
            whose=Whose.STAFF,
            why=_WHO,
            basis=Basis.LEGAL_OBLIGATION,
            kept=Kept.MONEY,
            pseudonym=True,
        ),
    ),
    impersonal={
        "payment": columns("id request_id number amount_pence is_last paid_on entered_at released_at refused_at returned_at"),
        "payment_part": columns("payment_id part_id amount_pence"),
    },
)

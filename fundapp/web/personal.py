"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_GUESSED = marked("So that addresses that only their owner may know are not found by trying.")

INVENTORY = Inventory(
    holdings=(
        *held(
            "public_try",
            "network_hash",
            whose=Whose.WRITER,
            why=_GUESSED,
            basis=Basis.LEGITIMATE_INTEREST,
            kept=Kept.ACCESS,
            pseudonym=True,
        ),
        *held("guessing", "seen_by", whose=Whose.STAFF, why=_GUESSED, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.ACCESS, pseudonym=True),
    ),
    impersonal={
        "public_try": columns("what since tries"),
        "guessing": columns("id what first_at last_at times seen_at"),
    },
)

"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_HOST = marked("So that we can speak to whoever answers for the place where our poster hangs.")

INVENTORY = Inventory(
    holdings=(
        *held(
            "collection_point",
            "contact_name contact_details",
            whose=Whose.HOST,
            why=_HOST,
            basis=Basis.LEGITIMATE_INTEREST,
            kept=Kept.CONTACT,
        ),
    ),
    impersonal={
        # A business and where it is: the poster says both.
        "collection_point": columns("id code name business address agreed_on opened_at closed_at"),
    },
)

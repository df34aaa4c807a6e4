"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_staff_of_interest = partial(held, whose=Whose.STAFF, basis=Basis.LEGITIMATE_INTEREST)

_TRACE = marked("So that it can be shown afterwards who did or read what, and why.")

INVENTORY = Inventory(
    holdings=(
        *_staff_of_interest("audit_event", "actor subject", why=_TRACE, kept=Kept.LEDGER, pseudonym=True),
        *_staff_of_interest("audit_words", "words", why=_TRACE, kept=Kept.IDENTITY),
    ),
    impersonal={
        # The facts of each kind of event are figures, codes and references alone: the room refuses anything else.
        "audit_event": columns("id at kind facts salt words_hash"),
        "audit_words": columns("event_id salt"),
        "audit_seal": columns("day events root sealed_at"),
    },
)

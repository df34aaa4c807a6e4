"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_TRACE = marked("So that it can be shown afterwards who did or read what, and why.")

INVENTORY = Inventory(
    holdings=(
        *held(
            "audit_event", "actor subject", whose=Whose.STAFF, why=_TRACE, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.LEDGER, pseudonym=True
        ),
        *held("audit_words", "words", whose=Whose.STAFF, why=_TRACE, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY),
    ),
    impersonal={
        # The facts of each kind of event are figures, codes and references alone: the room refuses anything else.
        "audit_event": columns("id at kind facts salt words_hash"),
        "audit_words": columns("event_id salt"),
        "audit_seal": columns("day events root sealed_at"),
    },
)

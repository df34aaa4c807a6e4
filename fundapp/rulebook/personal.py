"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_staff_of_interest = partial(held, whose=Whose.STAFF, basis=Basis.LEGITIMATE_INTEREST)

_DONE = marked("So that it can be shown who set a rule, and who agreed.")

INVENTORY = Inventory(
    holdings=(
        *_staff_of_interest("rule_version", "proposed_by", why=_DONE, kept=Kept.LEDGER, pseudonym=True),
        *_staff_of_interest("rule_decision", "proposed_by decided_by", why=_DONE, kept=Kept.LEDGER, pseudonym=True),
    ),
    impersonal={
        "rule_version": columns("id rule_set replaces numbers by_two proposed_at"),
        "rule_decision": columns("version_id rule_set replaces by_two agreed decided_at"),
    },
)

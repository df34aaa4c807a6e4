"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_reader_of_interest = partial(held, whose=Whose.READER, basis=Basis.LEGITIMATE_INTEREST)

_READER = marked("So that somebody outside keeps copies of the ledger’s checkpoints, and nobody can change the past unseen.")
_PART = marked("It says what somebody is to the Fund, not who they are.")
_WHO = marked("So that it can be seen who wrote what stands on the front page.")

INVENTORY = Inventory(
    holdings=(
        *_reader_of_interest("checkpoint_reader", "name email", why=_READER, kept=Kept.CONTACT),
        *_reader_of_interest("checkpoint_reader", "email_index", why=_READER, kept=Kept.CONTACT, pseudonym=True),
        *_reader_of_interest("checkpoint_reader", "part", why=_READER, kept=Kept.CONTACT, plain_because=_PART),
        *_reader_of_interest("checkpoint_letter", "reader_id", why=_READER, kept=Kept.LEDGER, pseudonym=True),
        *held(
            "openbooks_example",
            "changed_by",
            whose=Whose.STAFF,
            why=_WHO,
            basis=Basis.LEGITIMATE_INTEREST,
            kept=Kept.ACCOUNT,
            pseudonym=True,
        ),
    ),
    impersonal={
        "checkpoint_reader": columns("id active added_at"),
        "checkpoint_letter": columns("id day checkpoint_size written_at sent_at fault"),
        "openbooks_example": columns("id position amount_pence words active changed_at"),
    },
)

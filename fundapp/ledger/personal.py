"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_helped_by_law = partial(held, whose=Whose.HELPED, basis=Basis.LEGAL_OBLIGATION)
_staff_by_law = partial(held, whose=Whose.STAFF, basis=Basis.LEGAL_OBLIGATION)

_WHO = marked("The books show who entered each act and what it was about, by a number that tells nothing by itself.")
_PRIVATE = marked("Codes of what was granted and paid, and the day of the decision. They are shown to nobody but those concerned.")

INVENTORY = Inventory(
    holdings=(
        *_staff_by_law("entry", "actor", why=_WHO, kept=Kept.LEDGER, pseudonym=True),
        *_helped_by_law("entry", "subject event_key", why=_WHO, kept=Kept.LEDGER, pseudonym=True),
        *_helped_by_law("entry", "private_particulars", why=_PRIVATE, kept=Kept.LEDGER, pseudonym=True),
        *_staff_by_law("period", "closed_by", why=_WHO, kept=Kept.LEDGER, pseudonym=True),
        *held("publication", "place", whose=Whose.READER, why=_WHO, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.LEDGER, pseudonym=True),
    ),
    impersonal={
        "account": columns("id code name kind"),
        "fund": columns("id code name restriction purpose starts_on ends_on grantor version"),
        "entry": columns(
            "id number kind happened_on recorded_at transfers reverses reason note forced public_particulars nonce leaf_version leaf_hash"
            " xid"
        ),
        "transfer": columns("entry_id n debit_account credit_account fund amount_pence"),
        "balance_snapshot": columns("log_size account fund debits_pence credits_pence"),
        "checkpoint": columns("size root note signed_at"),
        "log_leaf": columns("seq entry_id hash"),
        "log_tile": columns("level n hashes root"),
        "period": columns("id starts_on ends_on state closed_at entry_number"),
        "publication": columns("id checkpoint_size published_at receipt"),
        "unsealed": columns("entry_id"),
    },
)

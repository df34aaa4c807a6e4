"""What is held for a day so that stolen cards are not tried out here (personal.py gathers it)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_donor = partial(held, whose=Whose.DONOR, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.ACCESS, pseudonym=True)

_TRIED = marked("So that stolen cards are not tried out at givers’ pages. Networks and cards by keyed hashes of one day; gone after a day.")

HOLDINGS = (
    *_donor("card_start", "donation_id near_hash block_hash", why=_TRIED),
    *_donor("card_decline", "charge_id donation_id near_hash block_hash card_hash", why=_TRIED),
)
IMPERSONAL = {
    "card_start": columns("at"),
    "card_decline": columns("amount_pence at"),
    "question_used": columns("question_hash at"),
}

"""What is held about those who decide together, column by column; grants/personal.py takes it up."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_of_interest = partial(held, whose=Whose.STAFF, basis=Basis.LEGITIMATE_INTEREST)
_helped_by_law = partial(held, whose=Whose.HELPED, basis=Basis.LEGAL_OBLIGATION)

_SIGNED = marked("So that it can be shown who agreed a request, and nobody agrees it twice or pays it as well.")
_VOTED = marked("So that a vote is given once, and the panel’s votes can be counted.")
_GIVEN = marked("So that every penny of an award can be followed from its fund to what it was for.")

HOLDINGS = (
    *_of_interest("award_signature", "user_id actor for_user_id", why=_SIGNED, kept=Kept.MONEY, pseudonym=True),
    *_of_interest("panel_vote", "user_id", why=_VOTED, kept=Kept.MONEY, pseudonym=True),
    *_of_interest("panel_vote", "agrees", why=_VOTED, kept=Kept.MONEY, plain_because=marked("Votes are counted in the database.")),
    *_helped_by_law(
        "award_part",
        "thing_id fund_code agreed_pence paid_pence released_pence",
        why=_GIVEN,
        kept=Kept.MONEY,
        plain_because=marked("It tells of somebody known by a code alone, and is counted and added up in the database."),
    ),
)
IMPERSONAL = {
    "award": columns("id request_id number agreed_pence signers policy_number hash made_at votes_close_at agreed_at void_at"),
    "award_part": columns("id award_id position"),
    "award_signature": columns("id award_id seat is_urgent signed_at"),
    "panel_vote": columns("id award_id voted_at"),
}

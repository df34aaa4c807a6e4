"""What these tables hold about people: codes, and who noted them."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_COUNTED = marked("So that partners see what is missing, and for whom.")
_WHO = marked("So that a note can be taken back, and no note is counted as more people than there were.")
_NO_NAME = marked("A code from a list, in a note that says nothing of who it was, counted in the database.")
_BY_CODE = marked("It tells of somebody known by a code alone, and is counted in the database.")
_helped = partial(held, whose=Whose.HELPED, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.LEDGER)

HOLDINGS = (
    *_helped("request_decline", "reason", why=_COUNTED, plain_because=_BY_CODE),
    *_helped("unmet_need", "item_id need why person_group locality", why=_COUNTED, plain_because=_NO_NAME),
    *held("unmet_need", "noted_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.LEDGER, pseudonym=True),
)
IMPERSONAL = {
    "request_decline": columns("request_id"),
    "unmet_need": columns("id form_key team_id organisation_id noted_at taken_back_at"),
}

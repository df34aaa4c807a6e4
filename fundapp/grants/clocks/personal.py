"""What clocks and hand-overs hold, column by column; grants/personal.py takes it up."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_LENT = marked("So that whoever looks after somebody’s requests for a while gives them back.")
_NO_WORDS = marked("It is a day and says nothing of why.")

HOLDINGS = held(
    "request_handover", "lent_until", whose=Whose.STAFF, why=_LENT, basis=Basis.CONTRACT, kept=Kept.MONEY, plain_because=_NO_WORDS
)
IMPERSONAL = {"request_reminder": columns("id request_id due_at step at told_at")}

"""What comparisons hold about people, column by column; grants/personal.py takes it up."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_helped = partial(held, whose=Whose.HELPED, basis=Basis.CONSENT)

_SAME = marked("So that what two agencies ask for one person is added up, where that person agreed to it.")
_KEY = marked("So that what stands for somebody cannot be guessed from a list of names and days.")
_AGREED = marked("So that it can be shown that the person agreed to be compared.")
_TRIED = marked("So that nobody goes through a list of people, and an auditor sees who compared whom.")
_BY_CODE = marked("It tells of somebody known by a code alone, and auditors read it.")

HOLDINGS = (
    *_helped("person_mark", "person_id mark", why=_SAME, kept=Kept.IDENTITY, pseudonym=True),
    *_helped("matching_key", "secret", why=_KEY, kept=Kept.IDENTITY),
    *_helped("match_try", "person_id", why=_TRIED, kept=Kept.IDENTITY, pseudonym=True),
    *_helped("match_try", "consent_how", why=_AGREED, kept=Kept.IDENTITY),
    *_helped("match_try", "over_cap", why=_TRIED, kept=Kept.IDENTITY, plain_because=_BY_CODE),
    *held("match_try", "user_id", whose=Whose.STAFF, why=_TRIED, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY, pseudonym=True),
)
IMPERSONAL = {
    "person_mark": columns("id year marked_at"),
    "matching_key": columns("year made_at"),
    "match_try": columns("id request_id at differs"),
}

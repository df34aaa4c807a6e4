"""What slips and what is said with them hold about people, column by column; grants/personal.py takes it up."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_helped = partial(held, whose=Whose.HELPED, basis=Basis.LEGITIMATE_INTEREST)
_staff = partial(held, whose=Whose.STAFF, basis=Basis.CONTRACT)

_SLIP = marked("So that somebody can see what was asked in their name, and stop it, with a paper and without an account.")
_ASKED = marked("So that a question goes to the person themselves, and their answer to their key worker.")
_STORY = marked("So that nothing is ever told of somebody who does not want it.")
_ISSUED = marked("So that it can be shown who handed out a slip, and who made it void.")
_BY_CODE = marked("It tells of somebody known by a code alone, and whoever decides must see it.")

HOLDINGS = (
    *_helped("person_slip", "person_id code_hash", why=_SLIP, kept=Kept.IDENTITY, pseudonym=True),
    *_staff("person_slip", "issued_by voided_by", why=_ISSUED, kept=Kept.IDENTITY, pseudonym=True),
    *_helped("slip_question", "words answer", why=_ASKED, kept=Kept.IDENTITY),
    *_staff("slip_question", "asked_by", why=_ASKED, kept=Kept.IDENTITY, pseudonym=True),
    *_helped("story_stop", "person_id", why=_STORY, kept=Kept.IDENTITY, pseudonym=True),
    *_helped("grant_request", "paused_at", why=_SLIP, kept=Kept.MONEY, plain_because=_BY_CODE),
)
IMPERSONAL = {
    "person_slip": columns("id issued_at void_at why_void"),
    "slip_question": columns("id request_id asked_at answered_at"),
    "story_stop": columns("stopped_at"),
}

"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

# About whom, and on what basis.
_staff_of_interest = partial(held, whose=Whose.STAFF, basis=Basis.LEGITIMATE_INTEREST)
_writer_by_law = partial(held, whose=Whose.WRITER, basis=Basis.LEGAL_OBLIGATION)

_ASKED = marked("So that what somebody asks about their data is answered in time, and it can be shown that it was.")
_DONE = marked("So that it can be shown who decided.")

INVENTORY = Inventory(
    holdings=(
        *_writer_by_law("data_request", "words answer", why=_ASKED, kept=Kept.RIGHTS),
        *_writer_by_law("data_request", "subject", why=_ASKED, kept=Kept.LEDGER, pseudonym=True),
        *_writer_by_law("data_complaint", "contact words", why=_ASKED, kept=Kept.RIGHTS),
        *_writer_by_law("data_complaint", "subject", why=_ASKED, kept=Kept.LEDGER, pseudonym=True),
        *_writer_by_law("data_complaint_step", "words", why=_ASKED, kept=Kept.RIGHTS),
        *_staff_of_interest("data_complaint_step", "by", why=_DONE, kept=Kept.LEDGER, pseudonym=True),
        *_staff_of_interest("data_request", "entered_by answered_by", why=_DONE, kept=Kept.LEDGER, pseudonym=True),
        *_staff_of_interest("retention_rule", "by", why=_DONE, kept=Kept.LEDGER, pseudonym=True),
        *_staff_of_interest("document_adoption", "adopted_by", why=_DONE, kept=Kept.LEDGER, pseudonym=True),
    ),
    impersonal={
        "data_request": columns("id kind received_on due_on entered_at answered_at"),
        "data_complaint": columns("id form_key status received_at acknowledged_at ended_at"),
        "data_complaint_step": columns("id complaint_id what at"),
        "retention_rule": columns("id rule days since"),
        "retention_run": columns("id rule at days rows held"),
        "forgotten": columns("rule subject at"),
        "document_adoption": columns("id document hash adopted_at"),
    },
)

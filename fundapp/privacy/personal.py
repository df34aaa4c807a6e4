"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_ASKED = marked("So that what somebody asks about their data is answered in time, and it can be shown that it was.")
_DONE = marked("So that it can be shown who decided.")

INVENTORY = Inventory(
    holdings=(
        *held("data_request", "words answer", whose=Whose.WRITER, why=_ASKED, basis=Basis.LEGAL_OBLIGATION, kept=Kept.RIGHTS),
        *held("data_request", "subject", whose=Whose.WRITER, why=_ASKED, basis=Basis.LEGAL_OBLIGATION, kept=Kept.LEDGER, pseudonym=True),
        *held("data_complaint", "contact words", whose=Whose.WRITER, why=_ASKED, basis=Basis.LEGAL_OBLIGATION, kept=Kept.RIGHTS),
        *held("data_complaint", "subject", whose=Whose.WRITER, why=_ASKED, basis=Basis.LEGAL_OBLIGATION, kept=Kept.LEDGER, pseudonym=True),
        *held("data_complaint_step", "words", whose=Whose.WRITER, why=_ASKED, basis=Basis.LEGAL_OBLIGATION, kept=Kept.RIGHTS),
        *held("data_complaint_step", "by", whose=Whose.STAFF, why=_DONE, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.LEDGER, pseudonym=True),
        *held(
            "data_request",
            "entered_by answered_by",
            whose=Whose.STAFF,
            why=_DONE,
            basis=Basis.LEGITIMATE_INTEREST,
            kept=Kept.LEDGER,
            pseudonym=True,
        ),
        *held("retention_rule", "by", whose=Whose.STAFF, why=_DONE, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.LEDGER, pseudonym=True),
        *held(
            "document_adoption",
            "adopted_by",
            whose=Whose.STAFF,
            why=_DONE,
            basis=Basis.LEGITIMATE_INTEREST,
            kept=Kept.LEDGER,
            pseudonym=True,
        ),
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

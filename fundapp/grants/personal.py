"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_ASKED = marked("So that a request can be decided and paid, in the words in which it was asked.")
_CODE = marked("So that the same person’s requests are known to belong together, without a name.")
_CONSENT = marked("So that it can be shown that the person agreed.")
_BILL = marked("So that it can be shown what the money bought.")
_RESULT = marked("So that the Fund can tell what its help came to.")
_WHO = marked("So that everybody sees who asked and decided, and nobody decides on what they asked for.")
_BY_CODE = marked("It tells of somebody known by a code alone, and is counted and added up in the database.")

_REQUEST = (
    *held(
        "grant_request",
        "detail_words goal_words unblocks_words supplier typed",
        whose=Whose.HELPED,
        why=_ASKED,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.IDENTITY,
    ),
    *held(
        "grant_request", "words_index", whose=Whose.HELPED, why=_ASKED, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY, pseudonym=True
    ),
    *held("grant_request", "person_id", whose=Whose.HELPED, why=_CODE, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY, pseudonym=True),
    *held("grant_request", "consent_how", whose=Whose.HELPED, why=_CONSENT, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY),
    *held(
        "grant_request",
        "consent_at",
        whose=Whose.HELPED,
        why=_CONSENT,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.MONEY,
        plain_because=_BY_CODE,
    ),
    *held(
        "grant_request",
        "item_id price_pence asked_pence agreed_pence paid_pence released_pence fund_code status",
        whose=Whose.HELPED,
        why=_ASKED,
        basis=Basis.LEGAL_OBLIGATION,
        kept=Kept.MONEY,
        plain_because=_BY_CODE,
    ),
    *held("grant_request", "asked_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.MONEY, pseudonym=True),
)

INVENTORY = Inventory(
    holdings=(
        *_REQUEST,
        *held("person", "code", whose=Whose.HELPED, why=_CODE, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY, pseudonym=True),
        *held("person", "issued_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.IDENTITY, pseudonym=True),
        *held("evidence", "content", whose=Whose.HELPED, why=_BILL, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY),
        *held("evidence", "added_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.MONEY, pseudonym=True),
        *held("bill_draft", "content", whose=Whose.HELPED, why=_BILL, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.DRAFT),
        *held("bill_draft", "added_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.DRAFT, pseudonym=True),
        *held("outcome", "kind", whose=Whose.HELPED, why=_RESULT, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.MONEY, plain_because=_BY_CODE),
        *held("outcome", "told_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.MONEY, pseudonym=True),
        *held("request_event", "user_id", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.MONEY, pseudonym=True),
        *held(
            "request_handover",
            "from_user_id to_user_id",
            whose=Whose.STAFF,
            why=_WHO,
            basis=Basis.CONTRACT,
            kept=Kept.MONEY,
            pseudonym=True,
        ),
        *held("conflict", "user_id", whose=Whose.STAFF, why=_WHO, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.MONEY, pseudonym=True),
    ),
    impersonal={
        "catalogue_item": columns("id code name account_code guide_low_pence guide_high_pence help_text asks_what active"),
        "person": columns("id team_id organisation_id issued_at"),
        "grant_request": columns(
            "id form_key team_id organisation_id version started_at saved_at sent_at decided_at agreed_at paid_at in_hands_at ended_at"
        ),
        "request_event": columns("id request_id action from_status to_status at audit_id"),
        "request_handover": columns("id request_id at"),
        "conflict": columns("id request_id declared_at"),
        "evidence": columns("id request_id media_type added_at"),
        "bill_draft": columns("request_id added_at"),
        "outcome": columns("id request_id told_at"),
    },
)

"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held
from fundapp.grants.clocks import personal as clocks
from fundapp.grants.delivery import personal as delivery
from fundapp.grants.demand import personal as demand
from fundapp.grants.groups import personal as groups
from fundapp.grants.matching import personal as matching
from fundapp.grants.policy import personal as policy
from fundapp.grants.slips import personal as slips
from fundapp.grants.together import personal as together

# About whom, and on what basis.
_helped_by_law = partial(held, whose=Whose.HELPED, basis=Basis.LEGAL_OBLIGATION)
_helped_of_interest = partial(held, whose=Whose.HELPED, basis=Basis.LEGITIMATE_INTEREST)
_staff_by_contract = partial(held, whose=Whose.STAFF, basis=Basis.CONTRACT)

_ASKED = marked("So that a request can be decided and paid, in the words in which it was asked.")
_AROUND = marked("So that it comes in time and as they would like it, and so that partners see whom help reaches and whom it does not.")
_CODE = marked("So that the same person’s requests are known to belong together, without a name.")
_CONSENT = marked("So that it can be shown that the person agreed.")
_BILL = marked("So that it can be shown what the money bought.")
_RESULT = marked("So that the Fund can tell what its help came to.")
_WHO = marked("So that everybody sees who asked and decided, and nobody decides on what they asked for.")
_WHO_CHANGED = marked("So that everybody sees who changed what can be asked for.")
_BY_CODE = marked("It tells of somebody known by a code alone, and is counted and added up in the database.")

_REQUEST = (
    *_helped_of_interest("grant_request", "goal_words unblocks_words typed", why=_ASKED, kept=Kept.IDENTITY),
    *_helped_of_interest("grant_request", "person_id", why=_CODE, kept=Kept.IDENTITY, pseudonym=True),
    *_helped_of_interest("grant_request", "consent_how", why=_CONSENT, kept=Kept.IDENTITY),
    *_helped_of_interest("grant_request", "consent_at", why=_CONSENT, kept=Kept.MONEY, plain_because=_BY_CODE),
    *_helped_by_law(
        "grant_request",
        "asked_pence agreed_pence paid_pence released_pence status",
        why=_ASKED,
        kept=Kept.MONEY,
        plain_because=_BY_CODE,
    ),
    *_helped_of_interest(
        "grant_request",
        "person_group locality needed_by needed_for paid_how",
        why=_AROUND,
        kept=Kept.IDENTITY,
        plain_because=_BY_CODE,
    ),
    *_helped_of_interest("request_thing", "detail_words supplier typed", why=_ASKED, kept=Kept.IDENTITY),
    *_helped_of_interest("request_thing", "words_index", why=_ASKED, kept=Kept.IDENTITY, pseudonym=True),
    *_helped_by_law("request_thing", "item_id price_pence agreed_pence", why=_ASKED, kept=Kept.MONEY, plain_because=_BY_CODE),
    *_staff_by_contract("grant_request", "asked_by", why=_WHO, kept=Kept.MONEY, pseudonym=True),
)

INVENTORY = Inventory(
    holdings=(
        *_REQUEST,
        *_helped_of_interest("person", "code", why=_CODE, kept=Kept.IDENTITY, pseudonym=True),
        *_staff_by_contract("person", "issued_by", why=_WHO, kept=Kept.IDENTITY, pseudonym=True),
        *_helped_by_law("evidence", "content", why=_BILL, kept=Kept.MONEY),
        *_staff_by_contract("evidence", "added_by", why=_WHO, kept=Kept.MONEY, pseudonym=True),
        *_helped_of_interest("bill_draft", "content", why=_BILL, kept=Kept.DRAFT),
        *_staff_by_contract("bill_draft", "added_by", why=_WHO, kept=Kept.DRAFT, pseudonym=True),
        *_helped_of_interest("outcome", "kind", why=_RESULT, kept=Kept.MONEY, plain_because=_BY_CODE),
        *_staff_by_contract("outcome", "told_by", why=_WHO, kept=Kept.MONEY, pseudonym=True),
        *_staff_by_contract("request_event", "user_id actor", why=_WHO, kept=Kept.MONEY, pseudonym=True),
        *_staff_by_contract("request_handover", "from_user_id to_user_id", why=_WHO, kept=Kept.MONEY, pseudonym=True),
        *_staff_by_contract("catalogue_version", "changed_by", why=_WHO_CHANGED, kept=Kept.MONEY, pseudonym=True),
        *held("conflict", "user_id", whose=Whose.STAFF, why=_WHO, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.MONEY, pseudonym=True),
        *policy.HOLDINGS,
        *delivery.HOLDINGS,
        *demand.HOLDINGS,
        *groups.HOLDINGS,
        *slips.HOLDINGS,
        *clocks.HOLDINGS,
        *matching.HOLDINGS,
        *together.HOLDINGS,
    ),
    impersonal={
        **policy.IMPERSONAL,
        **delivery.IMPERSONAL,
        **demand.IMPERSONAL,
        **groups.IMPERSONAL,
        **slips.IMPERSONAL,
        **clocks.IMPERSONAL,
        **matching.IMPERSONAL,
        **together.IMPERSONAL,
        "catalogue_item": columns(
            "id code name account_code guide_low_pence guide_high_pence help_text asks_what active cap_pence is_sensitive needs_delivery"
            " for_groups"
        ),
        "catalogue_version": columns(
            "id item_id number name guide_low_pence guide_high_pence help_text asks_what active cap_pence is_sensitive needs_delivery"
            " for_groups changed_at why"
        ),
        "person": columns("id team_id organisation_id issued_at"),
        "grant_request": columns(
            "id form_key team_id organisation_id version started_at saved_at sent_at decided_at agreed_at paid_at in_hands_at ended_at"
            " due_at group_id helps_many"
        ),
        "request_thing": columns("id request_id position"),
        "request_event": columns("id request_id action from_status to_status at audit_id"),
        "request_handover": columns("id request_id at"),
        "conflict": columns("id request_id declared_at"),
        "evidence": columns("id request_id media_type added_at"),
        "bill_draft": columns("request_id added_at"),
        "outcome": columns("id request_id told_at"),
    },
)

"""What the policy's tables hold about people, column by column; grants/personal.py takes it up."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_of_interest = partial(held, whose=Whose.STAFF, basis=Basis.LEGITIMATE_INTEREST)

_SIGNED = marked("So that it can be shown who set the policy, and which two approvers signed it.")
_WEEKLY = marked("So that the policy agrees only so much in a week for one key worker.")
_LOOKED = marked("So that it can be shown who looked again at what the policy agreed.")
_LIFTED = marked("So that it can be shown who let a request go over a cap, and that somebody else agreed it.")

HOLDINGS = (
    *_of_interest("policy_version", "proposed_by", why=_SIGNED, kept=Kept.LEDGER, pseudonym=True),
    *_of_interest("policy_signature", "user_id proposed_by", why=_SIGNED, kept=Kept.LEDGER, pseudonym=True),
    *_of_interest("policy_outcome", "first_by second_by decided_by", why=_SIGNED, kept=Kept.LEDGER, pseudonym=True),
    *_of_interest("policy_answer", "worker_id", why=_WEEKLY, kept=Kept.MONEY, pseudonym=True),
    *_of_interest("policy_look_answer", "looked_by", why=_LOOKED, kept=Kept.MONEY, pseudonym=True),
    *_of_interest("cap_override", "given_by", why=_LIFTED, kept=Kept.MONEY, pseudonym=True),
)
IMPERSONAL = {
    "policy_version": columns(
        "number replaces tiers catalogue_only within_guide weekly_worker_pence weekly_person_pence weekly_fund_pence look_at_one_in"
        " panel_quorum person_cap_pence group_cap_pence proposed_at"
    ),
    "policy_signature": columns("policy_number signed_at"),
    "policy_outcome": columns("policy_number replaces in_force decided_at"),
    "policy_answer": columns("request_id policy_number why_not fund_code agreed_pence draw at"),
    "policy_look": columns("request_id due_on"),
    "policy_look_answer": columns("request_id is_fine looked_at"),
    "request_flag": columns("request_id code over_pence"),
    "cap_override": columns("id request_id given_at over_pence"),
}

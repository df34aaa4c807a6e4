"""What refunds and gifts made elsewhere hold about people."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

# About whom, and on what basis.
_donor_by_law = partial(held, whose=Whose.DONOR, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY)
_staff_by_law = partial(held, whose=Whose.STAFF, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY, pseudonym=True)

_BACK = marked("So that a refund goes to whoever gave, is told to them, and is found again in the bank.")
_ELSEWHERE = marked("So that a gift by cheque or bank is thanked for and found again on the statement.")
_TWO = marked("Money that leaves or is put right has two people, and it can be shown who they were.")
_OPAQUE = marked("It says in which language we write, and nobody’s name.")

HOLDINGS = (
    *_donor_by_law("gift_refund", "reason answer bank_reference", why=_BACK),
    *_donor_by_law("gift_refund", "subject donation_id charge_id stripe_id", why=_BACK, pseudonym=True),
    *_staff_by_law("gift_refund", "entered_by agreed_by", why=_TWO),
    *_donor_by_law("gift_elsewhere", "given_by postal_address in_memory_of bank_reference refusal reversal_why", why=_ELSEWHERE),
    *_donor_by_law("gift_elsewhere", "donation_id", why=_ELSEWHERE, pseudonym=True),
    *_donor_by_law("gift_elsewhere", "language", why=_ELSEWHERE, plain_because=_OPAQUE),
    *_staff_by_law("gift_elsewhere", "entered_by checked_by refused_by reversal_asked_by reversed_by", why=_TWO),
)

IMPERSONAL = {
    "gift_refund": columns(
        "id state amount_pence began_at asked_at entered_at needs_second agreed_at attempt fault is_posted ended_at paid_on"
    ),
    "gift_elsewhere": columns(
        "id once_key means is_individual fund_code amount_pence received_on is_another entered_at checked_at refused_at"
        " reversal_asked_at reversed_at"
    ),
}

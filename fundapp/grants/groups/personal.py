"""What the tables of community groups hold about people: whom we speak to there, and who wrote it."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_CONTACT = marked("So that a community group can be reached and paid, and asked whether what it offers is still so.")
_WHO = marked("So that everybody sees who spoke for a community group.")
_staff = partial(held, whose=Whose.STAFF, basis=Basis.CONTRACT, kept=Kept.MONEY, pseudonym=True)

HOLDINGS = (
    *held(
        "community_group",
        "contact_name contact_email paid_to",
        whose=Whose.PAYEE,
        why=_CONTACT,
        basis=Basis.LEGITIMATE_INTEREST,
        kept=Kept.CONTACT,
    ),
    *_staff("community_group", "added_by", why=_WHO),
    *_staff("support_offer", "listed_by", why=_WHO),
)
IMPERSONAL = {
    "community_group": columns("id name about organisation_id team_id link_version added_at"),
    "support_offer": columns(
        "id form_key group_id name what for_whom times reach listed_at confirmed_at asked_at told_stale_at ended_at hidden_at"
    ),
}

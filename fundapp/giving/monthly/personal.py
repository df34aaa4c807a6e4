"""What is held about people who give monthly (personal.py gathers it)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_donor = partial(held, whose=Whose.DONOR, basis=Basis.CONTRACT)

_PLEDGE = marked("So that a monthly gift goes on, and can be changed or stopped. Who gives it is known to Stripe alone.")
_ASKED = marked("So that the link can be mailed. It is gone when the letter is written.")
_OPAQUE = marked("It says how a monthly gift goes on, and nobody’s name.")

HOLDINGS = (
    *_donor("pledge", "id token_hash session_id subscription_id customer_id", why=_PLEDGE, kept=Kept.DONOR, pseudonym=True),
    *_donor("pledge", "checkout_url language stopped_because", why=_PLEDGE, kept=Kept.DONOR, plain_because=_OPAQUE),
    *_donor("pledge_act", "pledge_id", why=_PLEDGE, kept=Kept.DONOR, pseudonym=True),
    *_donor("pledge_gift", "donation_id pledge_id invoice_id", why=_PLEDGE, kept=Kept.DONOR, pseudonym=True),
    *_donor("pledge_reminder", "invoice_id pledge_id", why=_PLEDGE, kept=Kept.DONOR, pseudonym=True),
    *_donor("pledge_link", "token_hash pledge_id", why=_PLEDGE, kept=Kept.ACCESS, pseudonym=True),
    *_donor("pledge_asking", "address", why=_ASKED, kept=Kept.ACCESS),
    *_donor("pledge_asking", "language", why=_ASKED, kept=Kept.ACCESS, plain_because=_OPAQUE),
)
IMPERSONAL = {
    "pledge": columns(
        """key_hash point_id fund_code amount_pence state attempt session_expires_at next_at ends_at created_at stopped_at told_at
        looked_at"""
    ),
    "pledge_act": columns("id deed amount_pence key_hash is_ours asked_at attempt done_at refusal"),
    "pledge_gift": columns(""),
    "pledge_reminder": columns("number sent_at"),
    "pledge_link": columns("made_at expires_at"),
    "pledge_asking": columns("id asked_at"),
}

"""What a phone is given so that it can keep drafts: a mark of whose they are, and the key that seals them."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

from fundapp.core.keys import Keys

# Enough to tell one owner from another; it says nothing of who that is.
MARK_BYTES = 12


def owner_mark(keys: Keys, user_id: int) -> str:
    """Whose drafts these are, in letters that tell nobody who it is. The same on each of their phones."""
    return urlsafe_b64encode(keys.mac("phone-owner", str(user_id))[:MARK_BYTES]).decode()


def drafts_key(keys: Keys, user_id: int) -> str:
    """The key that seals this person's drafts on a phone: 256 bits, in Base64. Only they are given it, each time they are signed in."""
    return b64encode(keys.mac("phone-drafts", str(user_id))).decode()

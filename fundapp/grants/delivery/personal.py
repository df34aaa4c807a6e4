"""What is held about people here, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

_BROUGHT = marked("So that what was agreed is brought to where it is needed: for the team that asked and whoever pays, and nobody else.")
_SHOWN = marked("So that whoever decides sees what it costs and what it is.")
_WHO = marked("So that it is known who wrote down where, and who took the picture.")

HOLDINGS = (
    *held("delivery", "address_words", whose=Whose.HELPED, why=_BROUGHT, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.DELIVERY),
    *held("delivery", "said_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.DELIVERY, pseudonym=True),
    *held("request_photo", "content", whose=Whose.HELPED, why=_SHOWN, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.IDENTITY),
    *held("request_photo", "added_by", whose=Whose.STAFF, why=_WHO, basis=Basis.CONTRACT, kept=Kept.IDENTITY, pseudonym=True),
)
IMPERSONAL = {
    "delivery": columns("id request_id said_at"),
    "request_photo": columns("id request_id place added_at"),
}

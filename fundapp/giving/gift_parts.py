"""What a paid gift's own page tells besides its figures: one function a part, each with its template in giving/parts/."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from fundapp.giving.bank import part as disputed_part
from fundapp.giving.following import did
from fundapp.giving.gift_aid import part as gift_aid_part
from fundapp.giving.models import Donation
from fundapp.giving.monthly import part as monthly_part
from fundapp.giving.queries import Figures
from fundapp.giving.refunds import part as refund_part

# What a part's template needs, by name.
Part = Callable[[Session, Donation, Figures], Mapping[str, object]]

PARTS: tuple[Part, ...] = (disputed_part.part, did.part, monthly_part.part, gift_aid_part.part, refund_part.refund)


def told(session: Session, donation: Donation, figures: Figures) -> dict[str, object]:
    """What all the parts need."""
    found: dict[str, object] = {}
    for part in PARTS:
        found |= part(session, donation, figures)
    return found

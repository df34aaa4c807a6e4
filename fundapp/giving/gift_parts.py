"""What a paid gift's own page tells besides its figures: one function a part, each with its template in giving/parts/."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from fundapp.giving import did, disputed_part, gift_aid_part, monthly_part, refund_part
from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures

# What a part's template needs, by name.
Part = Callable[[Session, Donation, Figures], Mapping[str, object]]

PARTS: tuple[Part, ...] = (disputed_part.part, did.part, monthly_part.part, gift_aid_part.part, refund_part.refund)


def told(session: Session, donation: Donation, figures: Figures) -> dict[str, object]:
    """What all the parts need."""
    found: dict[str, object] = {}
    for part in PARTS:
        found |= part(session, donation, figures)
    return found

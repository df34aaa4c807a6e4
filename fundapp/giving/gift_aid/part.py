"""What a gift's page and receipt tell of Gift Aid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fundapp.giving.gift_aid.covering import AID_DIVISOR, Cover, Why, covers
from fundapp.giving.gift_aid.declaring import is_too_old
from fundapp.giving.gift_aid.models import GiftAidDeclaration
from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures

_TO_BE_DECLARED = frozenset({Why.NO_DECLARATION, Why.OUTSIDE, Why.CANCELLED})


@dataclass(frozen=True, slots=True)
class Aid:
    """How a gift stands to Gift Aid, as its own page tells it: neither who declared, nor where they live."""

    cover: Cover
    is_offered: bool
    declared_on: date | None

    @property
    def more_pence(self) -> int:
        """What the tax office would add."""
        return self.cover.left_pence // AID_DIVISOR


def aid_of(session: Session, donation: Donation, figures: Figures) -> Aid:
    """How a paid gift stands, by the figures that its page or receipt tells."""
    gone = figures.refunded_pence + figures.taken_back_pence + figures.disputed_pence
    cover = covers(session, donation, left_pence=max(0, figures.gross_pence - gone))
    declared = session.get(GiftAidDeclaration, cover.declaration_id) if cover.declaration_id else None
    is_offered = cover.why in _TO_BE_DECLARED and cover.left_pence >= AID_DIVISOR and not is_too_old(donation)
    return Aid(cover, is_offered, declared.made_on if declared else None)


def part(session: Session, donation: Donation, figures: Figures) -> dict[str, object]:
    """For the gift's page (gift_parts.py)."""
    return {"aid": aid_of(session, donation, figures)}

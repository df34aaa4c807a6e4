"""Gift Aid in its states, on gifts that the stage's town has: declared, cancelled, given back under it; addresses that were kept."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.giving.gift_aid import declaring as gift_aid
from fundapp.giving.gift_aid.details import Details
from fundapp.giving.gift_aid.models import GiftAidDeclaration, Scope
from fundapp.giving.letters import sending as letter_sending
from fundapp.giving.models import Donation
from fundapp.giving.statements import tax_year_of

_MARY = Details(title="Mrs", first_name="Łucja", last_name="Żółć-Nowak", house="7", postcode="DN1 2AB")
# Gifts that are paid for these pages alone.
GIFTS = ("gift_aided", "gift_aid_alone", "gift_aid_gone")


def declare(session: Session, keys: Keys, gifts: dict[str, Donation]) -> dict[str, object]:
    """The pages of a declaration that holds, of one for one gift alone, and of one that was cancelled."""
    holds = _declared(session, gifts["gift_aided"], Scope.PAST_AND_FUTURE)
    alone = _declared(session, gifts["gift_aid_alone"], Scope.GIFT)
    gone = _declared(session, gifts["gift_aid_gone"], Scope.FUTURE)
    gift_aid.cancel(session, donor_id=gone.donor_id)
    pages = {"gift_aid": holds, "gift_aid_of_one": alone, "gift_aid_cancelled": gone}
    names: dict[str, object] = {name: f"{one.donor_id}/{gift_aid.token_of(keys, one.donor_id)}" for name, one in pages.items()}
    kept = letter_sending.keep(session, donation=gifts["gift_aided"], email="mary@example.org", takes_news=True)
    names["letters"] = f"{kept.id}/{letter_sending.token_of(keys, kept.id)}"
    return names | {"declaration": holds.id, "declaration_cancelled": gone.id, "tax_year": tax_year_of(clock.today())}


def _declared(session: Session, gift: Donation, scope: Scope) -> GiftAidDeclaration:
    return gift_aid.declare(session, donation_id=gift.id, scope=scope, details=_MARY)

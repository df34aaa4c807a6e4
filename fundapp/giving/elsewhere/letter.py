"""What the letter says that thanks for a gift made elsewhere."""

from __future__ import annotations

from typing import TypedDict

from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.giving.elsewhere.models import GiftElsewhere
from fundapp.giving.models import Donation
from fundapp.giving.receipts import reference_of
from fundapp.ledger import queries as ledger
from fundapp.people import queries as people
from fundapp.web.filters import day


class LetterWords(TypedDict):
    """What the document's drawing takes."""

    charity_name: str
    charity_number: str
    charity_address: str
    contact: str
    reference: str
    to: list[str]
    thanks: str
    facts: list[tuple[str, str]]
    page_url: str


def letter_of(session: Session, gift: GiftElsewhere, *, base_url: str, keys: Keys) -> LetterWords:
    """The words and figures of the letter, in the language that is spoken."""
    holder = people.fund_holder(session)
    donation = session.get_one(Donation, gift.donation_id)
    fund = next((one.name for one in ledger.funds(session) if one.code == gift.fund_code), "")
    facts = [(_("Given"), day(gift.received_on)), (_("Amount"), pounds(gift.amount_pence)), (_("For"), fund)]
    if gift.in_memory_of:
        facts.append((_("In memory of"), gift.in_memory_of))
    return LetterWords(
        charity_name=holder.charity_name,
        charity_number=holder.charity_number,
        charity_address=holder.address,
        contact=f"{holder.phone} · {holder.email}",
        reference=reference_of(donation),
        to=[line for line in (gift.given_by, *gift.postal_address.splitlines()) if line.strip()],
        thanks=_("Thank you. Your %(amount)s is here.") % {"amount": pounds(gift.amount_pence)},
        facts=facts,
        page_url=f"{base_url}/gifts/{keys.link_token('gift', str(donation.id))}",
    )

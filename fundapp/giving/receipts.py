"""A gift as its receipt and its page tell it: who holds the money, where it was given, and the ledger's own figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.gateways.documents.checking import Checking
from fundapp.giving import proving
from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures, figures
from fundapp.ledger import queries as ledger
from fundapp.people import queries as people
from fundapp.people.models import FundHolder
from fundapp.points import queries as points
from fundapp.web.filters import moment


class ReceiptWords(TypedDict):
    """What the document's drawing takes."""

    charity_name: str
    charity_number: str
    charity_address: str
    contact: str
    reference: str
    given_at: str
    place: str | None
    fund: str
    gross_pence: int
    fee_pence: int | None
    net_pence: int | None
    wording: list[str]
    page_url: str
    checking: Checking | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that a receipt says. Every figure comes from ledger rows."""

    holder: FundHolder
    reference: str
    session_id: str
    # What the donor reads.
    language: str
    given_at: datetime
    place: str | None
    fund: str
    figures: Figures
    # For whoever checks it without us; None before the gift is sealed, and where nobody asked for it.
    checking: Checking | None = None
    # It will be sealed in a moment.
    waits_for_seal: bool = False

    def for_pdf(self, page_url: str) -> ReceiptWords:
        """The words and figures of the document."""
        known = self.figures.fee_known
        return ReceiptWords(
            charity_name=self.holder.charity_name,
            charity_number=self.holder.charity_number,
            charity_address=self.holder.address,
            contact=f"{self.holder.phone} · {self.holder.email}",
            reference=self.reference,
            given_at=moment(self.given_at),
            place=self.place,
            fund=self.fund,
            gross_pence=self.figures.gross_pence,
            fee_pence=self.figures.fee_pence if known else None,
            net_pence=self.figures.net_pence if known else None,
            wording=self._wording(),
            page_url=page_url,
            checking=self.checking,
        )

    def _wording(self) -> list[str]:
        words = [_("Thank you. Gifts go into one fund, and it buys what key workers ask for next, for people in town who need it.")]
        if self.figures.refunded_pence:
            words.insert(0, _("%(amount)s of this gift was given back.") % {"amount": pounds(self.figures.refunded_pence)})
        return words


def receipt_of(session: Session, donation_id: str) -> Receipt:
    """The receipt of a gift that was paid, with its proof if it is sealed."""
    return with_proof(session, session.get_one(Donation, UUID(donation_id)))


def with_proof(session: Session, donation: Donation) -> Receipt:
    """The receipt of a gift that this session read, with its proof if it is sealed: as it is printed."""
    said = receipt(session, donation)
    checking = proving.checking(session, said.figures, reference=said.reference)
    return replace(said, checking=checking, waits_for_seal=checking is None and proving.is_sealing(session))


def receipt(session: Session, donation: Donation) -> Receipt:
    """The receipt of a gift that this session read: as its page tells it."""
    point = points.point(session, donation.point_id) if donation.point_id else None
    funds = {fund.code: fund.name for fund in ledger.funds(session)}
    return Receipt(
        holder=people.fund_holder(session),
        reference=reference_of(donation),
        session_id=donation.session_id or "",
        language=donation.language,
        given_at=donation.paid_at or donation.created_at,
        place=point.name if point else None,
        fund=funds[donation.fund_code],
        figures=figures(session, donation),
    )


def reference_of(donation: Donation) -> str:
    """A short reference for talking about a gift. It opens nothing."""
    return donation.id.hex[:8].upper()

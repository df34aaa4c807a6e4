"""A gift as its receipt and its page tell it: who holds the money, where it was given, and the ledger's own figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.money import pounds, pounds_short
from fundapp.gateways.documents.checking import Checking
from fundapp.giving import proving
from fundapp.giving.gift_aid.part import Aid, aid_of
from fundapp.giving.lifecycle import Source
from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures, figures
from fundapp.ledger import queries as ledger
from fundapp.people import queries as people
from fundapp.people.models import FundHolder
from fundapp.points import queries as points
from fundapp.web.filters import day, moment


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
    back: list[tuple[str, int]]
    heading: str
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
    # By cheque or bank: it has a day and no hour, and no card company kept anything.
    by_bank: bool = False
    # What the donor added for the card company's share.
    cover_pence: int = 0
    # For whoever checks it without us; None before the gift is sealed, and where nobody asked for it.
    checking: Checking | None = None
    # It will be sealed in a moment.
    waits_for_seal: bool = False
    # How it stands to Gift Aid; None where nobody asked for it.
    aid: Aid | None = None

    @property
    def given(self) -> str:
        """When it was given, in words."""
        return day(self.given_at) if self.by_bank else moment(self.given_at)

    def for_pdf(self, page_url: str) -> ReceiptWords:
        """The words and figures of the document."""
        known = self.figures.fee_known
        return ReceiptWords(
            charity_name=self.holder.charity_name,
            charity_number=self.holder.charity_number,
            charity_address=self.holder.address,
            contact=f"{self.holder.phone} · {self.holder.email}",
            reference=self.reference,
            given_at=self.given,
            place=_("by cheque or bank") if self.by_bank else self.place,
            fund=self.fund,
            gross_pence=self.figures.gross_pence,
            fee_pence=self.figures.fee_pence if known else None,
            net_pence=self.figures.net_pence if known else None,
            wording=self._wording(),
            page_url=page_url,
            back=self.back,
            heading=self._heading(),
            checking=self.checking,
        )

    @property
    def back(self) -> list[tuple[str, int]]:
        """What went back, or lies with a bank, each by its name and in pence."""
        figures = self.figures
        named = (
            (_("Given back to you"), figures.refunded_pence),
            (_("Taken back by your bank"), figures.taken_back_pence),
            (_("Held by your bank"), figures.disputed_pence),
        )
        return [(name, pence) for name, pence in named if pence]

    def _heading(self) -> str:
        """What stands in place of the thanks where nothing is left with us."""
        gross = {"amount": pounds_short(self.figures.gross_pence)}
        if not self.figures.is_all_back:
            return ""
        return _("Your %(amount)s was given back.") % gross if self.figures.refunded_pence else _("Your %(amount)s went back.") % gross

    def _wording(self) -> list[str]:
        figures = self.figures
        words = []
        if figures.disputed_pence:
            held = _("Your bank holds %(amount)s of this gift while it looks into it. This is no receipt for that part.")
            words.append(held % {"amount": pounds(figures.disputed_pence)})
        if figures.taken_back_pence:
            words.append(_("Your bank took back %(amount)s of this gift.") % {"amount": pounds(figures.taken_back_pence)})
        if figures.refunded_pence:
            words.append(_("%(amount)s of this gift was given back.") % {"amount": pounds(figures.refunded_pence)})
        if self.cover_pence:
            covered = _("%(amount)s of it was added to cover what the card company keeps.")
            words.append(covered % {"amount": pounds_short(self.cover_pence)})
        if self.aid and self.aid.declared_on and self.aid.cover.is_covered:
            aided = _("Gift Aid, declared on %(day)s: the tax office adds %(amount)s to what is left of it, at no cost to you.")
            words.append(aided % {"day": day(self.aid.declared_on), "amount": pounds(self.aid.cover.aid_pence)})
        if not figures.is_all_back:
            words.append(_("Thank you. Gifts go into one fund, and it buys what key workers ask for next, for people in town who need it."))
        return words


def receipt_of(session: Session, donation_id: str) -> Receipt:
    """The receipt of a gift that was paid, with its proof if it is sealed."""
    return with_proof(session, session.get_one(Donation, UUID(donation_id)))


def with_proof(session: Session, donation: Donation) -> Receipt:
    """The receipt of a gift that this session read, with its proof if it is sealed: as it is printed."""
    said = receipt(session, donation)
    checking = proving.checking(session, said.figures, reference=said.reference)
    waits = checking is None and proving.is_sealing(session)
    return replace(said, checking=checking, waits_for_seal=waits, aid=aid_of(session, donation, said.figures))


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
        by_bank=donation.source is Source.ELSEWHERE,
        cover_pence=donation.cover_pence,
    )


def reference_of(donation: Donation) -> str:
    """A short reference for talking about a gift. It opens nothing."""
    return donation.id.hex[:8].upper()

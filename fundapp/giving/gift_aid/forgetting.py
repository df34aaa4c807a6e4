"""What of declarations and of donors' addresses is forgotten, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.giving.gift_aid.models import GiftAidDeclaration, GiftAidGift
from fundapp.giving.letters.models import LetterAddress, ReceiptAsked
from fundapp.giving.models import Donation
from fundapp.giving.monthly.models import PledgeGift


def _no_gift_since(before: datetime) -> ColumnElement[bool]:
    """Six years after the last gift that may be claimed on (HMRC): an enduring declaration lives as long as gifts come under it.

    Each month of a monthly gift counts, whichever of them it was declared on.
    """
    mine = select(GiftAidGift.donation_id).where(GiftAidGift.donor_id == GiftAidDeclaration.donor_id).correlate(GiftAidDeclaration)
    pledges = select(PledgeGift.pledge_id).where(PledgeGift.donation_id.in_(mine))
    months = select(PledgeGift.donation_id).where(PledgeGift.pledge_id.in_(pledges))
    newest = (
        select(func.max(func.coalesce(Donation.paid_at, Donation.created_at)))
        .where(Donation.id.in_(mine) | Donation.id.in_(months))
        .correlate(GiftAidDeclaration)
        .scalar_subquery()
    )
    return (GiftAidDeclaration.made_at < before) & (func.coalesce(newest, GiftAidDeclaration.made_at) < before)


def _drop_details(_session: Session, declaration: GiftAidDeclaration) -> None:
    declaration.details = {}


def _donor(declaration: GiftAidDeclaration) -> tuple[str, ...]:
    return (f"donor:{declaration.donor_id}",)


def _no_receipt_since(before: datetime) -> ColumnElement[bool]:
    newest = select(func.max(ReceiptAsked.asked_at)).where(ReceiptAsked.address_id == LetterAddress.id).scalar_subquery()
    return func.coalesce(newest, LetterAddress.made_at) < before


def forget_address(session: Session, address: LetterAddress) -> None:
    """Let an address go, and which gifts it was for."""
    session.execute(delete(ReceiptAsked).where(ReceiptAsked.address_id == address.id))
    session.delete(address)


FORGETTING = (
    Forgetting(
        Kept.MONEY,
        marked("Who declared Gift Aid, and where they live"),
        GiftAidDeclaration,
        "gift-aid",
        _no_gift_since,
        _drop_details,
        _donor,
    ),
    Forgetting(Kept.DONOR, marked("Addresses for receipts by mail"), LetterAddress, "letters", _no_receipt_since, forget_address),
)

"""Gift Aid: who declared, for which gifts, and that it was cancelled. Nothing here is edited: a declaration is followed by another.

The Fund knows no donors. A declaration belongs to a row that says nothing but that the same hand held these gifts' addresses; the
donor's name and home stand sealed in the declaration itself, because the tax office asks for them, and nowhere else.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import LANGUAGES, marked
from fundapp.core.sealed import SealedJson


class Scope(StrEnum):
    """Which gifts a declaration is for."""

    GIFT = "gift"
    FUTURE = "future"
    PAST_AND_FUTURE = "past_and_future"


class How(StrEnum):
    """How somebody declared."""

    ONLINE = "online"
    # By phone: counts once a written record was sent, and can be undone from the start for 30 days after.
    ORAL = "oral"
    PAPER = "paper"


class Link(StrEnum):
    """How we know that a gift is of the donor who declared."""

    # They declared on the gift's own page.
    GIFT = "gift"
    # They wrote the declaration's number on the gift's own page.
    NUMBER = "number"
    # Finance entered it with a declaration by phone or on paper.
    FINANCE = "finance"


def _listed(kinds: type[StrEnum]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


def _named(kinds: type[Any]) -> Enum:
    return Enum(kinds, native_enum=False, create_constraint=False, length=16, values_callable=lambda all_: [kind.value for kind in all_])


class GiftAidDonor(Base):
    """Somebody who declared, as a number and no more: their page's address and their own number are made from it (core/keys.py)."""

    __tablename__ = "gift_aid_donor"
    __table_args__ = (
        CheckConstraint("language IN ({})".format(", ".join(f"'{code}'" for code in LANGUAGES)), name="language_known"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # What their declaration's page and letters speak.
    language: Mapped[str]
    made_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        """How the audit trail names them."""
        return f"donor:{self.id}"


class GiftAidGift(Base):
    """That a gift is of a donor who declared. A gift has one donor at the most, and keeps it."""

    __tablename__ = "gift_aid_gift"
    __table_args__ = (
        CheckConstraint(f"how IN ({_listed(Link)})", name="how_known"),
        Index("ix_gift_aid_gift_donor_id_donation_id", "donor_id", "donation_id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    donation_id: Mapped[UUID] = mapped_column(ForeignKey("donation.id"), primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("gift_aid_donor.id"))
    how: Mapped[Link] = mapped_column(_named(Link))
    linked_at: Mapped[datetime]


class GiftAidDeclaration(Base):
    """One declaration, in the words that were shown. The next of the same donor takes its place from the day it is made."""

    __tablename__ = "gift_aid_declaration"
    __table_args__ = (
        UniqueConstraint("donor_id", "number", info={"sentence": marked("It was changed a moment ago. Look at it again.")}),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint(f"scope IN ({_listed(Scope)})", name="scope_known"),
        CheckConstraint(f"how IN ({_listed(How)})", name="how_known"),
        CheckConstraint("scope <> 'gift' OR donation_id IS NOT NULL", name="gift_named"),
        CheckConstraint("(scope = 'gift') = (until_on IS NOT NULL)", name="end_known"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="end_after_beginning"),
        CheckConstraint("(how = 'oral') = (record_sent_on IS NOT NULL)", name="record_sent"),
        CheckConstraint("record_sent_on >= made_on", name="record_after_words"),
        CheckConstraint("(how = 'online') = (entered_by IS NULL)", name="entered_by_somebody"),
        CheckConstraint("length(shown) BETWEEN 100 AND 4000", name="shown_whole"),
        CheckConstraint("octet_length(details_hash) = 32", name="details_hash_length"),
        Index("ix_gift_aid_declaration_made_at_id", "made_at", "id"),
        # Sealed anew under another key, and forgotten; a trigger lets nothing else be written again.
        {"info": {"app_role": "SELECT, INSERT, UPDATE (details)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("gift_aid_donor.id"))
    # 1, 2, 3 of one donor: the newest holds.
    number: Mapped[int]
    scope: Mapped[Scope] = mapped_column(_named(Scope))
    # The gift it names, which it covers whatever its day; one that takes another's place names none.
    donation_id: Mapped[UUID | None] = mapped_column(ForeignKey("donation.id"))
    how: Mapped[How] = mapped_column(_named(How))
    # London days, both included; no end for what is still to come. The next that has no end, ends it.
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    # The day they declared, and when that was written down.
    made_on: Mapped[date]
    made_at: Mapped[datetime]
    # By phone: when the written record of it was sent to them.
    record_sent_on: Mapped[date | None]
    # Which of our texts it was, and that text in full as it was shown.
    wording: Mapped[int]
    shown: Mapped[str]
    # Title, names, house, postcode and a salt (details.py).
    details: Mapped[Any] = mapped_column(SealedJson("gift_aid_declaration.details"))
    # Of what the details said when it was made, so that nobody writes other ones under the old words unseen.
    details_hash: Mapped[bytes]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"gift-aid:{self.id}"


class GiftAidCancellation(Base):
    """That a declaration was cancelled. Gifts made before stay covered, unless it is undone from the start."""

    __tablename__ = "gift_aid_cancellation"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT"}},)

    declaration_id: Mapped[int] = mapped_column(ForeignKey("gift_aid_declaration.id"), primary_key=True)
    cancelled_on: Mapped[date]
    cancelled_at: Mapped[datetime]
    # Within 30 days of the written record of a declaration by phone, and only then.
    from_the_start: Mapped[bool]
    # A finance officer who was asked to; None by the donor's own link.
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

"""Community groups that a partner supports, and what they offer to everybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText


class CommunityGroup(Base):
    """A peer-led or community group. It has no account: a key worker of the partner that supports it speaks for it."""

    __tablename__ = "community_group"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("char_length(about) BETWEEN 1 AND 400", name="about_length"),
        UniqueConstraint("organisation_id", "name", info={"sentence": marked("Your organisation supports a group of that name already.")}),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    # What it is and does, in a sentence or two.
    about: Mapped[str]
    # Into whose account it is paid: the group's own, or the organisation's that keeps its money. Sealed, as every payee.
    paid_to: Mapped[str] = mapped_column(SealedText("community_group.paid_to"))
    # The partner that supports it, and the team that asks for it.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    # Whom we speak to there. Sealed; the e-mail may be empty, and then nothing is mailed to the group.
    contact_name: Mapped[str] = mapped_column(SealedText("community_group.contact_name"))
    contact_email: Mapped[str] = mapped_column(SealedText("community_group.contact_email"))
    # Counts up when the e-mail changes, so that links sent to the one before open nothing.
    link_version: Mapped[int]
    added_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"community:{self.id}"


class SupportOffer(Base):
    """What a group offers: one entry of the public list of support. Shown while it was confirmed in the last months."""

    __tablename__ = "support_offer"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("char_length(what) BETWEEN 1 AND 400", name="what_length"),
        CheckConstraint("char_length(reach) BETWEEN 1 AND 200", name="reach_length"),
        UniqueConstraint("form_key"),
        Index("ix_support_offer_group_id_id", "group_id", "id"),
        Index("ix_support_offer_confirmed_at", "confirmed_at"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Made with the page, so that a double click lists it once.
    form_key: Mapped[str]
    group_id: Mapped[int] = mapped_column(ForeignKey(CommunityGroup.id))
    # All of it is for everybody to read: how to reach the group, and nobody's own number.
    name: Mapped[str]
    what: Mapped[str]
    for_whom: Mapped[str]
    times: Mapped[str]
    reach: Mapped[str]
    listed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    listed_at: Mapped[datetime]
    # When somebody last said that it is still so: the key worker, or whoever has the group's link.
    confirmed_at: Mapped[datetime]
    # When the group was asked whether it is still so, and when its partner was told that it is hidden; since it was last confirmed.
    asked_at: Mapped[datetime | None]
    told_stale_at: Mapped[datetime | None]
    # It is no longer offered.
    ended_at: Mapped[datetime | None]
    # An administrator took it off the list.
    hidden_at: Mapped[datetime | None]

    group: Mapped[CommunityGroup] = relationship(lazy="raise")

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"support:{self.id}"

    @property
    def link_identity(self) -> str:
        """What its private link is made of. Its group must be read with it."""
        return f"{self.id}.{self.group.link_version}"

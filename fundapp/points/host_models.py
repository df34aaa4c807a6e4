"""Hosts: who offers a place, on which written agreement, what they ask for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.sealed import SealedText
from fundapp.points.lifecycle import Answer, Wish

_WISHES = ", ".join(f"'{one}'" for one in Wish)
_ANSWERS = ", ".join(f"'{one}'" for one in Answer)
_ANSWERED = "(answer = '') = (ended_at IS NULL)"


class Host(Base):
    """One business with one poster or several. Its facts stand with each place; here is what is the host's alone."""

    __tablename__ = "host"
    __table_args__ = (
        CheckConstraint("link_version > 0", name="link_version_positive"),
        # Never deleted: its places name it.
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    since: Mapped[datetime]
    # Which private link opens its page: one at a time. Counted up to end the one before.
    link_version: Mapped[int] = mapped_column(server_default="1")

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"host:{self.id}"

    @property
    def link_identity(self) -> str:
        """What its private link is made from (core/keys.py)."""
        return f"{self.id}:{self.link_version}"


class AgreementText(Base):
    """A version of the agreement with hosts, word for word as it was shown (Code of Fundraising Practice 7.5.3). Never changed."""

    __tablename__ = "agreement_text"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT"}},)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str]
    published_at: Mapped[datetime]


class HostAgreement(Base):
    """That a host agreed, when, and to which words. A new one stands beside the one before."""

    __tablename__ = "host_agreement"
    __table_args__ = (Index("ix_host_agreement_host_id_id", "host_id", "id"), {"info": {"app_role": "SELECT, INSERT, UPDATE (signed_by)"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    text_version: Mapped[int] = mapped_column(ForeignKey("agreement_text.version"))
    agreed_on: Mapped[date]
    # Who agreed for the host.
    signed_by: Mapped[str] = mapped_column(SealedText("host_agreement.signed_by"))
    recorded_at: Mapped[datetime]


class HostOffer(Base):
    """Somebody offers a place for a poster, by the public form, and has agreed to a version of the agreement."""

    __tablename__ = "host_offer"
    __table_args__ = (
        UniqueConstraint("form_key"),
        CheckConstraint(f"answer IN ('', {_ANSWERS})", name="answer_known"),
        CheckConstraint(_ANSWERED, name="ended_with_answer"),
        Index("ix_host_offer_ended_at_id", "ended_at", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    form_key: Mapped[str]
    place: Mapped[str]
    business: Mapped[str]
    address: Mapped[str]
    contact_name: Mapped[str] = mapped_column(SealedText("host_offer.contact_name"))
    contact_details: Mapped[str] = mapped_column(SealedText("host_offer.contact_details"))
    text_version: Mapped[int] = mapped_column(ForeignKey("agreement_text.version"))
    received_at: Mapped[datetime]
    # One of lifecycle.Answer, or empty while it waits.
    answer: Mapped[str] = mapped_column(server_default="")
    # The point that was opened for it.
    point_id: Mapped[int | None] = mapped_column(ForeignKey("collection_point.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"offer:{self.id}"


class HostWish(Base):
    """What a host asked for on their own page."""

    __tablename__ = "host_wish"
    __table_args__ = (
        UniqueConstraint("form_key"),
        CheckConstraint(f"wish IN ({_WISHES})", name="wish_known"),
        CheckConstraint("(wish = 'another') = (point_id IS NULL)", name="about_a_poster"),
        CheckConstraint(f"answer IN ('', {_ANSWERS})", name="answer_known"),
        CheckConstraint(_ANSWERED, name="ended_with_answer"),
        Index("ix_host_wish_ended_at_id", "ended_at", "id"),
        Index("ix_host_wish_host_id_id", "host_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    form_key: Mapped[str]
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    # One of lifecycle.Wish.
    wish: Mapped[str]
    # Which poster it is about; none for one more.
    point_id: Mapped[int | None] = mapped_column(ForeignKey("collection_point.id"))
    words: Mapped[str] = mapped_column(SealedText("host_wish.words"))
    received_at: Mapped[datetime]
    # One of lifecycle.Answer, or empty while it waits.
    answer: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]

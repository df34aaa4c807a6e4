"""Gifts on their way, Stripe's bells, the amounts that are offered, and what did not fit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import ENGLISH, LANGUAGES, marked
from fundapp.giving.lifecycle import Source, Status

_STATUSES = ", ".join(f"'{status}'" for status in Status)
_SOURCES = ", ".join(f"'{source}'" for source in Source)
_LANGUAGES = ", ".join(f"'{code}'" for code in LANGUAGES)


def _named(kinds: type[Status] | type[Source]) -> Enum:
    return Enum(kinds, native_enum=False, create_constraint=False, length=16, values_callable=lambda all_: [kind.value for kind in all_])


class Donation(Base):
    """One gift, from the button to the bank. Nothing in it says who gave. `status` is written by moving.py alone."""

    __tablename__ = "donation"
    __table_args__ = (
        CheckConstraint(f"status IN ({_STATUSES})", name="status_known"),
        CheckConstraint(f"language IN ({_LANGUAGES})", name="language_known"),
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        CheckConstraint("cover_pence >= 0 AND cover_pence < amount_pence", name="cover_within"),
        CheckConstraint(f"source IN ({_SOURCES})", name="source_known"),
        CheckConstraint("(status = 'paid' AND source <> 'elsewhere') = (charge_id IS NOT NULL)", name="paid_has_charge"),
        CheckConstraint("(status = 'paid') = (paid_at IS NOT NULL)", name="paid_has_moment"),
        UniqueConstraint("key_hash"),
        UniqueConstraint("token_hash"),
        UniqueConstraint("session_id"),
        UniqueConstraint("charge_id"),
        Index("ix_donation_unsettled", "created_at", "id", postgresql_where=text("status IN ('started', 'processing')")),
        Index("ix_donation_point_id", "point_id"),
        Index("ix_donation_charged", "paid_at", "id", postgresql_where=text("charge_id IS NOT NULL")),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    # Random; Stripe is told it, and the ledger names the gift by it.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Of the form's key, so that the same page sent twice is one gift.
    key_hash: Mapped[bytes]
    # Of the token in the address of the gift's own page.
    token_hash: Mapped[bytes]
    point_id: Mapped[int | None] = mapped_column(ForeignKey("collection_point.id"))
    fund_code: Mapped[str]
    amount_pence: Mapped[int]
    # How much of that the donor added so that the rest arrives whole, by the card company's expected share.
    cover_pence: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[Status] = mapped_column(_named(Status))
    # How it comes: most of what is special about a gift stands in tables beside this one.
    source: Mapped[Source] = mapped_column(_named(Source), server_default=Source.CARD.value)
    # Which payment page this is: counted up when one has closed unpaid. Part of the key that Stripe knows the call by.
    attempt: Mapped[int]
    session_id: Mapped[str | None]
    checkout_url: Mapped[str | None]
    # Fixed before Stripe is called, since the same key must come with the same values.
    session_expires_at: Mapped[datetime]
    # Stripe's id of the money itself.
    charge_id: Mapped[str | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    # When the sweep last asked Stripe about it.
    looked_at: Mapped[datetime]
    # What its form was sent in: its page, its receipt and its letter speak it.
    language: Mapped[str] = mapped_column(server_default=ENGLISH)

    @property
    def subject(self) -> str:
        """How the ledger and the audit trail name it."""
        return f"donation:{self.id}"

    @property
    def receiving_key(self) -> str:
        """What the ledger calls the entry that says what was given: Stripe's charge, or that it was received elsewhere."""
        return f"charge:{self.charge_id}" if self.charge_id else f"gift:{self.id}:received"


class StripeEvent(Base):
    """A bell that Stripe rang: verified, kept once, acted on by fetching what it is about. Its body is not kept."""

    __tablename__ = "stripe_event"
    __table_args__ = (
        CheckConstraint("(failed_at IS NULL) = (fault IS NULL)", name="failed_has_fault"),
        Index("ix_stripe_event_received_at_id", "received_at", "id"),
        Index("ix_stripe_event_unanswered", "received_at", "id", postgresql_where=text("acted_at IS NULL")),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    # The version of Stripe's API that the endpoint was made with.
    api_version: Mapped[str | None]
    object_type: Mapped[str]
    object_id: Mapped[str]
    # The charge it leads to, where the object names one.
    charge_id: Mapped[str | None]
    rung_at: Mapped[datetime]
    received_at: Mapped[datetime]
    acted_at: Mapped[datetime | None]
    # How often it was tried in vain since it last succeeded; when last, and what stood in the way: a kind and a sentence of ours.
    tries: Mapped[int] = mapped_column(server_default="0")
    failed_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(300))


class GivingPreset(Base):
    """An amount that is offered, and an example of what it does. Changes are kept in the audit trail."""

    __tablename__ = "giving_preset"
    __table_args__ = (
        CheckConstraint("amount_pence BETWEEN 100 AND 1000000", name="amount_in_range", info={"sentence": marked("From £1 to £10,000.")}),
        {"info": {"app_role": "SELECT, UPDATE"}},
    )

    # Four, by place: the page is made for four amounts and one's own.
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount_pence: Mapped[int]
    words: Mapped[str]


class GivingAlarm(Base):
    """A payment that does not fit our rows. The money is recorded all the same; finance should look."""

    __tablename__ = "giving_alarm"
    __table_args__ = (UniqueConstraint("kind", "about"), {"info": {"app_role": "SELECT, INSERT, UPDATE"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # One of alarms.AlarmKind.
    kind: Mapped[str]
    # Stripe's id of the thing.
    about: Mapped[str]
    # What the ledger calls it: a donation, or the charge itself.
    subject: Mapped[str]
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None]

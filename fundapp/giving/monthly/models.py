"""Monthly gifts: what was promised, what its donor asked for since, its gifts, reminders and links. Nothing in it says who gives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import ENGLISH, LANGUAGES, marked
from fundapp.core.sealed import SealedText
from fundapp.giving.monthly.lifecycle import Deed, PledgeState

_STATES = ", ".join(f"'{state}'" for state in PledgeState)
_DEEDS = ", ".join(f"'{deed}'" for deed in Deed)
_LANGUAGES = ", ".join(f"'{code}'" for code in LANGUAGES)
_OPEN_STATES = ", ".join(f"'{state}'" for state in (PledgeState.STARTED, PledgeState.ACTIVE, PledgeState.OVERDUE, PledgeState.PAUSED))
_ONE_ACT = marked("Something else is being changed just now. Look again in a minute.")


def _named(kinds: type[PledgeState] | type[Deed]) -> Enum:
    return Enum(kinds, native_enum=False, create_constraint=False, length=16, values_callable=lambda all_: [kind.value for kind in all_])


class Pledge(Base):
    """A monthly gift, overwritten from the subscription that was fetched. `state` is written by settling.py alone."""

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(f"language IN ({_LANGUAGES})", name="language_known"),
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        CheckConstraint("state IN ('started', 'expired') OR subscription_id IS NOT NULL", name="begun_has_subscription"),
        CheckConstraint("(state = 'stopped') = (stopped_at IS NOT NULL)", name="stopped_has_moment"),
        UniqueConstraint("key_hash"),
        UniqueConstraint("token_hash"),
        UniqueConstraint("session_id"),
        UniqueConstraint("subscription_id"),
        Index("ix_pledge_unsettled", "looked_at", "id", postgresql_where=text(f"state IN ({_OPEN_STATES})")),
        Index("ix_pledge_customer_id", "customer_id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    # Random; Stripe is told it.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Of the form's key, so that the same page sent twice is one promise.
    key_hash: Mapped[bytes]
    # Of the token in the address that Stripe's page leads back to. It shows thanks, and changes nothing.
    token_hash: Mapped[bytes]
    point_id: Mapped[int | None] = mapped_column(ForeignKey("collection_point.id"))
    fund_code: Mapped[str]
    # Each month, from the next one on.
    amount_pence: Mapped[int]
    state: Mapped[PledgeState] = mapped_column(_named(PledgeState))
    # Which payment page this is, as with a single gift.
    attempt: Mapped[int]
    session_id: Mapped[str | None]
    checkout_url: Mapped[str | None]
    session_expires_at: Mapped[datetime]
    subscription_id: Mapped[str | None]
    # Who gives is known to Stripe; this is what Stripe calls them.
    customer_id: Mapped[str | None]
    # When the next month is asked for.
    next_at: Mapped[datetime | None]
    # When it ends by itself, where somebody at Stripe said so.
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    # As Stripe codes it: cancellation_requested, payment_failed.
    stopped_because: Mapped[str | None]
    # When what stands here was asked of Stripe: older news than this changes nothing.
    told_at: Mapped[datetime]
    # When the sweep last asked about it.
    looked_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(server_default=ENGLISH)

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"pledge:{self.id}"


class PledgeAct(Base):
    """Something that was asked for: written first, then said to Stripe under its own key, then settled. Never taken back."""

    __tablename__ = "pledge_act"
    __table_args__ = (
        CheckConstraint(f"deed IN ({_DEEDS})", name="deed_known"),
        CheckConstraint("(deed = 'change') = (amount_pence IS NOT NULL)", name="change_has_amount"),
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        UniqueConstraint("key_hash"),
        Index("uq_pledge_act_open", "pledge_id", unique=True, postgresql_where=text("done_at IS NULL"), info={"sentence": _ONE_ACT}),
        Index("ix_pledge_act_pledge_id", "pledge_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    deed: Mapped[Deed] = mapped_column(_named(Deed))
    amount_pence: Mapped[int | None]
    # Of the form's key, so that the same page sent twice is one act.
    key_hash: Mapped[bytes]
    # Whether the Fund did it, after reminders that nobody could answer.
    is_ours: Mapped[bool]
    asked_at: Mapped[datetime]
    # Part of the key at Stripe, which keeps an answer under its key for a day, a fault of its own too.
    attempt: Mapped[int]
    done_at: Mapped[datetime | None]
    # Why Stripe would not, in its own code; empty when it did.
    refusal: Mapped[str] = mapped_column(server_default="")

    @property
    def stripe_key(self) -> str:
        """The key that Stripe knows the call by: the same however often it is made."""
        return f"pledge:{self.pledge_id}:act:{self.id}:{self.attempt}"


class PledgeGift(Base):
    """One month's gift: which invoice asked for it."""

    __tablename__ = "pledge_gift"
    __table_args__ = (
        UniqueConstraint("invoice_id"),
        Index("ix_pledge_gift_pledge_id", "pledge_id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    donation_id: Mapped[UUID] = mapped_column(ForeignKey("donation.id"), primary_key=True)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    invoice_id: Mapped[str]


class PledgeReminder(Base):
    """A letter about a month that was not paid: the first, the second, and that it was stopped (the third)."""

    __tablename__ = "pledge_reminder"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 3", name="number_known"),
        Index("ix_pledge_reminder_pledge_id", "pledge_id", "sent_at"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    invoice_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    sent_at: Mapped[datetime]


class PledgeLink(Base):
    """A link that was mailed: it opens one monthly gift's page, until it runs out."""

    __tablename__ = "pledge_link"
    __table_args__ = (
        Index("ix_pledge_link_pledge_id", "pledge_id"),
        Index("ix_pledge_link_expires_at", "expires_at"),
        {"info": {"app_role": "SELECT, INSERT, DELETE"}},
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledge.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PledgeAsking(Base):
    """Somebody who asked for their link, with the address they wrote: kept for the minute until the letter is written."""

    __tablename__ = "pledge_asking"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT, UPDATE (address), DELETE"}},)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    address: Mapped[str] = mapped_column(SealedText("pledge_asking.address"))
    asked_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(server_default=ENGLISH)

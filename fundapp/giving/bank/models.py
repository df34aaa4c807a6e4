"""What Stripe does with money on its own: gifts that a bank disputes, payouts to our bank, and each day's proof that we agree."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class GiftDispute(Base):
    """A charge that its donor's bank asks about or takes back, as Stripe told it last. The money itself stands in the ledger."""

    __tablename__ = "gift_dispute"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        Index("ix_gift_dispute_donation_id", "donation_id", "id"),
        Index("ix_gift_dispute_open", "told_at", "id", postgresql_where=text("closed_at IS NULL")),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    # Stripe's id of it.
    id: Mapped[str] = mapped_column(primary_key=True)
    charge_id: Mapped[str]
    # None for money that belongs to no gift of ours.
    donation_id: Mapped[UUID | None] = mapped_column(ForeignKey("donation.id"))
    # Of the gift, what is disputed: all of it, as a rule.
    amount_pence: Mapped[int]
    # Stripe's own words for both (docs.stripe.com/api/disputes/object).
    status: Mapped[str]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    # Until when the bank takes evidence.
    answer_by: Mapped[datetime | None]
    # What of it the bank holds now, by Stripe's movements alone: taken, less given back, less lost.
    held_pence: Mapped[int]
    # When Stripe was asked for what stands here; older news does not write over it.
    told_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class StripePayout(Base):
    """Money on its way from Stripe to the bank, as Stripe told it last. Until the funds of it are known, nothing of it is posted."""

    __tablename__ = "stripe_payout"
    __table_args__ = (
        Index("ix_stripe_payout_created_at_id", "created_at", "id"),
        Index("ix_stripe_payout_unposted", "created_at", "id", postgresql_where=text("NOT is_settled")),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    amount_pence: Mapped[int]
    status: Mapped[str]
    is_automatic: Mapped[bool]
    # Whether Stripe has said which movements it is made of.
    is_reconciled: Mapped[bool]
    created_at: Mapped[datetime]
    # The day on which the bank should have it.
    arrives_on: Mapped[date]
    # The movement that took it out of the balance, and the one that brought it back, if it failed.
    txn_id: Mapped[str | None]
    failure_txn_id: Mapped[str | None]
    # Whether the ledger has all of it that there is.
    is_settled: Mapped[bool]
    told_at: Mapped[datetime]


class PayoutMovement(Base):
    """A movement of the Stripe balance that went to the bank in a payout: each in one payout alone."""

    __tablename__ = "payout_movement"
    __table_args__ = (
        Index("ix_payout_movement_payout_id", "payout_id", "txn_id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    # Stripe's id of the movement.
    txn_id: Mapped[str] = mapped_column(primary_key=True)
    payout_id: Mapped[str] = mapped_column(ForeignKey("stripe_payout.id"))
    net_pence: Mapped[int]


class StripeProof(Base):
    """Whether Stripe and the ledger agreed on a day: the last time that it was asked. Amounts in pence."""

    __tablename__ = "stripe_proof"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT, UPDATE"}},)

    day: Mapped[date] = mapped_column(primary_key=True)
    proved_at: Mapped[datetime]
    # What stands in the Stripe balance: as Stripe says, and as the ledger does.
    at_stripe_pence: Mapped[int]
    in_ledger_pence: Mapped[int]
    # Movements that Stripe has and the ledger does not yet: payouts that wait for their funds, and what came minutes ago.
    payouts_pence: Mapped[int]
    recent_pence: Mapped[int]
    # Charges whose fee has not come for more than an hour.
    late_fees: Mapped[int]
    # What banks hold while gifts are disputed: as Stripe's disputes say, and as the ledger does.
    held_pence: Mapped[int]
    held_in_ledger_pence: Mapped[int]
    holds: Mapped[bool]

    @property
    def gap_pence(self) -> int:
        """What stands at Stripe and is explained by nothing; below nought, what the ledger has and Stripe has not."""
        return self.at_stripe_pence - self.in_ledger_pence - self.payouts_pence - self.recent_pence

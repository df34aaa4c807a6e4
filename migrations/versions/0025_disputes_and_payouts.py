"""Disputes, payouts with what they are made of, and each day's proof that Stripe and the ledger agree."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    disputes()
    payouts()
    proofs()


def disputes() -> None:
    """What a donor's bank asks about or takes back."""
    op.create_table(
        "gift_dispute",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.Column("donation_id", sa.Uuid()),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True)),
        sa.Column("held_pence", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_gift_dispute_amount_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_dispute")),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_gift_dispute_donation_id_donation")),
    )
    op.create_index("ix_gift_dispute_donation_id", "gift_dispute", ["donation_id", "id"])
    op.create_index("ix_gift_dispute_open", "gift_dispute", ["told_at", "id"], postgresql_where=sa.text("closed_at IS NULL"))


def payouts() -> None:
    """Money on its way to the bank, and the movements that it is made of."""
    op.create_table(
        "stripe_payout",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("is_reconciled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("txn_id", sa.String()),
        sa.Column("failure_txn_id", sa.String()),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_payout")),
    )
    op.create_index("ix_stripe_payout_created_at_id", "stripe_payout", ["created_at", "id"])
    op.create_index("ix_stripe_payout_unposted", "stripe_payout", ["created_at", "id"], postgresql_where=sa.text("NOT is_settled"))
    op.create_table(
        "payout_movement",
        sa.Column("txn_id", sa.String(), nullable=False),
        sa.Column("payout_id", sa.String(), nullable=False),
        sa.Column("net_pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("txn_id", name=op.f("pk_payout_movement")),
        sa.ForeignKeyConstraint(["payout_id"], ["stripe_payout.id"], name=op.f("fk_payout_movement_payout_id_stripe_payout")),
    )
    op.create_index("ix_payout_movement_payout_id", "payout_movement", ["payout_id", "txn_id"])


def proofs() -> None:
    """Whether Stripe and the ledger agreed, day by day."""
    pence = ("at_stripe_pence", "in_ledger_pence", "payouts_pence", "recent_pence", "late_fees", "held_pence", "held_in_ledger_pence")
    op.create_table(
        "stripe_proof",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in pence),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_stripe_proof")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

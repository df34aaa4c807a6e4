"""Refunds that were asked for, gifts that were made elsewhere, and contributions that turned out wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _refunds()
    _gifts_elsewhere()
    _reversals()


def _refunds() -> None:
    op.create_table(
        "gift_refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("donation_id", sa.Uuid(), nullable=True),
        sa.Column("charge_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.BigInteger(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("is_posted", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("bank_reference", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "agreed_by IS NOT NULL OR NOT needs_second OR state NOT IN ('sending', 'pending', 'done', 'failed')",
            name=op.f("ck_gift_refund_second_agreed"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'declined', 'withdrawn') OR amount_pence IS NOT NULL", name=op.f("ck_gift_refund_amount_known")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'entered', 'sending', 'pending', 'done', 'failed', 'declined', 'withdrawn')",
            name=op.f("ck_gift_refund_state_known"),
        ),
        sa.CheckConstraint("(agreed_by IS NULL) = (agreed_at IS NULL)", name=op.f("ck_gift_refund_agreed_whole")),
        sa.CheckConstraint("(entered_by IS NULL) = (entered_at IS NULL)", name=op.f("ck_gift_refund_entered_whole")),
        sa.CheckConstraint("agreed_by <> entered_by", name=op.f("ck_gift_refund_agreed_by_another")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_gift_refund_amount_positive")),
        sa.ForeignKeyConstraint(["agreed_by"], ["user_account.id"], name=op.f("fk_gift_refund_agreed_by")),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_gift_refund_donation_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["user_account.id"], name=op.f("fk_gift_refund_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_refund")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_gift_refund_stripe_id")),
    )
    op.create_index("ix_gift_refund_began_at_id", "gift_refund", ["began_at", "id"])
    op.create_index("ix_gift_refund_subject", "gift_refund", ["subject", "id"])
    op.create_index(
        "uq_gift_refund_open", "gift_refund", ["subject"], unique=True, postgresql_where=sa.text("state IN ('asked', 'entered', 'sending')")
    )


def _gifts_elsewhere() -> None:
    op.create_table(
        "gift_elsewhere",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("once_key", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("given_by", sa.LargeBinary(), nullable=False),
        sa.Column("postal_address", sa.LargeBinary(), nullable=False),
        sa.Column("is_individual", sa.Boolean(), nullable=False),
        sa.Column("in_memory_of", sa.LargeBinary(), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("is_another", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.LargeBinary(), nullable=False),
        sa.Column("donation_id", sa.Uuid(), nullable=True),
        sa.Column("reversal_asked_by", sa.BigInteger(), nullable=True),
        sa.Column("reversal_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversal_why", sa.LargeBinary(), nullable=False),
        sa.Column("reversed_by", sa.BigInteger(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("language IN ('en', 'pl')", name=op.f("ck_gift_elsewhere_language_known")),
        sa.CheckConstraint("means IN ('cheque', 'transfer', 'standing-order', 'paid-in')", name=op.f("ck_gift_elsewhere_means_known")),
        sa.CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name=op.f("ck_gift_elsewhere_check_whole")),
        sa.CheckConstraint("(checked_at IS NULL) = (donation_id IS NULL)", name=op.f("ck_gift_elsewhere_checked_is_gift")),
        sa.CheckConstraint("(refused_at IS NULL) = (refused_by IS NULL)", name=op.f("ck_gift_elsewhere_refusal_whole")),
        sa.CheckConstraint("(reversal_asked_at IS NULL) = (reversal_asked_by IS NULL)", name=op.f("ck_gift_elsewhere_asked_whole")),
        sa.CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name=op.f("ck_gift_elsewhere_reversal_whole")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_gift_elsewhere_amount_positive")),
        sa.CheckConstraint("checked_at IS NULL OR refused_at IS NULL", name=op.f("ck_gift_elsewhere_one_end")),
        sa.CheckConstraint("checked_by <> entered_by", name=op.f("ck_gift_elsewhere_checked_by_another")),
        sa.CheckConstraint("refused_by <> entered_by", name=op.f("ck_gift_elsewhere_refused_by_another")),
        sa.CheckConstraint("reversed_at IS NULL OR checked_at IS NOT NULL", name=op.f("ck_gift_elsewhere_reversed_was_checked")),
        sa.CheckConstraint("reversed_by <> reversal_asked_by", name=op.f("ck_gift_elsewhere_reversed_by_another")),
        sa.ForeignKeyConstraint(["checked_by"], ["user_account.id"], name=op.f("fk_gift_elsewhere_checked_by")),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_gift_elsewhere_donation_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["user_account.id"], name=op.f("fk_gift_elsewhere_entered_by")),
        sa.ForeignKeyConstraint(["refused_by"], ["user_account.id"], name=op.f("fk_gift_elsewhere_refused_by")),
        sa.ForeignKeyConstraint(["reversal_asked_by"], ["user_account.id"], name=op.f("fk_gift_elsewhere_reversal_asked_by")),
        sa.ForeignKeyConstraint(["reversed_by"], ["user_account.id"], name=op.f("fk_gift_elsewhere_reversed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_elsewhere")),
        sa.UniqueConstraint("donation_id", name=op.f("uq_gift_elsewhere_donation_id")),
        sa.UniqueConstraint("once_key", name=op.f("uq_gift_elsewhere_once_key")),
    )
    op.create_index("ix_gift_elsewhere_received_on_id", "gift_elsewhere", ["received_on", "id"])


def _reversals() -> None:
    op.create_table(
        "contribution_reversal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contribution_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_by", sa.BigInteger(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_by", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kept_at IS NULL) = (kept_by IS NULL)", name=op.f("ck_contribution_reversal_keeping_whole")),
        sa.CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name=op.f("ck_contribution_reversal_reversal_whole")),
        sa.CheckConstraint("reversed_at IS NULL OR kept_at IS NULL", name=op.f("ck_contribution_reversal_one_end")),
        sa.CheckConstraint("reversed_by <> asked_by", name=op.f("ck_contribution_reversal_reversed_by_another")),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"], name=op.f("fk_contribution_reversal_asked_by")),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_reversal_contribution_id")),
        sa.ForeignKeyConstraint(["kept_by"], ["user_account.id"], name=op.f("fk_contribution_reversal_kept_by")),
        sa.ForeignKeyConstraint(["reversed_by"], ["user_account.id"], name=op.f("fk_contribution_reversal_reversed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_reversal")),
    )
    op.create_index(
        "uq_contribution_reversal_standing",
        "contribution_reversal",
        ["contribution_id"],
        unique=True,
        postgresql_where=sa.text("kept_at IS NULL"),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

"""Monthly gifts."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _pledges()
    _acts()
    _gifts_and_reminders()
    _links()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _pledges() -> None:
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("checkout_url", sa.String(), nullable=True),
        sa.Column("session_expires_at", MOMENT, nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("stopped_because", sa.String(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.CheckConstraint("state IN ('started', 'expired', 'active', 'overdue', 'paused', 'stopped')", name=op.f("ck_pledge_state_known")),
        sa.CheckConstraint("language IN ('en', 'pl')", name=op.f("ck_pledge_language_known")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_pledge_amount_positive")),
        sa.CheckConstraint("state IN ('started', 'expired') OR subscription_id IS NOT NULL", name=op.f("ck_pledge_begun_has_subscription")),
        sa.CheckConstraint("(state = 'stopped') = (stopped_at IS NOT NULL)", name=op.f("ck_pledge_stopped_has_moment")),
        sa.ForeignKeyConstraint(["point_id"], ["collection_point.id"], name=op.f("fk_pledge_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_pledge_key_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_pledge_token_hash")),
        sa.UniqueConstraint("session_id", name=op.f("uq_pledge_session_id")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_pledge_subscription_id")),
    )
    op.create_index(
        "ix_pledge_unsettled",
        "pledge",
        ["looked_at", "id"],
        postgresql_where=sa.text("state IN ('started', 'active', 'overdue', 'paused')"),
    )
    op.create_index("ix_pledge_customer_id", "pledge", ["customer_id"])


def _acts() -> None:
    op.create_table(
        "pledge_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("deed", sa.String(length=16), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("refusal", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("deed IN ('change', 'pause', 'resume', 'stop')", name=op.f("ck_pledge_act_deed_known")),
        sa.CheckConstraint("(deed = 'change') = (amount_pence IS NOT NULL)", name=op.f("ck_pledge_act_change_has_amount")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_pledge_act_amount_positive")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_act_pledge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_act")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_pledge_act_key_hash")),
    )
    op.create_index("uq_pledge_act_open", "pledge_act", ["pledge_id"], unique=True, postgresql_where=sa.text("done_at IS NULL"))
    op.create_index("ix_pledge_act_pledge_id", "pledge_act", ["pledge_id", "id"])


def _gifts_and_reminders() -> None:
    op.create_table(
        "pledge_gift",
        sa.Column("donation_id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_pledge_gift_donation_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_gift_pledge_id")),
        sa.PrimaryKeyConstraint("donation_id", name=op.f("pk_pledge_gift")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_pledge_gift_invoice_id")),
    )
    op.create_index("ix_pledge_gift_pledge_id", "pledge_gift", ["pledge_id"])
    op.create_table(
        "pledge_reminder",
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_pledge_reminder_number_known")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_reminder_pledge_id")),
        sa.PrimaryKeyConstraint("invoice_id", "number", name=op.f("pk_pledge_reminder")),
    )
    op.create_index("ix_pledge_reminder_pledge_id", "pledge_reminder", ["pledge_id", "sent_at"])


def _links() -> None:
    op.create_table(
        "pledge_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_link_pledge_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_pledge_link")),
    )
    op.create_index("ix_pledge_link_pledge_id", "pledge_link", ["pledge_id"])
    op.create_index("ix_pledge_link_expires_at", "pledge_link", ["expires_at"])
    op.create_table(
        "pledge_asking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_asking")),
    )

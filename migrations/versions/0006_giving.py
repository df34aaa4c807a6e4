"""Donations, Stripe's inbox, the offered amounts, and alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make this room's tables, with the amounts that a fresh Fund offers."""
    _donations()
    _events()
    _alarms()
    presets = op.create_table(
        "giving_preset",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.CheckConstraint("amount_pence BETWEEN 100 AND 1000000", name=op.f("ck_giving_preset_amount_in_range")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_giving_preset")),
    )
    op.bulk_insert(
        presets,
        [
            {"position": 1, "amount_pence": 300, "words": "a bus to an interview"},
            {"position": 2, "amount_pence": 500, "words": "photos for an ID card"},
            {"position": 3, "amount_pence": 1000, "words": "a haircut"},
            {"position": 4, "amount_pence": 2000, "words": "a simple phone"},
        ],
    )


def _donations() -> None:
    statuses = "'started', 'processing', 'paid', 'failed', 'expired'"
    op.create_table(
        "donation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("checkout_url", sa.String(), nullable=True),
        sa.Column("session_expires_at", MOMENT, nullable=False),
        sa.Column("charge_id", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("paid_at", MOMENT, nullable=True),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"status IN ({statuses})", name=op.f("ck_donation_status_known")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_donation_amount_positive")),
        sa.CheckConstraint("(status = 'paid') = (charge_id IS NOT NULL)", name=op.f("ck_donation_paid_has_charge")),
        sa.CheckConstraint("(status = 'paid') = (paid_at IS NOT NULL)", name=op.f("ck_donation_paid_has_moment")),
        sa.ForeignKeyConstraint(["point_id"], ["collection_point.id"], name=op.f("fk_donation_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_donation_key_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_donation_token_hash")),
        sa.UniqueConstraint("session_id", name=op.f("uq_donation_session_id")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_donation_charge_id")),
    )
    unsettled = sa.text("status IN ('started', 'processing')")
    op.create_index("ix_donation_unsettled", "donation", ["created_at", "id"], postgresql_where=unsettled)
    op.create_index("ix_donation_point_id", "donation", ["point_id"])


def _events() -> None:
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("api_version", sa.String(), nullable=True),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("charge_id", sa.String(), nullable=True),
        sa.Column("rung_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("acted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index("ix_stripe_event_received_at_id", "stripe_event", ["received_at", "id"])


def _alarms() -> None:
    op.create_table(
        "giving_alarm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_giving_alarm")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_giving_alarm_kind_about")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

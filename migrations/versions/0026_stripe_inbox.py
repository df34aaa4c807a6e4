"""What is known of Stripe's bells and of what failed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A bell that could not be answered says so: how often it was tried, when last, and what stood in the way."""
    op.add_column("stripe_event", sa.Column("tries", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("stripe_event", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stripe_event", sa.Column("fault", sa.String(length=300), nullable=True))
    op.create_check_constraint(op.f("ck_stripe_event_failed_has_fault"), "stripe_event", "(failed_at IS NULL) = (fault IS NULL)")
    waiting = sa.text("acted_at IS NULL")
    op.create_index(op.f("ix_stripe_event_unanswered"), "stripe_event", ["received_at", "id"], postgresql_where=waiting)
    charged = sa.text("charge_id IS NOT NULL")
    op.create_index(op.f("ix_donation_charged"), "donation", ["paid_at", "id"], postgresql_where=charged)


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

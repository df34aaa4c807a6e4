"""What of each gift was used by which release."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "trace_release",
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quarter ~ '^[0-9]{4}-Q[1-4]$'", name=op.f("ck_trace_release_quarter")),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_trace_release")),
    )
    op.create_table(
        "trace_use",
        sa.Column("donation_id", sa.Uuid(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("used_pence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used_pence > 0", name=op.f("ck_trace_use_used_positive")),
        sa.ForeignKeyConstraint(["quarter"], ["trace_release.quarter"], name=op.f("fk_trace_use_quarter_trace_release")),
        sa.PrimaryKeyConstraint("donation_id", "quarter", name=op.f("pk_trace_use")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

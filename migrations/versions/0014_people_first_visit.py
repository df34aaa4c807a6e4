"""Which first-visit notes each person has put away, so that a note is shown until it was read, on every device."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make this room's table."""
    op.create_table(
        "first_visit",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_first_visit")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_first_visit_user_id")),
        sa.CheckConstraint("role IN ('key_worker', 'approver', 'panel', 'finance', 'auditor', 'admin')", name=op.f("ck_first_visit_role")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

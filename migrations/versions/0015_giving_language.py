"""The language that each gift was given in, so that its page, its receipt and its letter speak it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Every gift so far was given in English."""
    op.add_column("donation", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.create_check_constraint(op.f("ck_donation_language_known"), "donation", "language IN ('en', 'pl')")


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

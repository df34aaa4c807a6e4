"""Steps of a request that no account takes: the standing policy's, and the person's own."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a step be taken without an account, and say of each who took it."""
    op.alter_column("request_event", "user_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("request_event", sa.Column("actor", sa.String(), nullable=True))
    op.execute("ALTER TABLE request_event DISABLE TRIGGER USER")
    op.execute("UPDATE request_event SET actor = 'user:' || user_id")
    op.execute("ALTER TABLE request_event ENABLE TRIGGER USER")
    op.alter_column("request_event", "actor", existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

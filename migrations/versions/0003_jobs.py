"""The job queue's own schema, and the loops' last turns."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make procrastinate's tables as the locked version of it has them, and ours.

    An upgrade of procrastinate that changes its schema comes with a migration of ours that runs its own (procrastinate/sql/migrations).
    """
    # Without parameters psycopg takes many statements at once and leaves every % alone.
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(SchemaManager.get_schema())
    op.create_table(
        "job_loop",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_loop")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

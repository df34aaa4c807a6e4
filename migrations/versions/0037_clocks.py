"""When each request must be answered, who is reminded, and whose requests somebody looks after for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the column and the table, and give a clock to what waits already."""
    op.add_column("grant_request", sa.Column("due_at", MOMENT, nullable=True))
    op.create_index("ix_grant_request_due_at", "grant_request", ["due_at"])
    op.add_column("request_handover", sa.Column("lent_until", sa.Date(), nullable=True))
    _reminders()
    _carry_over()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _reminders() -> None:
    table = "request_reminder"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.CheckConstraint("step IN ('on_duty', 'others', 'office')", name=op.f("ck_request_reminder_step_known")),
        sa.CheckConstraint("at <= due_at", name=op.f("ck_request_reminder_not_after_due")),
        sa.ForeignKeyConstraint(["request_id"], ["grant_request.id"], name=op.f("fk_request_reminder_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_reminder")),
        sa.UniqueConstraint("request_id", "due_at", "step", name=op.f("uq_request_reminder_request_id_due_at_step")),
    )
    op.create_index("ix_request_reminder_at", table, ["at"], postgresql_where=sa.text("told_at IS NULL"))


def _carry_over() -> None:
    # Nobody was promised anything; two days, as most will be from now on. What is over by then is told once to those who look after it.
    op.execute("UPDATE grant_request SET due_at = sent_at + interval '2 days' WHERE status IN ('waiting', 'question')")
    op.execute(
        "INSERT INTO request_reminder (request_id, due_at, step, at) SELECT id, due_at, step, due_at FROM grant_request,"
        " unnest(ARRAY['on_duty', 'office']) AS step WHERE due_at IS NOT NULL"
    )

"""Who is sent the ledger's checkpoints, so that copies lie outside our reach, and each letter that carried one."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make this room's tables."""
    op.create_table(
        "checkpoint_reader",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint_reader")),
        sa.UniqueConstraint("email", name=op.f("uq_checkpoint_reader_email")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_checkpoint_reader_email_lower")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_checkpoint_reader_name_short")),
        sa.CheckConstraint("part IN ('trustee', 'auditor', 'partner', 'other')", name=op.f("ck_checkpoint_reader_part")),
    )
    op.create_table(
        "checkpoint_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint_letter")),
        sa.UniqueConstraint("reader_id", "day", name=op.f("uq_checkpoint_letter_reader_id_day")),
        sa.ForeignKeyConstraint(["reader_id"], ["checkpoint_reader.id"], name=op.f("fk_checkpoint_letter_reader_id")),
        sa.ForeignKeyConstraint(["checkpoint_size"], ["checkpoint.size"], name=op.f("fk_checkpoint_letter_checkpoint_size")),
        sa.CheckConstraint("sent_at IS NULL OR fault = ''", name=op.f("ck_checkpoint_letter_sent_or_not")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

"""Tries on public forms and unguessable addresses, counted for all processes at once; pictures that wait to be covered in part."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "public_try",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("octet_length(network_hash) = 16", name=op.f("ck_public_try_network_hash_length")),
        sa.CheckConstraint("tries > 0", name=op.f("ck_public_try_tries_positive")),
        sa.PrimaryKeyConstraint("what", "since", "network_hash", name=op.f("pk_public_try")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_public_try_since", "public_try", ["since"])
    op.create_table(
        "guessing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("times > 0", name=op.f("ck_guessing_times_positive")),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_guessing_seen_by_somebody")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guessing")),
    )
    op.create_index("uq_guessing_open", "guessing", ["what"], unique=True, postgresql_where=sa.text("seen_at IS NULL"))
    op.create_index("ix_guessing_first_at_id", "guessing", ["first_at", "id"])
    op.create_table(
        "bill_draft",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(content) BETWEEN 1 AND 10486000", name=op.f("ck_bill_draft_size_within")),
        sa.ForeignKeyConstraint(["request_id"], ["grant_request.id"], name=op.f("fk_bill_draft_request_id")),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"], name=op.f("fk_bill_draft_added_by")),
        sa.PrimaryKeyConstraint("request_id", "added_by", name=op.f("pk_bill_draft")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

"""Collection points."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make this room's tables."""
    op.create_table(
        "collection_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("code", "name", "business", "address", "contact_name", "contact_details")
        ),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{8}$'", name=op.f("ck_collection_point_code_shape")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_collection_point_name_length")),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_collection_point_closed_after_opened")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_point")),
        sa.UniqueConstraint("code", name=op.f("uq_collection_point_code")),
    )
    op.create_index("ix_collection_point_name_id", "collection_point", ["name", "id"])


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

"""The audit trail, append-only, with its erasable words apart."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    """Make this room's tables."""
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("kind ~ '^[a-z_]+[.][a-z_]+$'", name=op.f("ck_audit_event_kind_shape")),
        sa.CheckConstraint("jsonb_typeof(facts) = 'object'", name=op.f("ck_audit_event_facts_object")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_subject_id", "audit_event", ["subject", "id"])
    op.create_index("ix_audit_event_kind_id", "audit_event", ["kind", "id"])
    op.create_table(
        "audit_words",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_words_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_words")),
    )
    op.execute(REFUSE)
    # For each statement, so that even one that would meet no row is refused; the owner is refused as well.
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()"
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

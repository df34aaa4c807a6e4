"""Rules as versioned rows, and limits that grow strict."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REPEATED = ("rule_set", "replaces", "proposed_by", "by_two")


def upgrade() -> None:
    """Make the tables."""
    _versions()
    _decisions()
    op.add_column("donation", sa.Column("cover_pence", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_check_constraint(op.f("ck_donation_cover_within"), "donation", "cover_pence >= 0 AND cover_pence < amount_pence")
    _cards()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _versions() -> None:
    table = "rule_version"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=False),
        sa.Column("numbers", JSONB(), nullable=False),
        sa.Column("by_two", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("replaces >= 0 AND replaces < id", name=op.f("ck_rule_version_replaces_older")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user_account.id"], name=op.f("fk_rule_version_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("id", *REPEATED, name=op.f("uq_rule_version_id_rule_set_replaces_proposed_by_by_two")),
    )
    op.create_index("ix_rule_version_rule_set_id", table, ["rule_set", "id"])


def _decisions() -> None:
    table = "rule_decision"
    op.create_table(
        table,
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("by_two", sa.Boolean(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by OR NOT (agreed AND by_two)", name=op.f("ck_rule_decision_agreed_by_another")),
        sa.ForeignKeyConstraint(
            ["version_id", *REPEATED],
            [f"rule_version.{name}" for name in ("id", *REPEATED)],
            name=op.f("fk_rule_decision_version_id_rule_set_replaces_proposed_by_by_two"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_rule_decision_decided_by")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_rule_decision")),
    )
    op.create_index("uq_rule_decision_agreed", table, ["rule_set", "replaces"], unique=True, postgresql_where=sa.text("agreed"))


def _cards() -> None:
    both = "octet_length(near_hash) = 16 AND octet_length(block_hash) = 16"
    op.create_table(
        "card_start",
        sa.Column("donation_id", sa.Uuid(), nullable=False),
        sa.Column("near_hash", sa.LargeBinary(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(both, name=op.f("ck_card_start_hash_lengths")),
        sa.PrimaryKeyConstraint("donation_id", name=op.f("pk_card_start")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_card_start_at", "card_start", ["at"])
    op.create_table(
        "card_decline",
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.Column("donation_id", sa.Uuid(), nullable=False),
        sa.Column("near_hash", sa.LargeBinary(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("card_hash", sa.LargeBinary(), nullable=True),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(both, name=op.f("ck_card_decline_hash_lengths")),
        sa.CheckConstraint("card_hash IS NULL OR octet_length(card_hash) = 16", name=op.f("ck_card_decline_card_hash_length")),
        sa.PrimaryKeyConstraint("charge_id", name=op.f("pk_card_decline")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_card_decline_at", "card_decline", ["at"])
    op.create_index("ix_card_decline_donation_id", "card_decline", ["donation_id"])
    op.create_table(
        "question_used",
        sa.Column("question_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("octet_length(question_hash) = 32", name=op.f("ck_question_used_question_hash_length")),
        sa.PrimaryKeyConstraint("question_hash", name=op.f("pk_question_used")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_question_used_at", "question_used", ["at"])

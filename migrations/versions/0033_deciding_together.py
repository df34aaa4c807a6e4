"""Several signatures on one decision, votes of the panel, and awards split over things and funds."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATUSES = (
    "'draft', 'waiting', 'question', 'signed', 'panel', 'agreed', 'being_paid', 'part_paid', 'paid', 'in_hands', 'closed', 'declined',"
    " 'withdrawn'"
)
SIGNERS = "'policy', 'approver', 'approver_and_finance', 'two_approvers_or_panel'"


def upgrade() -> None:
    """Make this room's changes."""
    _states()
    _awards()


def _states() -> None:
    table, name = "grant_request", op.f("ck_grant_request_status_known")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"status IN ({STATUSES})")


def _awards() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("agreed_pence", sa.BigInteger(), nullable=False),
        sa.Column("signers", sa.String(), nullable=False),
        sa.Column("policy_number", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("votes_close_at", MOMENT, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("void_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.ForeignKeyConstraint(["request_id"], ["grant_request.id"], name=op.f("fk_award_request_id")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_award_request_id_number")),
        sa.CheckConstraint("agreed_pence > 0", name=op.f("ck_award_amount_positive")),
        sa.CheckConstraint(f"signers IN ({SIGNERS})", name=op.f("ck_award_signers_known")),
    )
    op.create_index("uq_award_standing", "award", ["request_id"], unique=True, postgresql_where=sa.text("void_at IS NULL"))
    op.create_table(
        "award_signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("for_user_id", sa.BigInteger(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_signature")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_signature_award_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_award_signature_user_id")),
        sa.ForeignKeyConstraint(["for_user_id"], ["user_account.id"], name=op.f("fk_award_signature_for_user_id")),
        sa.UniqueConstraint("award_id", "user_id", name=op.f("uq_award_signature_award_id_user_id")),
        sa.CheckConstraint("seat IN ('approver', 'finance', 'policy', 'panel')", name=op.f("ck_award_signature_seat_known")),
    )
    op.create_index("ix_award_signature_user_id", "award_signature", ["user_id"])
    op.create_table(
        "panel_vote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("voted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_vote")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_panel_vote_award_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_panel_vote_user_id")),
        sa.UniqueConstraint("award_id", "user_id", name=op.f("uq_panel_vote_award_id_user_id")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

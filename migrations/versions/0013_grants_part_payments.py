"""Payments in parts, payments that came back, and what was found about funds that were taken below what they had."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATUSES = "'draft', 'waiting', 'question', 'agreed', 'being_paid', 'part_paid', 'paid', 'in_hands', 'closed', 'declined', 'withdrawn'"
GONE = "paid_pence + released_pence"
PAID_AS_IT_STANDS = (
    f"CASE WHEN status = 'being_paid' THEN {GONE} < agreed_pence WHEN status = 'part_paid' THEN paid_pence > 0 AND {GONE} < agreed_pence"
    f" WHEN status IN ('paid', 'in_hands', 'closed') THEN paid_pence > 0 AND {GONE} = agreed_pence ELSE paid_pence = 0 END"
)


def upgrade() -> None:
    """Make this room's changes."""
    _requests()
    _payments()
    _shortfalls()


def _requests() -> None:
    table = "grant_request"
    op.add_column(table, sa.Column("paid_pence", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column(table, "paid_pence", server_default=None)
    op.execute("UPDATE grant_request SET paid_pence = agreed_pence - released_pence WHERE status IN ('paid', 'in_hands', 'closed')")
    rules = {
        "status_known": f"status IN ({STATUSES})",
        "agreed_whole": "status NOT IN ('agreed', 'being_paid', 'part_paid', 'paid', 'in_hands', 'closed') OR"
        " (agreed_pence > 0 AND agreed_pence <= asked_pence AND fund_code IS NOT NULL AND agreed_at IS NOT NULL)",
        "paid_within": f"paid_pence >= 0 AND released_pence >= 0 AND {GONE} <= coalesce(agreed_pence, 0)",
        "paid_as_it_stands": PAID_AS_IT_STANDS,
    }
    for name in ("status_known", "agreed_whole", "released_within"):
        op.drop_constraint(op.f(f"ck_grant_request_{name}"), table)
    for name, rule in rules.items():
        op.create_check_constraint(op.f(f"ck_grant_request_{name}"), table, rule)


def _payments() -> None:
    # Until now every payment was the only one.
    op.add_column("payment", sa.Column("is_last", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column("payment", "is_last", server_default=None)
    op.add_column("payment", sa.Column("returned_by", sa.BigInteger(), nullable=True))
    op.add_column("payment", sa.Column("returned_at", MOMENT, nullable=True))
    op.create_foreign_key(op.f("fk_payment_returned_by"), "payment", "user_account", ["returned_by"], ["id"])
    op.create_check_constraint(op.f("ck_payment_return_whole"), "payment", "(returned_at IS NULL) = (returned_by IS NULL)")
    op.create_check_constraint(op.f("ck_payment_returned_was_released"), "payment", "returned_at IS NULL OR released_at IS NOT NULL")
    op.drop_index("uq_payment_standing", table_name="payment")
    waits = sa.text("released_at IS NULL AND refused_at IS NULL")
    op.create_index("uq_payment_standing", "payment", ["request_id"], unique=True, postgresql_where=waits)


def _shortfalls() -> None:
    # The few entries that took a fund below what it had are found without reading all the others.
    op.create_index("ix_entry_forced", "entry", ["id"], postgresql_where=sa.text("forced"))
    op.create_table(
        "shortfall_closed",
        sa.Column("entry_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("entry_number", name=op.f("pk_shortfall_closed")),
        sa.ForeignKeyConstraint(["entry_number"], ["entry.number"], name=op.f("fk_shortfall_closed_entry_number")),
        sa.ForeignKeyConstraint(["closed_by"], ["user_account.id"], name=op.f("fk_shortfall_closed_closed_by")),
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

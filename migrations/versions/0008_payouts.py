"""Payments of grants."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENDS = ("released", "refused")


def upgrade() -> None:
    """Make this room's tables."""
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _to("grant_request.id", "request_id"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("bank_reference", sa.String(), nullable=False),
        _to("user_account.id", "entered_by"),
        sa.Column("entered_at", MOMENT, nullable=False),
        *(_to("user_account.id", f"{end}_by", nullable=True) for end in ENDS),
        *(sa.Column(f"{end}_at", MOMENT, nullable=True) for end in ENDS),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_payment_amount_positive")),
        *(sa.CheckConstraint(f"{end}_by <> entered_by", name=op.f(f"ck_payment_{end}_by_another")) for end in ENDS),
        sa.CheckConstraint("released_at IS NULL OR refused_at IS NULL", name=op.f("ck_payment_one_end")),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_payment_release_whole")),
        sa.CheckConstraint("(refused_at IS NULL) = (refused_by IS NULL)", name=op.f("ck_payment_refusal_whole")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_payment_request_id_number")),
    )
    op.create_index("uq_payment_standing", "payment", ["request_id"], unique=True, postgresql_where=sa.text("refused_at IS NULL"))


def _to(target: str, column: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(column, sa.BigInteger(), sa.ForeignKey(target, name=op.f(f"fk_payment_{column}")), nullable=nullable)


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

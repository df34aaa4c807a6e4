"""Where a gift came from: paid once by card, a month of a monthly gift, or made elsewhere and entered by finance."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CHECK = "ck_donation_paid_has_charge"


def upgrade() -> None:
    """Every gift so far was paid once, by card. Only a gift made elsewhere was never a charge at Stripe."""
    op.add_column("donation", sa.Column("source", sa.String(length=16), nullable=False, server_default="card"))
    op.create_check_constraint(op.f("ck_donation_source_known"), "donation", "source IN ('card', 'monthly', 'elsewhere')")
    op.drop_constraint(op.f(CHECK), "donation", type_="check")
    op.create_check_constraint(op.f(CHECK), "donation", "(status = 'paid' AND source <> 'elsewhere') = (charge_id IS NOT NULL)")


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

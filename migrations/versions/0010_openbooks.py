"""The priced examples on the front page."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Usual prices of November 2026; an administrator changes them under /admin/examples.
FIRST_EXAMPLES = (
    (300, "a bus to an interview"),
    (500, "photos for an ID card"),
    (1000, "a haircut before a viewing"),
    (1250, "a birth certificate"),
    (2000, "a simple phone"),
    (16000, "a bed, a table and two chairs for a first home"),
)


def upgrade() -> None:
    """Make this room's tables."""
    op.create_table(
        "openbooks_example",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_openbooks_example_amount_positive")),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 80", name=op.f("ck_openbooks_example_words_short")),
        sa.CheckConstraint("position BETWEEN 1 AND 99", name=op.f("ck_openbooks_example_position_in_list")),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"], name=op.f("fk_openbooks_example_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openbooks_example")),
    )
    insert = sa.text(
        "INSERT INTO openbooks_example (position, amount_pence, words, active, changed_at) VALUES (:place, :pence, :words, true, now())"
    )
    for place, (pence, words) in enumerate(FIRST_EXAMPLES, 1):
        op.execute(insert.bindparams(place=place, pence=pence, words=words))


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

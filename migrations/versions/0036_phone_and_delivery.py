"""Where a thing is brought to, photos of what is asked for, and how long an address is kept."""

import sqlalchemy as sa
from alembic import op

from fundapp.core.sealed import SealedBytes, SealedText

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
RULES = ("draft", "declined", "identity", "delivery", "money", "donor", "account", "access", "rights", "contact")
# After it was paid: time for it to be brought, and to ring when it was not.
DELIVERY_DAYS = 14


def upgrade() -> None:
    """Make both tables, empty, and give addresses a rule of the retention schedule."""
    op.create_table(
        "delivery",
        _key(),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("address_words", SealedText("delivery.address_words"), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        _leads("delivery", "request_id", "grant_request.id"),
        _leads("delivery", "said_by", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("request_id", name=op.f("uq_delivery_request_id")),
    )
    table = "request_photo"
    op.create_table(
        table,
        _key(),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("content", SealedBytes("request_photo.content"), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f(f"ck_{table}_not_too_many")),
        sa.CheckConstraint("octet_length(content) BETWEEN 34 AND 10485793", name=op.f(f"ck_{table}_size_within")),
        _leads(table, "request_id", "grant_request.id"),
        _leads(table, "added_by", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("request_id", "place", name=op.f(f"uq_{table}_request_id_place")),
    )
    _rule()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _rule() -> None:
    name, known = op.f("ck_retention_rule_rule_known"), ", ".join(f"'{rule}'" for rule in RULES)
    op.drop_constraint(name, "retention_rule", type_="check")
    op.create_check_constraint(name, "retention_rule", f"rule IN ({known})")
    rules = sa.table("retention_rule", sa.column("rule"), sa.column("days"), sa.column("since"))
    op.execute(sa.insert(rules).values(rule="delivery", days=DELIVERY_DAYS, since=sa.func.now()))


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _leads(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))

"""What is personal is sealed: encrypted under keys that the database does not hold, and found by an index.

Rows that are there are sealed by the vault that the caller hands over (fundapp/database/migrate.py). Each table that had rows is
written anew at the end, so that the words do not lie on in the pages of its file.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from fundapp.core.indexed import BlindIndex, WordIndexes, joined
from fundapp.core.sealed import Sealed, SealedBytes, SealedJson, SealedText
from fundapp.core.vault import Vault
from fundapp.database.faults import DatabaseFault

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Seal table after table."""
    _accounts()
    _invitations()
    _requests()
    _bills()
    _payments()
    _readers()
    _words("collection_point", "contact_name", "contact_details")
    _words("contribution", "received_from", "bank_reference")
    _words("audit_words", "words", key="event_id")


def _accounts() -> None:
    table = "user_account"
    _add_index(table, "email_index", BlindIndex("user_account.email"), ("email",))
    _words(table, "email", "name")
    op.create_unique_constraint(op.f("uq_user_account_email_index"), table, ["email_index"])


def _invitations() -> None:
    table = "invitation"
    _add_index(table, "email_index", BlindIndex("invitation.email"), ("email",))
    _words(table, "email")
    still_open = sa.text("accepted_at IS NULL AND withdrawn_at IS NULL")
    op.create_index("uq_invitation_open_email", table, ["email_index"], unique=True, postgresql_where=still_open)


def _requests() -> None:
    table = "grant_request"
    _add_index(table, "words_index", WordIndexes("grant_request.words"), ("supplier", "detail_words"))
    _words(table, "detail_words", "goal_words", "unblocks_words", "supplier", "consent_how")
    _seal(table, {"typed": SealedJson("grant_request.typed")})
    op.create_index("ix_grant_request_words_index", table, ["words_index"], postgresql_using="gin")


def _bills() -> None:
    _seal("evidence", {"content": SealedBytes("evidence.content")})
    # 10 MiB, and the 33 bytes that sealing adds.
    op.create_check_constraint(op.f("ck_evidence_size_within"), "evidence", "octet_length(content) BETWEEN 34 AND 10485793")


def _payments() -> None:
    _add_index("payment", "words_index", WordIndexes("payment.words"), ("supplier", "bank_reference"))
    _words("payment", "supplier", "bank_reference")
    op.create_index("ix_payment_words_index", "payment", ["words_index"], postgresql_using="gin")


def _readers() -> None:
    table = "checkpoint_reader"
    _add_index(table, "email_index", BlindIndex("checkpoint_reader.email"), ("email",))
    _words(table, "name", "email")
    op.create_unique_constraint(op.f("uq_checkpoint_reader_email_index"), table, ["email_index"])
    op.create_check_constraint(op.f("ck_checkpoint_reader_name_short"), table, "octet_length(name) BETWEEN 34 AND 433")


def _words(table: str, *columns: str, key: str = "id") -> None:
    _seal(table, {column: SealedText(f"{table}.{column}") for column in columns}, key=key)


def _add_index(table: str, index: str, kind: BlindIndex | WordIndexes, columns: tuple[str, ...], *, key: str = "id") -> None:
    """Add an index of columns that are not sealed yet."""
    of_words = isinstance(kind, WordIndexes)
    op.add_column(table, sa.Column(index, postgresql.ARRAY(sa.LargeBinary()) if of_words else sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    rows = sa.table(table, sa.column(key), sa.column(index, kind), *map(sa.column, columns))
    for row in connection.execute(sa.select(rows.c[key], *(rows.c[name] for name in columns)).order_by(rows.c[key])).all():
        value = kind.of(_vault(), joined(row[1:]))
        connection.execute(sa.update(rows).where(rows.c[key] == row[0]).values({index: value}))
    op.alter_column(table, index, nullable=False)


def _seal(table: str, columns: dict[str, Sealed], *, key: str = "id") -> None:
    """Put sealed columns in the place of plain ones. Whatever named the plain ones goes with them."""
    connection = op.get_bind()
    rows = sa.table(table, sa.column(key))
    keys = connection.scalars(sa.select(rows.c[key]).order_by(rows.c[key])).all()
    for column, kind in columns.items():
        op.add_column(table, sa.Column(f"{column}_sealed", sa.LargeBinary(), nullable=True))
        rows = sa.table(table, sa.column(key), sa.column(column), sa.column(f"{column}_sealed", sa.LargeBinary()))
        # One at a time: a bill is some hundreds of kilobytes.
        for one in keys:
            value = connection.scalar(sa.select(rows.c[column]).where(rows.c[key] == one))
            sealed = _vault().seal(kind.purpose, kind.encode(value))
            connection.execute(sa.update(rows).where(rows.c[key] == one).values({f"{column}_sealed": sealed}))
        op.drop_column(table, column)
        op.alter_column(table, f"{column}_sealed", new_column_name=column, nullable=False)
    if keys:
        column = next(iter(columns))
        connection.execute(sa.text(rf"ALTER TABLE {table} ALTER {column} TYPE bytea USING {column} || '\x'::bytea"))


def _vault() -> Vault:
    vault = context.config.attributes.get("vault")
    if not isinstance(vault, Vault):
        raise DatabaseFault("There are rows to be encrypted, and no key to do it with. Set PRIVATE_KEYS and run `fundapp migrate`.")
    return vault


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

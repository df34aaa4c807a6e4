"""Passkeys, one-time codes, recovery codes, links to set a new password; sessions know what was proven."""

import sqlalchemy as sa
from alembic import op

from fundapp.core.sealed import SealedText

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FACTOR_KIND = (
    "CASE kind WHEN 'passkey' THEN credential_id IS NOT NULL AND public_key IS NOT NULL AND secret IS NULL"
    " WHEN 'app' THEN secret IS NOT NULL AND credential_id IS NULL AND public_key IS NULL ELSE false END"
)


def upgrade() -> None:
    """Make the tables. Whoever is signed in by a password alone, and needs more, is asked for it on their next page."""
    _factor()
    _recovery_code()
    _used_challenge()
    _password_reset()
    _session()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _factor() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", SealedText("factor.name"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(), nullable=True),
        sa.Column("secret", SealedText("factor.secret"), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_factor_user_id")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_factor_credential_id")),
        sa.CheckConstraint(FACTOR_KIND, name=op.f("ck_factor_kind")),
    )
    op.create_index("ix_factor_user_id_id", "factor", ["user_id", "id"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")),
        sa.UniqueConstraint("user_id", "mark", name=op.f("uq_recovery_code_user_id_mark")),
    )


def _used_challenge() -> None:
    op.create_table(
        "used_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_used_challenge")),
        sa.CheckConstraint("octet_length(challenge_hash) = 32", name=op.f("ck_used_challenge_challenge_hash_length")),
    )
    op.create_index("ix_used_challenge_at", "used_challenge", ["at"])


def _password_reset() -> None:
    op.create_table(
        "password_reset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_password_reset_user_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_password_reset_token_hash_length")),
    )
    op.create_index("ix_password_reset_user_id_id", "password_reset", ["user_id", "id"])
    op.create_index("ix_password_reset_asked_at", "password_reset", ["asked_at"])


def _session() -> None:
    op.add_column("user_session", sa.Column("proven_by", sa.String(), server_default="password", nullable=False))
    op.add_column("user_session", sa.Column("second_factor_owed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("user_session", sa.Column("second_factor_at", MOMENT, nullable=True))
    op.add_column("user_session", sa.Column("stepped_up_at", MOMENT, nullable=True))
    op.create_check_constraint(op.f("ck_user_session_proven_by"), "user_session", "proven_by IN ('password', 'passkey', 'app', 'recovery')")

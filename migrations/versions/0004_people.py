"""People, organisations, teams, invitations and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = "'key_worker', 'approver', 'panel', 'finance', 'auditor', 'admin'"


def identity() -> sa.Column[int]:
    """The id of a row, given by the database."""
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def text(name: str) -> sa.Column[str]:
    """A text that is always there."""
    return sa.Column(name, sa.String(), nullable=False)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A moment in time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make this room's tables."""
    _organisations()
    _accounts()
    _invitations()
    _sessions()


def _organisations() -> None:
    op.create_table(
        "fund_holder",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(text(name) for name in ("charity_name", "charity_number", "town", "phone", "email", "address", "website")),
        sa.CheckConstraint("id = 1", name=op.f("ck_fund_holder_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_holder")),
    )
    op.create_table(
        "organisation",
        identity(),
        text("name"),
        text("kind"),
        sa.CheckConstraint("kind IN ('fund_holder', 'partner')", name=op.f("ck_organisation_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_index("uq_organisation_fund_holder", "organisation", ["kind"], unique=True, postgresql_where=sa.text("kind = 'fund_holder'"))
    op.create_table(
        "team",
        identity(),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        text("name"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_team_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_team_organisation_id_name")),
    )


def _accounts() -> None:
    op.create_table(
        "user_account",
        identity(),
        text("email"),
        text("name"),
        text("password_hash"),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        moment("created_at"),
        moment("disabled_at", nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_account_email_lower")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_user_account_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_index("ix_user_account_name_id", "user_account", ["name", "id"])
    op.create_index("ix_user_account_team_id", "user_account", ["team_id"])
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        text("role"),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_user_role_role")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )


def _invitations() -> None:
    op.create_table(
        "invitation",
        identity(),
        text("email"),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String()), nullable=False),
        text("invited_by"),
        moment("created_at"),
        moment("expires_at"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        moment("accepted_at", nullable=True),
        moment("withdrawn_at", nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_invitation_email_lower")),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_invitation_has_roles")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_invitation_token_hash_length")),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_invitation_one_end")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_invitation_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_invitation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(
        "uq_invitation_open_email",
        "invitation",
        ["email"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )


def _sessions() -> None:
    op.create_table(
        "user_session",
        identity(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        moment("created_at"),
        moment("last_seen_at"),
        moment("expires_at"),
        moment("ended_at", nullable=True),
        text("device"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_user_session_token_hash_length")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index("ix_user_session_user_id_id", "user_session", ["user_id", "id"])
    op.create_table(
        "sign_in_attempt",
        identity(),
        moment("at"),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("network_hash", sa.LargeBinary(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_email_hash_at", "sign_in_attempt", ["email_hash", "at"])
    op.create_index("ix_sign_in_attempt_network_hash_at", "sign_in_attempt", ["network_hash", "at"])
    op.create_index("ix_sign_in_attempt_at", "sign_in_attempt", ["at"])


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

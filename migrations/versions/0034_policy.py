"""The policy as versions that two approvers sign, what it looks at afterwards, and caps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BY_TWO = (
    "CASE WHEN in_force THEN first_by IS NOT NULL AND second_by IS NOT NULL AND first_by <> second_by"
    " ELSE first_by IS NULL AND second_by IS NULL END"
)
AMOUNTS = "weekly_worker_pence > 0 AND weekly_person_pence > 0 AND weekly_fund_pence > 0 AND person_cap_pence > 0 AND group_cap_pence > 0"


def upgrade() -> None:
    """Make the tables."""
    _versions()
    _signatures()
    _outcomes()
    _answers()
    _looks()
    _flags()
    _overrides()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _to(table: str, columns: str, target: str) -> sa.ForeignKeyConstraint:
    names = columns.split()
    return sa.ForeignKeyConstraint(names, target.split(), name=op.f(f"fk_{table}_{'_'.join(names)}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _versions() -> None:
    table = "policy_version"
    op.create_table(
        table,
        _key("number"),
        _number("replaces"),
        sa.Column("tiers", JSONB(), nullable=False),
        sa.Column("catalogue_only", sa.Boolean(), nullable=False),
        sa.Column("within_guide", sa.Boolean(), nullable=False),
        _number("weekly_worker_pence"),
        _number("weekly_person_pence"),
        _number("weekly_fund_pence"),
        _number("look_at_one_in"),
        _number("panel_quorum"),
        _number("person_cap_pence"),
        _number("group_cap_pence"),
        sa.Column("proposed_at", MOMENT, nullable=False),
        _number("proposed_by"),
        _check(table, "replaces_older", "0 <= replaces AND replaces < number"),
        _check(table, "amounts_above_nothing", AMOUNTS),
        _check(table, "looks_within", "look_at_one_in BETWEEN 1 AND 100"),
        _check(table, "quorum_within", "panel_quorum BETWEEN 2 AND 9"),
        _to(table, "proposed_by", "user_account.id"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("number", "replaces", name=op.f("uq_policy_version_number_replaces")),
        sa.UniqueConstraint("number", "proposed_by", name=op.f("uq_policy_version_number_proposed_by")),
    )


def _signatures() -> None:
    table = "policy_signature"
    op.create_table(
        table,
        _key("policy_number"),
        _key("user_id"),
        _number("proposed_by"),
        sa.Column("signed_at", MOMENT, nullable=False),
        _check(table, "signed_by_another", "user_id <> proposed_by"),
        _to(table, "policy_number proposed_by", "policy_version.number policy_version.proposed_by"),
        _to(table, "user_id", "user_account.id"),
        sa.PrimaryKeyConstraint("policy_number", "user_id", name=op.f("pk_policy_signature")),
    )


def _outcomes() -> None:
    table, signed = "policy_outcome", "policy_signature.policy_number policy_signature.user_id"
    op.create_table(
        table,
        _key("policy_number"),
        _number("replaces"),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        _number("first_by", nullable=True),
        _number("second_by", nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False),
        _number("decided_by"),
        _check(table, "signed_by_two", BY_TWO),
        _to(table, "policy_number replaces", "policy_version.number policy_version.replaces"),
        _to(table, "policy_number first_by", signed),
        _to(table, "policy_number second_by", signed),
        _to(table, "decided_by", "user_account.id"),
        sa.PrimaryKeyConstraint("policy_number", name=op.f("pk_policy_outcome")),
    )
    op.create_index("uq_policy_outcome_replaces", table, ["replaces"], unique=True, postgresql_where=sa.text("in_force"))


def _answers() -> None:
    table = "policy_answer"
    op.create_table(
        table,
        _key("request_id"),
        _number("policy_number"),
        _number("worker_id"),
        sa.Column("why_not", sa.String(), nullable=True),
        sa.Column("fund_code", sa.String(), nullable=True),
        _number("agreed_pence"),
        _number("draw", nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _check(table, "agreed_or_why_not", "(why_not IS NULL) = (fund_code IS NOT NULL AND draw IS NOT NULL)"),
        _check(table, "pence_as_answered", "agreed_pence >= 0 AND (agreed_pence > 0) = (why_not IS NULL)"),
        _to(table, "request_id", "grant_request.id"),
        _to(table, "policy_number", "policy_version.number"),
        _to(table, "worker_id", "user_account.id"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_policy_answer")),
    )
    op.create_index("ix_policy_answer_at", table, ["at"])


def _looks() -> None:
    table = "policy_look"
    op.create_table(
        table,
        _key("request_id"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _to(table, "request_id", "policy_answer.request_id"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_policy_look")),
    )
    op.create_index("ix_policy_look_due_on", table, ["due_on"])
    table = "policy_look_answer"
    op.create_table(
        table,
        _key("request_id"),
        sa.Column("is_fine", sa.Boolean(), nullable=False),
        _number("looked_by"),
        sa.Column("looked_at", MOMENT, nullable=False),
        _to(table, "request_id", "policy_look.request_id"),
        _to(table, "looked_by", "user_account.id"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_policy_look_answer")),
    )


def _flags() -> None:
    table = "request_flag"
    op.create_table(
        table,
        _key("request_id"),
        sa.Column("code", sa.String(), nullable=False),
        _number("over_pence"),
        _to(table, "request_id", "grant_request.id"),
        sa.PrimaryKeyConstraint("request_id", "code", name=op.f("pk_request_flag")),
    )


def _overrides() -> None:
    table = "cap_override"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _number("request_id"),
        _number("given_by"),
        sa.Column("given_at", MOMENT, nullable=False),
        _number("over_pence"),
        _check(table, "over_something", "over_pence > 0"),
        _to(table, "request_id", "grant_request.id"),
        _to(table, "given_by", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_override")),
    )
    op.create_index("ix_cap_override_request_id", table, ["request_id"])

"""Community groups, what they offer, the catalogue's history, and help that could not be given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ID = sa.Identity(always=True)
MOMENT = sa.DateTime(timezone=True)
REFUSE = """
CREATE FUNCTION catalogue_version_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'versions of the catalogue are only added: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
REASONS = (
    "'no_money', 'over_cap', 'had_before', 'too_dear', 'not_for_this', 'somebody_else', 'too_late', 'too_little_known', 'no_longer_needed',"
    " 'panel', 'other'"
)
# What stood before versions were kept is the first version of each kind.
FIRST = """
INSERT INTO catalogue_version (item_id, number, name, guide_low_pence, guide_high_pence, help_text, asks_what, cap_pence, is_sensitive,
    needs_delivery, for_groups, active, changed_at, why)
SELECT id, 1, name, guide_low_pence, guide_high_pence, help_text, asks_what, cap_pence, is_sensitive, needs_delivery, for_groups, active,
    now(), ''
FROM catalogue_item ORDER BY id
"""


def upgrade() -> None:
    """Make this room's changes."""
    _catalogue()
    _demand()
    _groups()
    _recipients()
    _offers()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _to(there: str, table: str, column: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(column, sa.BigInteger(), sa.ForeignKey(there, name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def _catalogue() -> None:
    op.add_column("catalogue_item", sa.Column("cap_pence", sa.BigInteger(), nullable=True))
    for name in ("is_sensitive", "needs_delivery", "for_groups"):
        op.add_column("catalogue_item", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_check_constraint(op.f("ck_catalogue_item_cap_above_nothing"), "catalogue_item", "cap_pence > 0")
    table = "catalogue_version"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), ID, nullable=False),
        _to("catalogue_item.id", table, "item_id"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("guide_low_pence", "guide_high_pence")),
        sa.Column("help_text", sa.String(), nullable=False),
        sa.Column("asks_what", sa.Boolean(), nullable=False),
        sa.Column("cap_pence", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_sensitive", "needs_delivery", "for_groups", "active")),
        _to("user_account.id", table, "changed_by", nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_catalogue_version_number_counts")),
        sa.CheckConstraint("char_length(why) <= 400", name=op.f("ck_catalogue_version_why_short")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_catalogue_version_item_id_number")),
    )
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER catalogue_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_version"
        " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_version_refuse()"
    )
    op.execute(FIRST)


def _demand() -> None:
    op.create_table(
        "request_decline",
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_request_decline_reason_known")),
        sa.ForeignKeyConstraint(["request_id"], ["grant_request.id"], name=op.f("fk_request_decline_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_decline")),
    )
    table = "unmet_need"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), ID, nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        _to("catalogue_item.id", table, "item_id", nullable=True),
        sa.Column("need", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("person_group", "locality")),
        _to("user_account.id", table, "noted_by"),
        _to("team.id", table, "team_id"),
        _to("organisation.id", table, "organisation_id"),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.CheckConstraint("num_nonnulls(item_id, need) = 1", name=op.f("ck_unmet_need_one_need")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmet_need")),
        sa.UniqueConstraint("form_key", name=op.f("uq_unmet_need_form_key")),
    )
    op.create_index("ix_unmet_need_noted_at", table, ["noted_at"])
    op.create_index("ix_unmet_need_team_id_id", table, ["team_id", "id"])


def _groups() -> None:
    table = "community_group"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "about")),
        sa.Column("paid_to", sa.LargeBinary(), nullable=False),
        _to("organisation.id", table, "organisation_id"),
        _to("team.id", table, "team_id"),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("contact_name", "contact_email")),
        sa.Column("link_version", sa.BigInteger(), nullable=False),
        _to("user_account.id", table, "added_by"),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 80", name=op.f("ck_community_group_name_length")),
        sa.CheckConstraint("char_length(about) BETWEEN 1 AND 400", name=op.f("ck_community_group_about_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_group")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_community_group_organisation_id_name")),
    )
    op.create_index(op.f("ix_community_group_team_id"), table, ["team_id"])


def _recipients() -> None:
    table = "grant_request"
    op.add_column(table, _to("community_group.id", table, "group_id", nullable=True))
    op.add_column(table, sa.Column("helps_many", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_grant_request_group_id"), table, ["group_id"])
    name = op.f("ck_grant_request_sent_whole")
    op.drop_constraint(name, table)
    op.create_check_constraint(
        name,
        table,
        "status IN ('draft', 'withdrawn') OR (num_nonnulls(person_id, group_id) = 1 AND consent_at IS NOT NULL AND sent_at IS NOT NULL"
        " AND asked_pence > 0)",
    )
    op.create_check_constraint(
        op.f("ck_grant_request_one_recipient"),
        table,
        "num_nonnulls(person_id, group_id) <= 1 AND num_nonnulls(group_id, helps_many) <> 1"
        " AND coalesce(helps_many, 1) BETWEEN 1 AND 10000",
    )


def _offers() -> None:
    table = "support_offer"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), ID, nullable=False),
        sa.Column("form_key", sa.String(), nullable=False),
        _to("community_group.id", table, "group_id"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "what", "for_whom", "times", "reach")),
        _to("user_account.id", table, "listed_by"),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("listed_at", "confirmed_at")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("asked_at", "told_stale_at", "ended_at", "hidden_at")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 80", name=op.f("ck_support_offer_name_length")),
        sa.CheckConstraint("char_length(what) BETWEEN 1 AND 400", name=op.f("ck_support_offer_what_length")),
        sa.CheckConstraint("char_length(reach) BETWEEN 1 AND 200", name=op.f("ck_support_offer_reach_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_offer")),
        sa.UniqueConstraint("form_key", name=op.f("uq_support_offer_form_key")),
    )
    op.create_index("ix_support_offer_group_id_id", table, ["group_id", "id"])
    op.create_index("ix_support_offer_confirmed_at", table, ["confirmed_at"])

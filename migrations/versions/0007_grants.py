"""The catalogue, persons by code, grant requests and their events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.Identity(always=True)
MOMENT = sa.DateTime(timezone=True)
STATUSES = "'draft', 'waiting', 'question', 'agreed', 'being_paid', 'paid', 'in_hands', 'closed', 'declined', 'withdrawn'"


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), ID, primary_key=True)


def upgrade() -> None:
    """Make this room's tables."""
    _catalogue()
    _persons()
    _requests()
    _around_requests()


def _catalogue() -> None:
    op.create_table(
        "catalogue_item",
        _id(),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_code", sa.String(), nullable=False),
        sa.Column("guide_low_pence", sa.BigInteger(), nullable=False),
        sa.Column("guide_high_pence", sa.BigInteger(), nullable=False),
        sa.Column("help_text", sa.String(), nullable=False),
        sa.Column("asks_what", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9-]{1,23}$'", name=op.f("ck_catalogue_item_code_plain")),
        sa.CheckConstraint("0 < guide_low_pence AND guide_low_pence <= guide_high_pence", name=op.f("ck_catalogue_item_guide_in_order")),
        sa.UniqueConstraint("code", name=op.f("uq_catalogue_item_code")),
        sa.UniqueConstraint("account_code", name=op.f("uq_catalogue_item_account_code")),
    )


def _persons() -> None:
    op.create_table(
        "person",
        _id(),
        sa.Column("code", sa.String(), nullable=False),
        _to("team.id", "person", "team_id"),
        _to("organisation.id", "person", "organisation_id"),
        _to("user_account.id", "person", "issued_by"),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
    )
    op.create_index(op.f("ix_person_team_id"), "person", ["team_id"])


def _requests() -> None:
    table = "grant_request"
    op.create_table(
        table,
        _id(),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        _to("catalogue_item.id", table, "item_id"),
        _to("person.id", table, "person_id", nullable=True),
        _to("user_account.id", table, "asked_by"),
        _to("team.id", table, "team_id"),
        _to("organisation.id", table, "organisation_id"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("detail_words", "goal_words", "unblocks_words")),
        sa.Column("price_pence", sa.BigInteger(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("consent_at", MOMENT, nullable=True),
        sa.Column("consent_how", sa.String(), nullable=False),
        sa.Column("typed", JSONB(), nullable=False),
        sa.Column("asked_pence", sa.BigInteger(), nullable=True),
        sa.Column("agreed_pence", sa.BigInteger(), nullable=True),
        sa.Column("released_pence", sa.BigInteger(), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("started_at", "saved_at")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("sent_at", "decided_at", "agreed_at", "paid_at", "in_hands_at", "ended_at")),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_grant_request_status_known")),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR (person_id IS NOT NULL AND consent_at IS NOT NULL AND sent_at IS NOT NULL"
            " AND price_pence > 0 AND asked_pence = price_pence)",
            name=op.f("ck_grant_request_sent_whole"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('agreed', 'being_paid', 'paid', 'in_hands', 'closed') OR"
            " (agreed_pence > 0 AND agreed_pence <= asked_pence AND fund_code IS NOT NULL AND agreed_at IS NOT NULL)",
            name=op.f("ck_grant_request_agreed_whole"),
        ),
        sa.CheckConstraint("released_pence BETWEEN 0 AND coalesce(agreed_pence, 0)", name=op.f("ck_grant_request_released_within")),
        sa.UniqueConstraint("form_key", name=op.f("uq_grant_request_form_key")),
    )
    op.create_index(op.f("ix_grant_request_asked_by"), table, ["asked_by"])
    op.create_index(op.f("ix_grant_request_decided_at"), table, ["decided_at"])
    op.create_index("ix_grant_request_team_id_id", table, ["team_id", "id"])
    op.create_index("ix_grant_request_status_sent_at_id", table, ["status", "sent_at", "id"])
    op.create_index("ix_grant_request_person_id_agreed_at", table, ["person_id", "agreed_at"])


def _around_requests() -> None:
    op.create_table(
        "request_event",
        _id(),
        _to("grant_request.id", "request_event", "request_id"),
        _to("user_account.id", "request_event", "user_id"),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("action", "from_status", "to_status")),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_request_event_request_id_id", "request_event", ["request_id", "id"])
    op.create_table(
        "conflict",
        _id(),
        _to("grant_request.id", "conflict", "request_id"),
        _to("user_account.id", "conflict", "user_id"),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.UniqueConstraint("request_id", "user_id", name=op.f("uq_conflict_request_id_user_id")),
    )
    op.create_index(op.f("ix_conflict_user_id"), "conflict", ["user_id"])
    op.create_table(
        "evidence",
        _id(),
        _to("grant_request.id", "evidence", "request_id"),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _to("user_account.id", "evidence", "added_by"),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name=op.f("ck_evidence_media_type_known")),
        sa.CheckConstraint("octet_length(content) BETWEEN 1 AND 10485760", name=op.f("ck_evidence_size_within")),
    )
    op.create_index(op.f("ix_evidence_request_id"), "evidence", ["request_id"])
    op.create_table(
        "outcome",
        _id(),
        _to("grant_request.id", "outcome", "request_id"),
        sa.Column("kind", sa.String(), nullable=False),
        _to("user_account.id", "outcome", "told_by"),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.UniqueConstraint("request_id", name=op.f("uq_outcome_request_id")),
    )


def _to(target: str, table: str, column: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(column, sa.BigInteger(), sa.ForeignKey(target, name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

"""Paper slips, what the person says with them, and whether two codes may be one person."""

import sqlalchemy as sa
from alembic import op

from fundapp.core.sealed import SealedBytes, SealedText

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WHY_VOID = "'reissued', 'lost', 'seen', 'unwanted', 'holder'"


def upgrade() -> None:
    """Make the tables, and let a request be paused. Nobody has a slip yet, nothing is paused, nobody was compared."""
    op.add_column("grant_request", sa.Column("paused_at", MOMENT, nullable=True))
    _slip()
    _question()
    _story()
    _key_and_mark()
    _try()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _leads(table: str, column: str, to: str, **how: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"), **how)


def _slip() -> None:
    op.create_table(
        "person_slip",
        _key(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("void_at", MOMENT, nullable=True),
        sa.Column("voided_by", sa.BigInteger(), nullable=True),
        sa.Column("why_void", sa.String(), nullable=True),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_person_slip_hash_whole")),
        sa.CheckConstraint(f"why_void IN ({WHY_VOID})", name=op.f("ck_person_slip_why_void_known")),
        sa.CheckConstraint("(void_at IS NULL) = (why_void IS NULL)", name=op.f("ck_person_slip_void_whole")),
        _leads("person_slip", "person_id", "person.id"),
        _leads("person_slip", "issued_by", "user_account.id"),
        _leads("person_slip", "voided_by", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_slip")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_person_slip_code_hash")),
    )
    op.create_index("ix_person_slip_person_id", "person_slip", ["person_id"])
    op.create_index("uq_person_slip_standing", "person_slip", ["person_id"], unique=True, postgresql_where=sa.text("void_at IS NULL"))


def _question() -> None:
    op.create_table(
        "slip_question",
        _key(),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("words", SealedText("slip_question.words"), nullable=False),
        sa.Column("answer", SealedText("slip_question.answer"), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.CheckConstraint("answered_at IS NULL OR answered_at >= asked_at", name=op.f("ck_slip_question_answered_after")),
        _leads("slip_question", "request_id", "grant_request.id"),
        _leads("slip_question", "asked_by", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_question")),
    )
    op.create_index("ix_slip_question_request_id_id", "slip_question", ["request_id", "id"])
    op.create_index("uq_slip_question_open", "slip_question", ["request_id"], unique=True, postgresql_where=sa.text("answered_at IS NULL"))


def _story() -> None:
    op.create_table(
        "story_stop",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=False),
        _leads("story_stop", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_story_stop")),
    )


def _key_and_mark() -> None:
    op.create_table(
        "matching_key",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", SealedBytes("matching_key.secret"), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_matching_key_year_within")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_matching_key")),
    )
    op.create_table(
        "person_mark",
        _key(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.CheckConstraint("octet_length(mark) = 32", name=op.f("ck_person_mark_mark_whole")),
        _leads("person_mark", "person_id", "person.id"),
        _leads("person_mark", "year", "matching_key.year", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_mark")),
        sa.UniqueConstraint("person_id", "year", name=op.f("uq_person_mark_person_id_year")),
    )
    op.create_index("ix_person_mark_year_mark", "person_mark", ["year", "mark"])


def _try() -> None:
    op.create_table(
        "match_try",
        _key(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("consent_how", SealedText("match_try.consent_how"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("over_cap", sa.Boolean(), nullable=False),
        _leads("match_try", "user_id", "user_account.id"),
        _leads("match_try", "person_id", "person.id"),
        _leads("match_try", "request_id", "grant_request.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_try")),
    )
    op.create_index("ix_match_try_person_id", "match_try", ["person_id"])
    op.create_index("ix_match_try_request_id", "match_try", ["request_id"])
    op.create_index("ix_match_try_user_id_at", "match_try", ["user_id", "at"])
    op.create_index("ix_match_try_at_id", "match_try", ["at", "id"])

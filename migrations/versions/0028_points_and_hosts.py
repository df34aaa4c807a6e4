"""Points that defend themselves, and their hosts."""

import sqlalchemy as sa
from alembic import op

from fundapp.core.sealed import SealedText

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TROUBLES = "'elsewhere', 'covered', 'other_place', 'asked_more', 'damaged', 'else'"
OUTCOMES = "'in_order', 'put_right', 'replaced', 'closed', 'not_ours', 'not_found'"
WISHES = "'another', 'replace', 'end'"
ANSWERS = "'done', 'declined'"


def upgrade() -> None:
    """Make the tables. Each place so far is a host's only one."""
    _host()
    _agreement()
    _point_of_host()
    _watch()
    _asked()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _host() -> None:
    op.create_table(
        "host",
        _key(),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("link_version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("link_version > 0", name=op.f("ck_host_link_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host")),
    )


def _agreement() -> None:
    op.create_table(
        "agreement_text",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_agreement_text")),
    )
    op.create_table(
        "host_agreement",
        _key(),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("text_version", sa.BigInteger(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", SealedText("host_agreement.signed_by"), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_host_agreement_host_id")),
        sa.ForeignKeyConstraint(["text_version"], ["agreement_text.version"], name=op.f("fk_host_agreement_text_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_agreement")),
    )
    op.create_index("ix_host_agreement_host_id_id", "host_agreement", ["host_id", "id"])


def _point_of_host() -> None:
    op.add_column("collection_point", sa.Column("host_id", sa.BigInteger(), nullable=True))
    op.add_column("collection_point", sa.Column("replaced_by_id", sa.BigInteger(), nullable=True))
    # A host's number is its first place's.
    op.execute("INSERT INTO host (id, since) OVERRIDING SYSTEM VALUE SELECT id, opened_at FROM collection_point ORDER BY id")
    op.execute("SELECT setval(pg_get_serial_sequence('host', 'id'), max(id)) FROM host HAVING max(id) IS NOT NULL")
    op.execute("UPDATE collection_point SET host_id = id")
    op.alter_column("collection_point", "host_id", nullable=False)
    op.create_foreign_key(op.f("fk_collection_point_host_id"), "collection_point", "host", ["host_id"], ["id"])
    op.create_foreign_key(op.f("fk_collection_point_replaced_by_id"), "collection_point", "collection_point", ["replaced_by_id"], ["id"])
    op.create_unique_constraint(op.f("uq_collection_point_replaced_by_id"), "collection_point", ["replaced_by_id"])
    op.create_check_constraint(
        op.f("ck_collection_point_replaced_is_closed"), "collection_point", "replaced_by_id IS NULL OR closed_at IS NOT NULL"
    )
    op.create_check_constraint(op.f("ck_collection_point_replaced_by_another"), "collection_point", "replaced_by_id <> id")
    op.create_index("ix_collection_point_host_id", "collection_point", ["host_id"])


def _watch() -> None:
    op.create_table(
        "point_visit",
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("visits > 0", name=op.f("ck_point_visit_visits_positive")),
        sa.ForeignKeyConstraint(["point_id"], ["collection_point.id"], name=op.f("fk_point_visit_point_id")),
        sa.PrimaryKeyConstraint("point_id", "day", name=op.f("pk_point_visit")),
    )
    op.create_table(
        "point_report",
        _key(),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("words", SealedText("point_report.words"), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("done", SealedText("point_report.done"), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"trouble IN ({TROUBLES})", name=op.f("ck_point_report_trouble_known")),
        sa.CheckConstraint(f"outcome IN ('', {OUTCOMES})", name=op.f("ck_point_report_outcome_known")),
        sa.CheckConstraint("code ~ '^[0-9A-Z]{0,12}$'", name=op.f("ck_point_report_code_shape")),
        sa.CheckConstraint("(outcome = '') = (ended_at IS NULL)", name=op.f("ck_point_report_ended_with_outcome")),
        sa.ForeignKeyConstraint(["point_id"], ["collection_point.id"], name=op.f("fk_point_report_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_report")),
        sa.UniqueConstraint("form_key", name=op.f("uq_point_report_form_key")),
    )
    op.create_index("ix_point_report_ended_at_id", "point_report", ["ended_at", "id"])
    op.create_index("ix_point_report_point_id_id", "point_report", ["point_id", "id"])


def _asked() -> None:
    op.create_table(
        "host_offer",
        _key(),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("business", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("contact_name", SealedText("host_offer.contact_name"), nullable=False),
        sa.Column("contact_details", SealedText("host_offer.contact_details"), nullable=False),
        sa.Column("text_version", sa.BigInteger(), nullable=False),
        *_ending(),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        *_ended("host_offer"),
        sa.ForeignKeyConstraint(["text_version"], ["agreement_text.version"], name=op.f("fk_host_offer_text_version")),
    )
    op.create_index("ix_host_offer_ended_at_id", "host_offer", ["ended_at", "id"])
    op.create_table(
        "host_wish",
        _key(),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        sa.Column("words", SealedText("host_wish.words"), nullable=False),
        *_ending(),
        *_ended("host_wish"),
        sa.CheckConstraint(f"wish IN ({WISHES})", name=op.f("ck_host_wish_wish_known")),
        sa.CheckConstraint("(wish = 'another') = (point_id IS NULL)", name=op.f("ck_host_wish_about_a_poster")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_host_wish_host_id")),
    )
    op.create_index("ix_host_wish_ended_at_id", "host_wish", ["ended_at", "id"])
    op.create_index("ix_host_wish_host_id_id", "host_wish", ["host_id", "id"])


def _ending() -> list[sa.Column[object]]:
    return [
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
    ]


def _ended(table: str) -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(f"answer IN ('', {ANSWERS})", name=op.f(f"ck_{table}_answer_known")),
        sa.CheckConstraint("(answer = '') = (ended_at IS NULL)", name=op.f(f"ck_{table}_ended_with_answer")),
        sa.ForeignKeyConstraint(["point_id"], ["collection_point.id"], name=op.f(f"fk_{table}_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("form_key", name=op.f(f"uq_{table}_form_key")),
    ]

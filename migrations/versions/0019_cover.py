"""Who stands in for whom, who is on call, the access reviews, the operating procedures, and requests handed to a colleague."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What is never changed: the text that people accepted, and that they did.
REFUSE = """
CREATE FUNCTION procedures_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'operating procedures are never changed, only published anew: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
# A review is worked on until it is finished, finished only whole, and then never changed. Both rules read the review under its lock,
# so that no line is decided while somebody else finishes.
REVIEW = """
CREATE FUNCTION access_review_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.finished_at IS NOT NULL THEN
        RAISE EXCEPTION 'a finished review is never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.finished_at IS NOT NULL AND EXISTS (SELECT FROM access_review_line WHERE review_id = NEW.id AND decision IS NULL) THEN
        RAISE EXCEPTION 'a review is finished when each account is decided on' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
REVIEW_LINE = """
CREATE FUNCTION access_review_line_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    ended timestamptz;
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'no account is taken out of a review' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT finished_at INTO ended FROM access_review WHERE id = NEW.review_id FOR UPDATE;
    IF ended IS NOT NULL THEN
        RAISE EXCEPTION 'a finished review is never changed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.review_id, OLD.user_id, OLD.roles) IS DISTINCT FROM (NEW.review_id, NEW.user_id, NEW.roles) THEN
        RAISE EXCEPTION 'a review keeps the account as it found it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
# The bank holidays of England and Wales as the government published them. An administrator keeps the list from here on.
CLOSED = {
    "2026-01-01": "New Year’s Day",
    "2026-04-03": "Good Friday",
    "2026-04-06": "Easter Monday",
    "2026-05-04": "Early May bank holiday",
    "2026-05-25": "Spring bank holiday",
    "2026-08-31": "Summer bank holiday",
    "2026-12-25": "Christmas Day",
    "2026-12-28": "Boxing Day (substitute day)",
    "2027-01-01": "New Year’s Day",
    "2027-03-26": "Good Friday",
    "2027-03-29": "Easter Monday",
    "2027-05-03": "Early May bank holiday",
    "2027-05-31": "Spring bank holiday",
    "2027-08-30": "Summer bank holiday",
    "2027-12-27": "Christmas Day (substitute day)",
    "2027-12-28": "Boxing Day (substitute day)",
    "2028-01-03": "New Year’s Day (substitute day)",
    "2028-04-14": "Good Friday",
    "2028-04-17": "Easter Monday",
    "2028-05-01": "Early May bank holiday",
    "2028-05-29": "Spring bank holiday",
    "2028-08-28": "Summer bank holiday",
    "2028-12-25": "Christmas Day",
    "2028-12-26": "Boxing Day",
}


def upgrade() -> None:
    """Make these tables, and what guards them."""
    _cover()
    _absence()
    _reviews()
    _procedures()
    op.create_table(
        "request_handover",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("from_user_id", sa.BigInteger(), nullable=False),
        sa.Column("to_user_id", sa.BigInteger(), nullable=False),
        _moment("at"),
        _somebody("request_handover", "from_user_id"),
        _somebody("request_handover", "to_user_id"),
        sa.ForeignKeyConstraint(["request_id"], ["grant_request.id"], name=op.f("fk_request_handover_request_id")),
        sa.CheckConstraint("from_user_id <> to_user_id", name=op.f("ck_request_handover_somebody_else")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_handover")),
    )
    op.create_index("ix_request_handover_request_id_from_user_id", "request_handover", ["request_id", "from_user_id"])


def _cover() -> None:
    op.create_table(
        "office_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        _moment("made_at"),
        _somebody("office_hours", "made_by"),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_office_hours_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_hours")),
    )
    closed = op.create_table(
        "closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_day")),
    )
    op.bulk_insert(closed, [{"day": date.fromisoformat(day), "name": name} for day, name in CLOSED.items()])
    op.create_table(
        "on_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        _moment("made_at"),
        _moment("withdrawn_at", nullable=True),
        _somebody("on_call", "user_id"),
        _somebody("on_call", "made_by"),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_on_call_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call")),
    )
    op.create_index("ix_on_call_ends_at", "on_call", ["ends_at"])


def _absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        _moment("made_at"),
        _moment("ended_at", nullable=True),
        _somebody("absence", "user_id"),
        _somebody("absence", "deputy_id"),
        _somebody("absence", "made_by"),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_absence_in_order")),
        sa.CheckConstraint("deputy_id <> user_id", name=op.f("ck_absence_somebody_else")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_ends_on", "absence", ["ends_on"])
    op.create_table(
        "mail_refusal",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        _somebody("mail_refusal", "user_id"),
        sa.PrimaryKeyConstraint("user_id", "refused_on", name=op.f("pk_mail_refusal")),
    )


def _reviews() -> None:
    op.create_table(
        "access_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("begun_by", sa.BigInteger(), nullable=False),
        _moment("begun_at"),
        sa.Column("finished_by", sa.BigInteger(), nullable=True),
        _moment("finished_at", nullable=True),
        _somebody("access_review", "begun_by"),
        _somebody("access_review", "finished_by"),
        sa.CheckConstraint("(finished_at IS NULL) = (finished_by IS NULL)", name=op.f("ck_access_review_finished_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review")),
        sa.UniqueConstraint("quarter_on", name=op.f("uq_access_review_quarter_on")),
    )
    op.create_table(
        "access_review_line",
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        _moment("last_signed_in_at", nullable=True),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _moment("decided_at", nullable=True),
        sa.Column("audit_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["access_review.id"], name=op.f("fk_access_review_line_review_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_access_review_line_team_id")),
        _somebody("access_review_line", "user_id"),
        _somebody("access_review_line", "decided_by"),
        sa.CheckConstraint("decision IN ('keep', 'change', 'end')", name=op.f("ck_access_review_line_decision")),
        sa.CheckConstraint(
            "num_nulls(decision, decided_by, decided_at, audit_id) IN (0, 4)", name=op.f("ck_access_review_line_decided_whole")
        ),
        sa.CheckConstraint("decided_by <> user_id", name=op.f("ck_access_review_line_somebody_else")),
        sa.PrimaryKeyConstraint("review_id", "user_id", name=op.f("pk_access_review_line")),
    )
    for table, function in (("access_review", REVIEW), ("access_review_line", REVIEW_LINE)):
        op.execute(function)
        written = "UPDATE OR DELETE" if table == "access_review" else "INSERT OR UPDATE OR DELETE"
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE {written} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()")
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_guard()")


def _procedures() -> None:
    op.create_table(
        "procedure_version",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("published_by", sa.BigInteger(), nullable=False),
        _moment("published_at"),
        _somebody("procedure_version", "published_by"),
        sa.CheckConstraint("number > 0", name=op.f("ck_procedure_version_number")),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 100000", name=op.f("ck_procedure_version_body")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_procedure_version")),
    )
    op.create_table(
        "procedure_acceptance",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _moment("accepted_at"),
        _somebody("procedure_acceptance", "user_id"),
        sa.ForeignKeyConstraint(["number"], ["procedure_version.number"], name=op.f("fk_procedure_acceptance_number")),
        sa.PrimaryKeyConstraint("user_id", "number", name=op.f("pk_procedure_acceptance")),
    )
    op.execute(REFUSE)
    for table in ("procedure_version", "procedure_acceptance"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION procedures_refuse()"
        )


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _somebody(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

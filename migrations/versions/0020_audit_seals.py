"""The audit trail's salted hashes and sealed days; retention, rights, complaints, documents and their adoption."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa
from alembic import context, op

from fundapp.core.sealed import SealedText
from fundapp.core.vault import Vault

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# What was kept for how long when these rules came: from the last act, or from the end of what it belongs to.
FIRST_RULES = {
    "draft": 90,
    "declined": 365,
    "identity": 1096,
    "money": 2557,
    "donor": 2557,
    "account": 1096,
    "access": 90,
    "rights": 2192,
    "contact": 365,
}
# Whoever writes an event shares the lock of its day; whoever seals that day has it alone, so all who wrote have ended by then.
OPEN_DAY = """
CREATE FUNCTION audit_event_open_day() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE told_day date := (NEW.at AT TIME ZONE 'Europe/London')::date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4201, told_day - DATE '2000-01-01');
    IF EXISTS (SELECT FROM audit_seal WHERE audit_seal.day = told_day) THEN
        RAISE EXCEPTION 'the audit trail of % is sealed', told_day USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""


KEEP_SENT = """
CREATE FUNCTION grant_request_keep_sent() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.status <> 'draft' THEN
        RAISE EXCEPTION 'a request that was sent is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$
"""


def upgrade() -> None:
    """The trail first, then the room's tables."""
    _salts()
    _seals()
    _retention()
    _requests()
    _complaints()
    _adoptions()


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _salts() -> None:
    op.add_column(
        "audit_event", sa.Column("salt", sa.LargeBinary(), nullable=False, server_default=sa.text("uuid_send(gen_random_uuid())"))
    )
    op.add_column("audit_event", sa.Column("words_hash", sa.LargeBinary(), nullable=True))
    op.alter_column("audit_event", "salt", server_default=None)
    op.add_column("audit_words", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only")
    connection = op.get_bind()
    for event_id, sealed in connection.execute(sa.text("SELECT event_id, words FROM audit_words ORDER BY event_id")).all():
        salt = secrets.token_bytes(16)
        said = _vault().open("audit_words.words", bytes(sealed))
        values = {"id": event_id, "salt": salt, "hash": hashlib.sha256(b"fundapp/audit/words/" + salt + said).digest()}
        connection.execute(sa.text("UPDATE audit_words SET salt = :salt WHERE event_id = :id"), values)
        connection.execute(sa.text("UPDATE audit_event SET words_hash = :hash WHERE id = :id"), values)
    op.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_append_only")
    op.alter_column("audit_words", "salt", nullable=False)
    op.create_check_constraint(op.f("ck_audit_event_salt_length"), "audit_event", "octet_length(salt) = 16")
    op.create_check_constraint(op.f("ck_audit_event_words_hash_length"), "audit_event", "octet_length(words_hash) = 32")
    op.create_index("ix_audit_event_at_id", "audit_event", ["at", "id"])


def _vault() -> Vault:
    vault = context.config.attributes.get("vault")
    if not isinstance(vault, Vault):
        raise LookupError("There are words to be hashed, and no key to read them with.")
    return vault


def _seals() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.CheckConstraint("events >= 0", name=op.f("ck_audit_seal_events")),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_audit_seal_root_length")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_seal")),
    )
    op.execute(OPEN_DAY)
    op.execute("CREATE TRIGGER audit_event_open_day BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_open_day()")
    op.execute(
        "CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()"
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=op.f(f"fk_{table}_{column}"))


def _retention() -> None:
    table = "retention_rule"
    known = ", ".join(f"'{rule}'" for rule in FIRST_RULES)
    rules = op.create_table(
        table,
        _id(),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"rule IN ({known})", name=op.f(f"ck_{table}_rule_known")),
        sa.CheckConstraint("days BETWEEN 1 AND 9999", name=op.f(f"ck_{table}_days_within")),
        sa.CheckConstraint("rule <> 'money' OR days >= 2557", name=op.f(f"ck_{table}_money_as_long_as_law_says")),
        _user(table, "by"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_retention_rule_rule_id", table, ["rule", "id"])
    for rule, days in FIRST_RULES.items():
        op.execute(sa.insert(rules).values(rule=rule, days=days, since=sa.func.now()))
    op.create_table(
        "retention_run",
        _id(),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index("ix_retention_run_rule_id", "retention_run", ["rule", "id"])
    op.create_table(
        "forgotten",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("rule", "subject", name=op.f("pk_forgotten")),
    )
    # Drafts may be deleted since. What was ever sent stays, for ever, without its words.
    op.execute(KEEP_SENT)
    op.execute(
        "CREATE TRIGGER grant_request_keep_sent BEFORE DELETE ON grant_request FOR EACH ROW EXECUTE FUNCTION grant_request_keep_sent()"
    )


def _requests() -> None:
    table = "data_request"
    op.create_table(
        table,
        _id(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("words", SealedText("data_request.words"), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", SealedText("data_request.answer"), nullable=False),
        sa.CheckConstraint("kind IN ('access', 'rectification', 'erasure')", name=op.f(f"ck_{table}_kind_known")),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name=op.f(f"ck_{table}_answer_whole")),
        _user(table, "entered_by"),
        _user(table, "answered_by"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_data_request_due_on_id", table, ["due_on", "id"])


def _complaints() -> None:
    table = "data_complaint"
    op.create_table(
        table,
        _id(),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("contact", SealedText("data_complaint.contact"), nullable=False),
        sa.Column("words", SealedText("data_complaint.words"), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("status IN ('received', 'acknowledged', 'answered')", name=op.f(f"ck_{table}_status_known")),
        sa.CheckConstraint("(status = 'answered') = (ended_at IS NOT NULL)", name=op.f(f"ck_{table}_end_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("form_key", name=op.f(f"uq_{table}_form_key")),
    )
    op.create_index("ix_data_complaint_status_id", table, ["status", "id"])
    steps = "data_complaint_step"
    op.create_table(
        steps,
        _id(),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("words", SealedText("data_complaint_step.words"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("what IN ('acknowledged', 'progress', 'answered')", name=op.f(f"ck_{steps}_what_known")),
        sa.ForeignKeyConstraint(["complaint_id"], ["data_complaint.id"], name=op.f(f"fk_{steps}_complaint_id")),
        _user(steps, "by"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{steps}")),
    )
    op.create_index("ix_data_complaint_step_complaint_id_id", steps, ["complaint_id", "id"])


def _adoptions() -> None:
    table = "document_adoption"
    op.create_table(
        table,
        _id(),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("adopted_at", MOMENT, nullable=False),
        sa.Column("adopted_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f(f"ck_{table}_hash_length")),
        _user(table, "adopted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_document_adoption_document_id", table, ["document", "id"])

"""The ledger: funds, accounts, entries, transfers, and the guards that keep them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from fundapp.ledger.models import TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CODE = "^[a-z][a-z0-9-]*$"
REFERENCE = "^[A-Za-z0-9][A-Za-z0-9:._/-]*$"
EMPTY = sa.text("'{}'::jsonb")

# Refused for everybody, the owner too. Tables are named with their schema: a temporary table cannot stand in for them.
REFUSE = """
CREATE FUNCTION ledger_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger keeps what was written: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$
"""

ACCOUNT_FROZEN = """
CREATE FUNCTION ledger_account_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.kind) IS DISTINCT FROM (OLD.id, OLD.code, OLD.kind) THEN
        RAISE EXCEPTION 'An account keeps its code and its kind.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$
"""

FUND_FROZEN = """
CREATE FUNCTION ledger_fund_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.name, NEW.restriction, NEW.purpose, NEW.starts_on, NEW.ends_on, NEW.grantor)
        IS DISTINCT FROM (OLD.id, OLD.code, OLD.name, OLD.restriction, OLD.purpose, OLD.starts_on, OLD.ends_on, OLD.grantor)
        OR NEW.version < OLD.version THEN
        RAISE EXCEPTION 'A fund keeps the terms it was opened with; only its gate moves, and only forwards.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$
"""

# At the end of the statement that writes an entry, it has as many transfers as it says.
ENTRY_COMPLETE = """
CREATE FUNCTION ledger_entry_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written
        WHERE written.transfers <> (SELECT count(*) FROM public.transfer WHERE transfer.entry_id = written.id)
    ) THEN
        RAISE EXCEPTION 'An entry is written together with exactly the transfers it declares.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$
"""

# A transfer belongs to an entry of this very transaction, which is thereby complete. Only the transaction's number closes the
# race in which a second connection adds to an entry that the first is just committing (xmin would change inside savepoints).
TRANSFER_BELONGS = """
CREATE FUNCTION ledger_transfer_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT entry_id FROM written) AS touched
        LEFT JOIN public.entry ON entry.id = touched.entry_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS legs, min(n) AS first, max(n) AS last FROM public.transfer WHERE transfer.entry_id = touched.entry_id
        ) AS found
        WHERE entry.id IS NULL OR entry.xid <> pg_current_xact_id()
            OR (found.legs, found.first, found.last) IS DISTINCT FROM (entry.transfers, 1, entry.transfers)
    ) THEN
        RAISE EXCEPTION 'Nothing is added to an entry after it was written.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()",
    "CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()",
    "CREATE TRIGGER account_stays BEFORE DELETE OR TRUNCATE ON account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()",
    "CREATE TRIGGER fund_stays BEFORE DELETE OR TRUNCATE ON fund FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()",
    "CREATE TRIGGER account_frozen BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION ledger_account_frozen()",
    "CREATE TRIGGER fund_frozen BEFORE UPDATE ON fund FOR EACH ROW EXECUTE FUNCTION ledger_fund_frozen()",
    "CREATE TRIGGER entry_complete AFTER INSERT ON entry REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_complete()",
    "CREATE TRIGGER transfer_belongs AFTER INSERT ON transfer REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfer_belongs()",
)


def upgrade() -> None:
    """Make this room's tables."""
    op.execute("CREATE SEQUENCE entry_number")
    _fund()
    _account()
    _entry()
    _transfer()
    for statement in (REFUSE, ACCOUNT_FROZEN, FUND_FROZEN, ENTRY_COMPLETE, TRANSFER_BELONGS, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _fund() -> None:
    op.create_table(
        "fund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("grantor", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_code")),
        sa.CheckConstraint(f"code ~ '{CODE}' AND length(code) <= 60", name=op.f("ck_fund_code")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_fund_name")),
        sa.CheckConstraint("restriction IN ('restricted', 'unrestricted', 'designated')", name=op.f("ck_fund_restriction")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_fund_dates")),
    )


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", name=op.f("uq_account_code")),
        sa.CheckConstraint(f"code ~ '{CODE}' AND length(code) <= 60", name=op.f("ck_account_code")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_account_name")),
        sa.CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense', 'fund')", name=op.f("ck_account_kind")),
    )


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("forced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("public_particulars", postgresql.JSONB(), server_default=EMPTY, nullable=False),
        sa.Column("private_particulars", postgresql.JSONB(), server_default=EMPTY, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_version", sa.SmallInteger(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("number", name=op.f("uq_entry_number")),
        sa.UniqueConstraint("event_key", name=op.f("uq_entry_event_key")),
        sa.ForeignKeyConstraint(["reverses"], ["entry.number"], name=op.f("fk_entry_reverses")),
        *_entry_checks(),
    )
    reversed_once = sa.text("reverses IS NOT NULL")
    op.create_index(op.f("uq_entry_reverses"), "entry", ["reverses"], unique=True, postgresql_where=reversed_once)
    op.create_index(op.f("ix_entry_subject"), "entry", ["subject"])


def _entry_checks() -> list[sa.CheckConstraint]:
    rules = {
        "event_key": f"event_key ~ '{REFERENCE}' AND length(event_key) <= 200",
        "actor": f"actor ~ '{REFERENCE}' AND length(actor) <= 120",
        "subject": f"subject ~ '{REFERENCE}' AND length(subject) <= 120",
        "reason": f"reason = '' OR (reason ~ '{REFERENCE}' AND length(reason) <= 120)",
        "note": f"note = '' OR (note ~ '{REFERENCE}' AND length(note) <= 120)",
        "kind": "kind ~ '^[a-z]+([.-][a-z]+)*$'",
        "number": "number > 0",
        "transfers": "transfers >= 0",
        "reversal_names_entry": "(kind = 'reversal') = (reverses IS NOT NULL)",
        "public_particulars": "jsonb_typeof(public_particulars) = 'object'",
        "private_particulars": "jsonb_typeof(private_particulars) = 'object'",
        "nonce": "octet_length(nonce) = 16",
        "leaf_hash": "octet_length(leaf_hash) = 32",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_entry_{name}")) for name, rule in rules.items()]


def _transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("debit_account", sa.Text(), nullable=False),
        sa.Column("credit_account", sa.Text(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "n", name=op.f("pk_transfer")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_transfer_entry_id")),
        sa.ForeignKeyConstraint(["debit_account"], ["account.code"], name=op.f("fk_transfer_debit_account")),
        sa.ForeignKeyConstraint(["credit_account"], ["account.code"], name=op.f("fk_transfer_credit_account")),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_transfer_fund")),
        sa.CheckConstraint("amount_pence BETWEEN 1 AND 9007199254740991", name=op.f("ck_transfer_amount_pence")),
        sa.CheckConstraint("debit_account <> credit_account", name=op.f("ck_transfer_two_accounts")),
    )
    op.create_index(op.f("ix_transfer_debit_account"), "transfer", ["debit_account", "entry_id"])
    op.create_index(op.f("ix_transfer_credit_account"), "transfer", ["credit_account", "entry_id"])

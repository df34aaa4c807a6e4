"""The sealed log: order, tiles, checkpoints; snapshots of balances; periods and their watermark."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# At the end of the statement that writes an entry: it has as many transfers as it says, it is not dated into days that are shut,
# and it stands in the queue to the sealer. As the owner, because nobody else may put anything into that queue. The watermark is
# a sequence: what it holds is seen at once, at every isolation level. Row by row, because a statement writes one entry: gathering
# its rows first costs more than the look itself.
ENTRY_COMPLETE = """
CREATE OR REPLACE FUNCTION ledger_entry_complete() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.transfers <> (SELECT count(*) FROM public.transfer WHERE transfer.entry_id = NEW.id) THEN
        RAISE EXCEPTION 'An entry is written together with exactly the transfers it declares.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    IF NEW.happened_on <= date '1970-01-01' + (SELECT last_value::int FROM public.shut_until) THEN
        RAISE EXCEPTION 'No entry is dated into days that are shut.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    INSERT INTO public.unsealed VALUES (NEW.id);
    RETURN NULL;
END $$
"""

# A transfer belongs to an entry of this very transaction and has one of the places that the entry declares: all of them were taken
# when the entry was written, so none is left for a later one. That the accounts and the fund exist is looked up here as well,
# instead of by foreign keys: those would lock the rows that every gift uses, and accounts and funds are never deleted and keep
# their codes, so that what exists now exists for ever.
TRANSFER_BELONGS = """
CREATE OR REPLACE FUNCTION ledger_transfer_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    belongs boolean;
    named boolean;
BEGIN
    SELECT xid = pg_current_xact_id() AND NEW.n BETWEEN 1 AND transfers,
        EXISTS (SELECT FROM public.account WHERE code = NEW.debit_account)
        AND EXISTS (SELECT FROM public.account WHERE code = NEW.credit_account)
        AND EXISTS (SELECT FROM public.fund WHERE code = NEW.fund)
    INTO belongs, named FROM public.entry WHERE id = NEW.entry_id;
    IF belongs IS NOT TRUE THEN
        RAISE EXCEPTION 'Nothing is added to an entry after it was written.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    IF NOT named THEN
        RAISE EXCEPTION 'A transfer names accounts and a fund that exist.'
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$
"""

LEAF_NEXT = """
CREATE FUNCTION ledger_leaf_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) <> max(seq) - min(seq) + 1 FROM written)
        OR (SELECT min(seq) FROM written)
            <> (SELECT coalesce(max(seq) + 1, 0) FROM public.log_leaf WHERE seq < (SELECT min(seq) FROM written))
        OR EXISTS (
            SELECT FROM written WHERE (SELECT leaf_hash FROM public.entry WHERE entry.id = written.entry_id) IS DISTINCT FROM written.hash
        )
    THEN
        RAISE EXCEPTION 'The log takes the next entries in order, each with its own hash.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$
"""

# Open, closing, sealed, and never back. Closing raises the watermark, as the owner: nobody else can.
PERIOD_FORWARD = """
CREATE FUNCTION ledger_period_forward() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    was text := CASE TG_OP WHEN 'INSERT' THEN 'none' ELSE OLD.state END;
BEGIN
    IF (was, NEW.state) NOT IN (('none', 'open'), ('open', 'closing'), ('closing', 'sealed'))
        OR (TG_OP = 'UPDATE' AND (NEW.id, NEW.starts_on, NEW.ends_on) IS DISTINCT FROM (OLD.id, OLD.starts_on, OLD.ends_on))
        OR (was = 'closing' AND (NEW.closed_by, NEW.closed_at) IS DISTINCT FROM (OLD.closed_by, OLD.closed_at))
    THEN
        RAISE EXCEPTION 'A period goes from open to closing to sealed, and keeps its days.'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    IF NEW.state = 'closing' THEN
        PERFORM setval('public.shut_until', greatest((SELECT last_value FROM public.shut_until), NEW.ends_on - date '1970-01-01'));
    END IF;
    RETURN NEW;
END $$
"""

KEPT = ("log_leaf", "log_tile", "checkpoint", "publication")
TRIGGERS = (
    "DROP TRIGGER entry_complete ON entry",
    "CREATE TRIGGER entry_complete AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_complete()",
    "DROP TRIGGER transfer_belongs ON transfer",
    "CREATE TRIGGER transfer_belongs AFTER INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION ledger_transfer_belongs()",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()"
        for table in KEPT
    ),
    "CREATE TRIGGER log_leaf_next AFTER INSERT ON log_leaf REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_leaf_next()",
    "CREATE TRIGGER period_stays BEFORE DELETE OR TRUNCATE ON period FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change()",
    "CREATE TRIGGER period_forward BEFORE INSERT OR UPDATE ON period FOR EACH ROW EXECUTE FUNCTION ledger_period_forward()",
)

# Queue and cache turn over many times their size: tidied by count, not by share.
TIDY = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000"


def upgrade() -> None:
    """Make the log's tables and guards, and put the entries that stand already into the sealer's queue."""
    op.execute("CREATE SEQUENCE shut_until MINVALUE 0 START 0")
    _log()
    _balances()
    _periods()
    for foreign_key in ("entry_id", "debit_account", "credit_account", "fund"):
        op.drop_constraint(f"fk_transfer_{foreign_key}", "transfer", type_="foreignkey")
    op.create_index(op.f("ix_entry_happened_on"), "entry", ["happened_on"])
    for statement in (ENTRY_COMPLETE, TRANSFER_BELONGS, LEAF_NEXT, PERIOD_FORWARD, *TRIGGERS):
        op.execute(statement)
    op.execute("INSERT INTO unsealed SELECT id FROM entry")


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _log() -> None:
    op.create_table(
        "unsealed",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_unsealed")),
    )
    op.create_table(
        "log_leaf",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_log_leaf_entry_id")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_log_leaf_seq")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_log_leaf_hash")),
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n", name=op.f("pk_log_tile")),
        sa.CheckConstraint("level BETWEEN 0 AND 63 AND n >= 0", name=op.f("ck_log_tile_place")),
        sa.CheckConstraint("octet_length(hashes) = 8192", name=op.f("ck_log_tile_hashes")),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_log_tile_root")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
        sa.CheckConstraint("size > 0", name=op.f("ck_checkpoint_size")),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_checkpoint_root")),
        sa.CheckConstraint("length(note) <= 100000", name=op.f("ck_checkpoint_note")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.ForeignKeyConstraint(["checkpoint_size"], ["checkpoint.size"], name=op.f("fk_publication_checkpoint_size")),
        sa.CheckConstraint("place <> ''", name=op.f("ck_publication_place")),
    )
    op.create_index(op.f("ix_publication_checkpoint_size"), "publication", ["checkpoint_size"])


def _balances() -> None:
    op.create_table(
        "balance_snapshot",
        sa.Column("log_size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("debits_pence", sa.BigInteger(), nullable=False),
        sa.Column("credits_pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_size", "account", "fund", name=op.f("pk_balance_snapshot")),
        sa.CheckConstraint("debits_pence >= 0 AND credits_pence >= 0", name=op.f("ck_balance_snapshot_sides")),
    )
    for table in ("unsealed", "balance_snapshot"):
        op.execute(f"ALTER TABLE {table} SET ({TIDY})")


def _periods() -> None:
    op.create_table(
        "period",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("ends_on", name=op.f("uq_period_ends_on")),
        sa.UniqueConstraint("entry_number", name=op.f("uq_period_entry_number")),
        sa.ForeignKeyConstraint(["entry_number"], ["entry.number"], name=op.f("fk_period_entry_number")),
        postgresql.ExcludeConstraint((sa.text("daterange(starts_on, ends_on, '[]')"), "&&"), name="ex_period_days"),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_period_dates")),
        sa.CheckConstraint("state IN ('open', 'closing', 'sealed')", name=op.f("ck_period_state")),
        sa.CheckConstraint("(state = 'open') = (closed_by IS NULL)", name=op.f("ck_period_closed_by_somebody")),
        sa.CheckConstraint("(state = 'sealed') = (entry_number IS NOT NULL)", name=op.f("ck_period_sealed_by_entry")),
    )

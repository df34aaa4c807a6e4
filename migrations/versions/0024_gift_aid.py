"""Gift Aid declarations, and what may be written to donors."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REFUSE = """
CREATE FUNCTION gift_aid_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'what a donor declared is never changed, only followed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""
# The sealed details are written again under another key, and emptied when their time is over. All else stays as it was declared.
KEEP = """
CREATE FUNCTION gift_aid_declaration_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF to_jsonb(OLD) - 'details' IS DISTINCT FROM to_jsonb(NEW) - 'details' THEN
        RAISE EXCEPTION 'a declaration is never changed, only followed by another' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
TABLES = ("gift_aid_donor", "gift_aid_gift", "gift_aid_declaration", "gift_aid_cancellation")


def upgrade() -> None:
    """Make the tables, and let the database keep what was declared."""
    _donors()
    _declarations()
    _letters()
    for statement in (REFUSE, KEEP):
        op.execute(statement)
    for table in TABLES:
        also = "" if table == "gift_aid_declaration" else "UPDATE OR "
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {also}DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION gift_aid_refuse()"
        )
    op.execute(
        "CREATE TRIGGER gift_aid_declaration_keep BEFORE UPDATE ON gift_aid_declaration"
        " FOR EACH ROW EXECUTE FUNCTION gift_aid_declaration_keep()"
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")


def _donors() -> None:
    op.create_table(
        "gift_aid_donor",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("language IN ('en', 'pl')", name=op.f("ck_gift_aid_donor_language_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_aid_donor")),
    )
    op.create_table(
        "gift_aid_gift",
        sa.Column("donation_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.CheckConstraint("how IN ('gift', 'number', 'finance')", name=op.f("ck_gift_aid_gift_how_known")),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_gift_aid_gift_donation_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["gift_aid_donor.id"], name=op.f("fk_gift_aid_gift_donor_id")),
        sa.PrimaryKeyConstraint("donation_id", name=op.f("pk_gift_aid_gift")),
    )
    op.create_index("ix_gift_aid_gift_donor_id_donation_id", "gift_aid_gift", ["donor_id", "donation_id"])


def _declarations() -> None:
    op.create_table(
        "gift_aid_declaration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("donor_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("donation_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("record_sent_on", sa.Date(), nullable=True),
        sa.Column("wording", sa.BigInteger(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("details_hash", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_gift_aid_declaration_{name}")) for name, rule in _RULES.items()),
        sa.ForeignKeyConstraint(["donor_id"], ["gift_aid_donor.id"], name=op.f("fk_gift_aid_declaration_donor_id")),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_gift_aid_declaration_donation_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["user_account.id"], name=op.f("fk_gift_aid_declaration_entered_by")),
        sa.UniqueConstraint("donor_id", "number", name=op.f("uq_gift_aid_declaration_donor_id_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_aid_declaration")),
    )
    op.create_index("ix_gift_aid_declaration_made_at_id", "gift_aid_declaration", ["made_at", "id"])
    op.create_table(
        "gift_aid_cancellation",
        sa.Column("declaration_id", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=False),
        sa.Column("from_the_start", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["gift_aid_declaration.id"], name=op.f("fk_gift_aid_cancellation_declaration_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["user_account.id"], name=op.f("fk_gift_aid_cancellation_entered_by")),
        sa.PrimaryKeyConstraint("declaration_id", name=op.f("pk_gift_aid_cancellation")),
    )


_RULES = {
    "number_positive": "number > 0",
    "scope_known": "scope IN ('gift', 'future', 'past_and_future')",
    "how_known": "how IN ('online', 'oral', 'paper')",
    "gift_named": "scope <> 'gift' OR donation_id IS NOT NULL",
    "end_known": "(scope = 'gift') = (until_on IS NOT NULL)",
    "end_after_beginning": "until_on IS NULL OR until_on >= from_on",
    "record_sent": "(how = 'oral') = (record_sent_on IS NOT NULL)",
    "record_after_words": "record_sent_on >= made_on",
    "entered_by_somebody": "(how = 'online') = (entered_by IS NULL)",
    "shown_whole": "length(shown) BETWEEN 100 AND 4000",
    "details_hash_length": "octet_length(details_hash) = 32",
}


def _letters() -> None:
    op.create_table(
        "letter_address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("takes_news", sa.Boolean(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("found_again_at", MOMENT, nullable=True),
        sa.CheckConstraint("octet_length(email) BETWEEN 36 AND 433", name=op.f("ck_letter_address_email_short")),
        sa.UniqueConstraint("email_index", name=op.f("uq_letter_address_email_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_address")),
    )
    op.create_table(
        "receipt_asked",
        sa.Column("donation_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["donation_id"], ["donation.id"], name=op.f("fk_receipt_asked_donation_id")),
        sa.ForeignKeyConstraint(["address_id"], ["letter_address.id"], name=op.f("fk_receipt_asked_address_id")),
        sa.PrimaryKeyConstraint("donation_id", name=op.f("pk_receipt_asked")),
    )
    op.create_index("ix_receipt_asked_address_id_donation_id", "receipt_asked", ["address_id", "donation_id"])
    op.create_table(
        "letter_asking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.CheckConstraint("octet_length(address) BETWEEN 34 AND 433", name=op.f("ck_letter_asking_address_short")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_asking")),
    )

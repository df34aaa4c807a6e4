"""Several things in one request, each with its kind, price and place; and what may be said around a request, in codes.

What a request asked for moves to its first thing as it lies, sealed: the columns keep their purposes, so no key is needed here.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MOVED = ("item_id", "detail_words", "price_pence", "supplier", "words_index")

CARRY_OVER = """
INSERT INTO request_thing (request_id, position, item_id, detail_words, price_pence, supplier, typed, agreed_pence, words_index)
SELECT id, 1, item_id, detail_words, price_pence, supplier, typed, agreed_pence, words_index FROM grant_request ORDER BY id
"""

# What was sent stays what was asked for. Words are forgotten, shares are agreed: those two may change.
KEEP_SENT = """
CREATE FUNCTION request_thing_keep_sent() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE stands text;
BEGIN
    SELECT status INTO stands FROM public.grant_request
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.request_id ELSE OLD.request_id END;
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.request_id) IS DISTINCT FROM (OLD.id, OLD.request_id) THEN
        RAISE EXCEPTION 'a thing stays with its request' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE'
        AND (NEW.item_id, NEW.price_pence, NEW.position) IS NOT DISTINCT FROM (OLD.item_id, OLD.price_pence, OLD.position) THEN
        RETURN NEW;
    END IF;
    IF stands <> 'draft' THEN
        RAISE EXCEPTION 'what was sent is no longer changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$
"""

SUM = """
CREATE FUNCTION request_things_add_up() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE about bigint; wrong boolean;
BEGIN
    IF TG_TABLE_NAME = 'grant_request' THEN about := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN about := OLD.request_id;
    ELSE about := NEW.request_id;
    END IF;
    SELECT request.status NOT IN ('draft', 'withdrawn') AND (things.unpriced > 0 OR things.pence IS DISTINCT FROM request.asked_pence)
        INTO wrong
        FROM public.grant_request AS request, LATERAL (
            SELECT sum(thing.price_pence) AS pence, count(*) FILTER (WHERE thing.price_pence IS NULL) AS unpriced
            FROM public.request_thing AS thing WHERE thing.request_id = request.id
        ) AS things
        WHERE request.id = about;
    IF wrong THEN
        RAISE EXCEPTION 'what is asked is not what its things cost' USING ERRCODE = 'check_violation', CONSTRAINT = 'request_things_add_up';
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """The things, then what there was, then what holds it together, then the codes."""
    _things()
    op.execute(CARRY_OVER)
    _requests()
    _rules()


def _things() -> None:
    table = "request_thing"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("request_id", sa.BigInteger(), sa.ForeignKey("grant_request.id", name=op.f(f"fk_{table}_request_id")), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("catalogue_item.id", name=op.f(f"fk_{table}_item_id")), nullable=False),
        sa.Column("detail_words", sa.LargeBinary(), nullable=False),
        sa.Column("price_pence", sa.BigInteger(), nullable=True),
        sa.Column("supplier", sa.LargeBinary(), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_pence", sa.BigInteger(), nullable=True),
        sa.Column("words_index", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 6", name=op.f(f"ck_{table}_not_too_many")),
        sa.CheckConstraint("price_pence > 0", name=op.f(f"ck_{table}_price_something")),
        sa.CheckConstraint("agreed_pence BETWEEN 0 AND coalesce(price_pence, 0)", name=op.f(f"ck_{table}_agreed_within")),
        sa.UniqueConstraint("request_id", "position", name=op.f(f"uq_{table}_request_id_position")),
    )
    op.create_index(op.f(f"ix_{table}_item_id"), table, ["item_id"])
    op.create_index(f"ix_{table}_words_index", table, ["words_index"], postgresql_using="gin")


def _requests() -> None:
    table, name = "grant_request", op.f("ck_grant_request_sent_whole")
    op.drop_constraint(name, table)
    op.drop_index(f"ix_{table}_words_index", table)
    for column in MOVED:
        op.drop_column(table, column)
    op.create_check_constraint(
        name,
        table,
        "status IN ('draft', 'withdrawn') OR"
        " (person_id IS NOT NULL AND consent_at IS NOT NULL AND sent_at IS NOT NULL AND asked_pence > 0)",
    )
    for column in ("person_group", "locality", "needed_for", "paid_how"):
        op.add_column(table, sa.Column(column, sa.String(), nullable=True))
    op.add_column(table, sa.Column("needed_by", sa.Date(), nullable=True))


def _rules() -> None:
    op.execute(KEEP_SENT)
    op.execute(SUM)
    op.execute(
        "CREATE TRIGGER request_thing_keep_sent BEFORE INSERT OR UPDATE OR DELETE ON request_thing"
        " FOR EACH ROW EXECUTE FUNCTION request_thing_keep_sent()"
    )
    # Deferred, since a request and its things are written one after the other; and only for what can break it, so that what is
    # migrated later has no checks outstanding.
    for table, columns in (
        ("request_thing", "INSERT OR DELETE OR UPDATE OF price_pence"),
        ("grant_request", "UPDATE OF asked_pence, status"),
    ):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_adds_up AFTER {columns} ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION request_things_add_up()"
        )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

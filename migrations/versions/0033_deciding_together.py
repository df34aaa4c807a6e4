"""Several signatures on one decision, votes of the panel, and awards split over things and funds."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATUSES = (
    "'draft', 'waiting', 'question', 'signed', 'panel', 'agreed', 'being_paid', 'part_paid', 'paid', 'in_hands', 'closed', 'declined',"
    " 'withdrawn'"
)
SIGNERS = "'policy', 'approver', 'approver_and_finance', 'two_approvers_or_panel'"

# Until now one approver agreed, out of one fund.
SIGNATURES = """
INSERT INTO award_signature (award_id, user_id, actor, seat, is_urgent, signed_at)
SELECT award.id, event.user_id, event.actor, 'approver', false, event.at FROM award
JOIN request_event AS event ON event.request_id = award.request_id AND event.action IN ('agree', 'agree_part') ORDER BY award.id
"""
PARTS = """
INSERT INTO award_part (award_id, thing_id, position, fund_code, agreed_pence, paid_pence, released_pence)
SELECT award.id, thing.id, 1, request.fund_code, request.agreed_pence, request.paid_pence, request.released_pence FROM award
JOIN grant_request AS request ON request.id = award.request_id
JOIN request_thing AS thing ON thing.request_id = request.id AND thing.position = 1 ORDER BY award.id
"""
PAYMENT_PARTS = """
INSERT INTO payment_part (payment_id, part_id, amount_pence)
SELECT payment.id, part.id, payment.amount_pence FROM payment
JOIN award ON award.request_id = payment.request_id JOIN award_part AS part ON part.award_id = award.id ORDER BY payment.id
"""

# What stands of a request is what its parts say: agreed, paid and given back; and nothing, where no award was agreed or it is void.
ADD_UP = """
CREATE FUNCTION award_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE about bigint; wrong boolean;
BEGIN
    IF TG_TABLE_NAME = 'grant_request' THEN about := NEW.id;
    ELSIF TG_TABLE_NAME = 'award' THEN about := NEW.request_id;
    ELSE SELECT request_id INTO about FROM public.award WHERE id = NEW.award_id;
    END IF;
    SELECT (request.agreed_pence, request.paid_pence, request.released_pence)
            IS DISTINCT FROM (stands.agreed, coalesce(stands.paid, 0), coalesce(stands.released, 0))
        INTO wrong
        FROM public.grant_request AS request, LATERAL (
            SELECT sum(part.agreed_pence)::bigint AS agreed, sum(part.paid_pence)::bigint AS paid,
                sum(part.released_pence)::bigint AS released
            FROM public.award JOIN public.award_part AS part ON part.award_id = award.id
            WHERE award.request_id = request.id AND award.agreed_at IS NOT NULL AND award.void_at IS NULL
        ) AS stands
        WHERE request.id = about;
    IF wrong THEN
        RAISE EXCEPTION 'a request is not what its award says' USING ERRCODE = 'check_violation', CONSTRAINT = 'award_adds_up';
    END IF;
    SELECT sum(part.agreed_pence) IS DISTINCT FROM award.agreed_pence INTO wrong
        FROM public.award LEFT JOIN public.award_part AS part ON part.award_id = award.id
        WHERE award.request_id = about AND award.void_at IS NULL GROUP BY award.id, award.agreed_pence;
    IF wrong THEN
        RAISE EXCEPTION 'an award is not what its parts say' USING ERRCODE = 'check_violation', CONSTRAINT = 'award_adds_up';
    END IF;
    RETURN NULL;
END
$$
"""
# A void award has nothing left that is set aside.
VOID = """
CREATE FUNCTION award_void_is_empty() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.void_at IS NOT NULL AND NEW.agreed_at IS NOT NULL AND EXISTS (
        SELECT FROM public.award_part WHERE award_id = NEW.id AND released_pence <> agreed_pence
    ) THEN
        RAISE EXCEPTION 'money of a void award is still set aside' USING ERRCODE = 'check_violation', CONSTRAINT = 'award_void_is_empty';
    END IF;
    RETURN NULL;
END
$$
"""
AGREED = """
SELECT request.id, request.person_id, request.agreed_pence, request.agreed_at, thing.id AS thing_id, item.code, request.fund_code
FROM grant_request AS request
JOIN request_thing AS thing ON thing.request_id = request.id AND thing.position = 1 JOIN catalogue_item AS item ON item.id = thing.item_id
WHERE request.agreed_pence IS NOT NULL ORDER BY request.id
"""


def upgrade() -> None:
    """Make this room's changes."""
    _states()
    _awards()
    _signatures()
    _parts()
    _carry_over()
    op.drop_constraint(op.f("ck_grant_request_agreed_whole"), "grant_request")
    op.drop_column("grant_request", "fund_code")
    op.create_check_constraint(
        op.f("ck_grant_request_agreed_whole"),
        "grant_request",
        "status NOT IN ('agreed', 'being_paid', 'part_paid', 'paid', 'in_hands', 'closed') OR"
        " (agreed_pence > 0 AND agreed_pence <= asked_pence AND agreed_at IS NOT NULL)",
    )
    _rules()


def _states() -> None:
    table, name = "grant_request", op.f("ck_grant_request_status_known")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"status IN ({STATUSES})")


def _awards() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("agreed_pence", sa.BigInteger(), nullable=False),
        sa.Column("signers", sa.String(), nullable=False),
        sa.Column("policy_number", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("votes_close_at", MOMENT, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("void_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.ForeignKeyConstraint(["request_id"], ["grant_request.id"], name=op.f("fk_award_request_id")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_award_request_id_number")),
        sa.CheckConstraint("agreed_pence > 0", name=op.f("ck_award_amount_positive")),
        sa.CheckConstraint(f"signers IN ({SIGNERS})", name=op.f("ck_award_signers_known")),
    )
    op.create_index("uq_award_standing", "award", ["request_id"], unique=True, postgresql_where=sa.text("void_at IS NULL"))


def _signatures() -> None:
    op.create_table(
        "award_signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("for_user_id", sa.BigInteger(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_signature")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_signature_award_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_award_signature_user_id")),
        sa.ForeignKeyConstraint(["for_user_id"], ["user_account.id"], name=op.f("fk_award_signature_for_user_id")),
        sa.UniqueConstraint("award_id", "user_id", name=op.f("uq_award_signature_award_id_user_id")),
        sa.CheckConstraint("seat IN ('approver', 'finance', 'policy', 'panel')", name=op.f("ck_award_signature_seat_known")),
    )
    op.create_index("ix_award_signature_user_id", "award_signature", ["user_id"])
    op.create_table(
        "panel_vote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("voted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_vote")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_panel_vote_award_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_panel_vote_user_id")),
        sa.UniqueConstraint("award_id", "user_id", name=op.f("uq_panel_vote_award_id_user_id")),
    )


def _parts() -> None:
    op.create_table(
        "award_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("agreed_pence", sa.BigInteger(), nullable=False),
        sa.Column("paid_pence", sa.BigInteger(), nullable=False),
        sa.Column("released_pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_part")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_part_award_id")),
        sa.ForeignKeyConstraint(["thing_id"], ["request_thing.id"], name=op.f("fk_award_part_thing_id")),
        sa.UniqueConstraint("award_id", "position", name=op.f("uq_award_part_award_id_position")),
        sa.UniqueConstraint("award_id", "thing_id", "fund_code", name=op.f("uq_award_part_award_id_thing_id_fund_code")),
        sa.CheckConstraint("agreed_pence > 0", name=op.f("ck_award_part_amount_positive")),
        sa.CheckConstraint(
            "paid_pence >= 0 AND released_pence >= 0 AND paid_pence + released_pence <= agreed_pence",
            name=op.f("ck_award_part_paid_within"),
        ),
    )
    op.create_index("ix_award_part_thing_id", "award_part", ["thing_id"])
    op.create_table(
        "payment_part",
        sa.Column("payment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", "part_id", name=op.f("pk_payment_part")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_part_payment_id")),
        sa.ForeignKeyConstraint(["part_id"], ["award_part.id"], name=op.f("fk_payment_part_part_id")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_payment_part_amount_positive")),
    )
    op.create_index("ix_payment_part_part_id", "payment_part", ["part_id"])


def _carry_over() -> None:
    """Every award that was agreed: of one thing, out of one fund, by one approver. Withdrawn and declined ones keep theirs too."""
    rows = [
        {
            "request_id": row.id,
            "number": 1,
            "agreed_pence": row.agreed_pence,
            "signers": "approver",
            "hash": _digest(row),
            "made_at": row.agreed_at,
            "agreed_at": row.agreed_at,
        }
        for row in op.get_bind().execute(sa.text(AGREED))
    ]
    names = ("request_id", "number", "agreed_pence", "signers", "hash", "made_at", "agreed_at")
    if rows:
        op.bulk_insert(sa.table("award", *(sa.column(name) for name in names)), rows)
    op.execute(SIGNATURES)
    op.execute(PARTS)
    op.execute(PAYMENT_PARTS)


def _digest(row: sa.Row) -> str:
    """As grants/together/frozen.py makes it (award/v1)."""
    said = {
        "version": "award/v1",
        "request": row.id,
        "recipient": f"person:{row.person_id}",
        "policy": 0,
        "signers": "approver",
        "things": [[row.thing_id, row.code]],
        "shares": [[row.thing_id, row.fund_code, row.agreed_pence]],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _rules() -> None:
    op.execute(ADD_UP)
    op.execute(VOID)
    for table, columns in (
        ("grant_request", "INSERT OR UPDATE OF agreed_pence, paid_pence, released_pence, status"),
        ("award", "INSERT OR UPDATE"),
        ("award_part", "INSERT OR UPDATE"),
    ):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_is_its_award AFTER {columns} ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION award_adds_up()"
        )
    op.execute(
        "CREATE CONSTRAINT TRIGGER award_void_is_empty AFTER UPDATE ON award DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION award_void_is_empty()"
    )


def downgrade() -> None:
    """Refused: money's history is never migrated backwards; restore a backup instead."""
    raise NotImplementedError("migrations only go forward")

"""Tables of the ledger, in their final columns (reference: ledger.md section 1). The posting path does not use these classes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.ledger.draft import CODE, LONGEST_CODE, MOST_PENCE


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's xid8: the number of a transaction, never used twice in the life of a cluster."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in PostgreSQL."""
        return "xid8"


# SQLAlchemy does not know the type yet: without this, comparing models with the database warns of it.
ischema_names.setdefault("xid8", TransactionId)

# Numbers of entries. Gaps are normal: a number is taken before the entry that may then be refused.
ENTRY_NUMBER = Sequence("entry_number", metadata=Base.metadata)


def _code(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} ~ '^{CODE}$' AND length({column}) <= {LONGEST_CODE}", name=column)


class Fund(Base):
    """Money given for a purpose, kept apart from all other money."""

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("code", info={"sentence": marked("There is already a fund with this code.")}),
        _code("code"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("restriction IN ('restricted', 'unrestricted', 'designated')", name="restriction"),
        CheckConstraint("starts_on <= ends_on", name="dates", info={"sentence": marked("A fund ends on or after the day it starts.")}),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (version)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    restriction: Mapped[str] = mapped_column(Text)
    # What the money may be used for, in the giver's terms.
    purpose: Mapped[str] = mapped_column(Text)
    # The first and the last day on which awards may be made from it. Empty: no limit.
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    # The organisation that gave it, if it was one.
    grantor: Mapped[str] = mapped_column(Text, server_default="")
    # The gate: whoever takes money out of the fund raises this first, so that only one can at a time (ledger.md section 3).
    version: Mapped[int] = mapped_column(server_default="0")


class Account(Base):
    """A name that amounts are booked under. Code and kind never change."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("code", info={"sentence": marked("There is already an account with this code.")}),
        _code("code"),
        CheckConstraint("name <> ''", name="name", info={"sentence": marked("Give the account a name.")}),
        CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense', 'fund')", name="kind"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (name)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)


class Entry(Base):
    """One event, written once."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("event_key", info={"sentence": marked("This has been recorded already.")}),
        Index(
            "uq_entry_reverses",
            "reverses",
            unique=True,
            postgresql_where=text("reverses IS NOT NULL"),
            info={"sentence": marked("This entry has been reversed already.")},
        ),
        Index("ix_entry_subject", "subject"),
        Index("ix_entry_happened_on", "happened_on"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal_names_entry"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    # What its fields may hold is looked at by the guard `entry_shape`: rules of the table would cost every posting a tenth.
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # What people call it. Taken from a sequence before hashing, so it has gaps and says little about order; `id` orders.
    number: Mapped[int]
    # Which event of the world this tells, for ever: charge:ch_…, grant:417:award. The same event is never written twice.
    event_key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    # The London day on which it happened, and the moment, by our clock, at which it was written.
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
    # How many transfers it has: 0 for records without money.
    transfers: Mapped[int] = mapped_column(Integer)
    # The number of the entry that this one undoes.
    reverses: Mapped[int | None] = mapped_column(ForeignKey("entry.number"))
    # A code, and opaque references. Words live in the audit room, erasable.
    reason: Mapped[str] = mapped_column(Text, server_default="")
    actor: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    # It took a fund below what it had, and nobody here could refuse it: a refund, a chargeback, a correction.
    forced: Mapped[bool] = mapped_column(server_default=text("false"))
    # What a record says besides its transfers: shown with the public part, and sealed with the private one.
    public_particulars: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    private_particulars: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    # Makes guesses at the private part useless. Known to the Fund and to whoever holds the receipt.
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    # Which encoding the hash was made with: 1 is ledger/v1.
    leaf_version: Mapped[int] = mapped_column(SmallInteger)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    # The transaction that wrote it: no other may add a transfer. Only a restore, with the guards off, may set another.
    xid: Mapped[int] = mapped_column(TransactionId(), server_default=text("pg_current_xact_id()"))


class Transfer(Base):
    """One movement: both sides and one fund in one row, so nothing can be put out of balance."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint(f"amount_pence BETWEEN 1 AND {MOST_PENCE}", name="amount_pence"),
        CheckConstraint("debit_account <> credit_account", name="two_accounts"),
        Index("ix_transfer_debit_account", "debit_account", "entry_id"),
        Index("ix_transfer_credit_account", "credit_account", "entry_id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    # That the entry, the accounts and the fund exist is looked up by the guard `transfer_belongs`: foreign keys
    # would lock the rows that every gift uses, and none of these rows is ever deleted.
    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Its place in the entry, from 1.
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # By code, so that a row names what moved by itself; codes never change.
    debit_account: Mapped[str] = mapped_column(Text)
    credit_account: Mapped[str] = mapped_column(Text)
    fund: Mapped[str] = mapped_column(Text)
    amount_pence: Mapped[int]

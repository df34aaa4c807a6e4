"""Tables of the sealed log, of closed periods and of what is kept to read balances fast (reference: ledger.md sections 1 and 6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Sequence, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked

# The last shut day, as days since 1970-01-01. A sequence, because it is seen at once and by every isolation level alike: no
# transaction with an old view of the world can date an entry into a period that has been closed since.
SHUT_UNTIL = Sequence("shut_until", minvalue=0, start=0, metadata=Base.metadata)
# It is read by everybody, and moved by the guard on `period` alone.
Base.metadata.info.setdefault("app_role_on_sequences", {})["shut_until"] = "SELECT"


class Unsealed(Base):
    """The queue to the sealer: every entry that has no place in the log yet. Filled by the trigger on `entry`."""

    __tablename__ = "unsealed"
    __table_args__ = ({"info": {"app_role": "SELECT, DELETE"}},)

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class LogLeaf(Base):
    """An entry's place in the log, for ever."""

    __tablename__ = "log_leaf"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    # From 0, without gaps.
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogTile(Base):
    """A full tile: 256 hashes of the tree (C2SP tlog-tiles). Partial tiles are read off the rows below."""

    __tablename__ = "log_tile"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 63 AND n >= 0", name="place"),
        CheckConstraint("octet_length(hashes) = 8192", name="hashes"),
        CheckConstraint("octet_length(root) = 32", name="root"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    # The root over them: a hash of the tile above.
    root: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Base):
    """A signed statement of how many entries there are, and of the root over them (C2SP tlog-checkpoint)."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("octet_length(root) = 32", name="root"),
        CheckConstraint("length(note) <= 100000", name="note"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    # As it was signed, word for word.
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]


class BalanceSnapshot(Base):
    """What every account in every fund had been debited and credited when the log had a size. A cache: verify recomputes it."""

    __tablename__ = "balance_snapshot"
    __table_args__ = (
        CheckConstraint("debits_pence >= 0 AND credits_pence >= 0", name="sides"),
        {"info": {"app_role": "SELECT, INSERT, DELETE"}},
    )

    log_size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(Text, primary_key=True)
    fund: Mapped[str] = mapped_column(Text, primary_key=True)
    debits_pence: Mapped[int]
    credits_pence: Mapped[int]


class Period(Base):
    """A stretch of days whose books are closed together. Sealed is for ever, and shuts every earlier day with it."""

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("ends_on", info={"sentence": marked("This period is there already.")}),
        UniqueConstraint("entry_number"),
        ExcludeConstraint(
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_period_days",
            info={"sentence": marked("These days are in another period.")},
        ),
        CheckConstraint("starts_on <= ends_on", name="dates", info={"sentence": marked("A period ends on or after the day it starts.")}),
        CheckConstraint("state IN ('open', 'closing', 'sealed')", name="state"),
        CheckConstraint("(state = 'open') = (closed_by IS NULL)", name="closed_by_somebody"),
        CheckConstraint("(state = 'sealed') = (entry_number IS NOT NULL)", name="sealed_by_entry"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (state, closed_by, closed_at, entry_number)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"))
    # Who shut its days, and when.
    closed_by: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]
    # The number of the entry `period.sealed`.
    entry_number: Mapped[int | None] = mapped_column(ForeignKey("entry.number"))


class Publication(Base):
    """Where and when a checkpoint was put out of our reach."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_checkpoint_size", "checkpoint_size"),
        CheckConstraint("place <> ''", name="place"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    checkpoint_size: Mapped[int] = mapped_column(ForeignKey("checkpoint.size"))
    # A reference, never an address of a person: reader:3, poster:DN7K2P.
    place: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    # What the place gave back, if anything: a message's id.
    receipt: Mapped[str] = mapped_column(Text, server_default="")

"""Tables of this room."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.indexed import BlindIndex, Indexed
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText
from fundapp.ledger.log_models import CheckpointRow


class OpenbooksExample(Base):
    """What a gift of some size does, as the front page tells it."""

    __tablename__ = "openbooks_example"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": marked("An example costs more than nothing.")}),
        CheckConstraint(
            "length(words) BETWEEN 1 AND 80", name="words_short", info={"sentence": marked("Say what it buys in at most 80 letters.")}
        ),
        CheckConstraint(
            "position BETWEEN 1 AND 99", name="position_in_list", info={"sentence": marked("The place is a number from 1 to 99.")}
        ),
        # Never deleted: the audit trail names it.
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Its place on the page; among equals the older stands first.
    position: Mapped[int]
    amount_pence: Mapped[int]
    words: Mapped[str]
    # Whether it may stand on the front page, which shows the first six of these.
    active: Mapped[bool]
    changed_at: Mapped[datetime]
    # Nobody, for those that came with the house.
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"example:{self.id}"


class ReaderPart(StrEnum):
    """What a reader of checkpoints is to the Fund."""

    TRUSTEE = "trustee"
    AUDITOR = "auditor"
    PARTNER = "partner"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As it stands on a page: a catalogue's word."""
        return _PART_WORDS[self]


_PART_WORDS = {
    ReaderPart.TRUSTEE: marked("Trustee"),
    ReaderPart.AUDITOR: marked("Auditor"),
    ReaderPart.PARTNER: marked("Partner"),
    ReaderPart.OTHER: marked("Somebody else"),
}
_PARTS = ", ".join(f"'{part}'" for part in ReaderPart)


class CheckpointReader(Indexed, Base):
    """Somebody who keeps copies of the ledger's checkpoints where we cannot reach them. Taken off the list, the row stays."""

    __tablename__ = "checkpoint_reader"
    __table_args__ = (
        UniqueConstraint(
            "email_index", info={"sentence": marked("Somebody with that e-mail is on the list already, or was. Look there first.")}
        ),
        # Sealing adds 33 bytes, and a letter has up to four.
        CheckConstraint(
            "octet_length(name) BETWEEN 34 AND 433", name="name_short", info={"sentence": marked("A name has up to 100 characters.")}
        ),
        CheckConstraint("part IN ({})".format(", ".join(repr(part.value) for part in ReaderPart)), name="part"),
        # Never deleted: the ledger's publications name it.
        {"info": {"app_role": "SELECT, INSERT, UPDATE (name, email, email_index, part, active)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Personal: these two stand here and on the page for administrators, and nowhere else.
    name: Mapped[str] = mapped_column(SealedText("checkpoint_reader.name"))
    email: Mapped[str] = mapped_column(SealedText("checkpoint_reader.email"))
    email_index: Mapped[Any] = mapped_column(BlindIndex("checkpoint_reader.email"), deferred=True, nullable=False)
    part: Mapped[str]
    # Whether they are written to.
    active: Mapped[bool]
    added_at: Mapped[datetime]

    indexed: ClassVar[dict[str, tuple[str, ...]]] = {"email_index": ("email",)}

    @property
    def subject(self) -> str:
        """How the audit trail and the publications name them."""
        return f"reader:{self.id}"

    @property
    def part_words(self) -> str:
        """What they are, in words."""
        return _(ReaderPart(self.part).words)


class CheckpointLetter(Base):
    """One checkpoint on its way to one reader, one a London day at the most. Kept, so that what failed is seen."""

    __tablename__ = "checkpoint_letter"
    __table_args__ = (
        UniqueConstraint("reader_id", "day", info={"sentence": marked("They have a letter of today already.")}),
        CheckConstraint("sent_at IS NULL OR fault = ''", name="sent_or_not"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (sent_at, fault)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey(CheckpointReader.id))
    # It is sent on this London day or not at all: the next day has a letter of its own, with a newer checkpoint.
    day: Mapped[date]
    checkpoint_size: Mapped[int] = mapped_column(ForeignKey(CheckpointRow.size))
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # Why the last try failed, in our own words: a mail server's repeat addresses.
    fault: Mapped[str] = mapped_column(server_default=text("''"))

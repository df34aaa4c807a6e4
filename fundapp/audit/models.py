"""Tables of the audit trail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.sealed import SealedText


class AuditEvent(Base):
    """One act. Never changed, never deleted: a trigger refuses, and the application's role has no right to."""

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint("kind ~ '^[a-z_]+[.][a-z_]+$'", name="kind_shape"),
        CheckConstraint("jsonb_typeof(facts) = 'object'", name="facts_object"),
        CheckConstraint("octet_length(salt) = 16", name="salt_length"),
        CheckConstraint("octet_length(words_hash) = 32", name="words_hash_length"),
        Index("ix_audit_event_subject_id", "subject", "id"),
        Index("ix_audit_event_kind_id", "kind", "id"),
        Index("ix_audit_event_at_id", "at", "id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    # An actor's reference ("user:2", "system"): never a name.
    actor: Mapped[str]
    kind: Mapped[str]
    # What it was done to: "grant:417", "user:2". A plain string, so that this room knows nobody's model.
    subject: Mapped[str]
    # Figures, codes and references. Nothing personal: it could not be taken out again.
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # At random, so that nobody who sees a day's hashes can try out what an event said.
    salt: Mapped[bytes]
    # SHA-256 of the words with their own salt, which lies with them: once they are erased, it tells nothing and still fits the seal.
    words_hash: Mapped[bytes | None]

    words_row: Mapped[AuditWords | None] = relationship(back_populates="event", lazy="raise", uselist=False)

    @property
    def words(self) -> str | None:
        """Why, in the actor's words; None where none were given or they were erased."""
        return self.words_row.words if self.words_row else None


class AuditWords(Base):
    """What somebody wrote about an act. Kept apart from the act, so that it can be erased and the act stays."""

    __tablename__ = "audit_words"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},)

    event_id: Mapped[int] = mapped_column(ForeignKey(AuditEvent.id), primary_key=True)
    words: Mapped[str] = mapped_column(SealedText("audit_words.words"))
    # Goes with the words.
    salt: Mapped[bytes]

    event: Mapped[AuditEvent] = relationship(back_populates="words_row", lazy="raise")


class AuditSeal(Base):
    """A day whose events are counted and whose root stands in the ledger. From then on a trigger lets no event into that day."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        CheckConstraint("events >= 0", name="events"),
        CheckConstraint("octet_length(root) = 32", name="root_length"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    # A day in London.
    day: Mapped[date] = mapped_column(primary_key=True)
    events: Mapped[int]
    root: Mapped[bytes]
    sealed_at: Mapped[datetime]

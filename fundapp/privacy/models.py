"""Tables of this room: rules of retention and what they did, what people ask about their data, complaints, documents adopted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.core.sealed import SealedText

_RULES = ", ".join(f"'{rule}'" for rule in Kept if rule is not Kept.LEDGER)
# Six years after the end of a financial year that had just begun (Companies Act 2006 s.388; HMRC on Gift Aid records).
LEAST_MONEY_DAYS = 2557
MOST_DAYS = 9999


class RetentionRule(Base):
    """How long something is kept, from some moment on. The newest row of a rule holds; the others say what held before."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        CheckConstraint(f"rule IN ({_RULES})", name="rule_known"),
        CheckConstraint(f"days BETWEEN 1 AND {MOST_DAYS}", name="days_within", info={"sentence": marked("Between 1 and 9,999 days.")}),
        CheckConstraint(
            f"rule <> 'money' OR days >= {LEAST_MONEY_DAYS}",
            name="money_as_long_as_law_says",
            info={"sentence": marked("What tells of money is kept for six years after its financial year: 2,557 days at the least.")},
        ),
        Index("ix_retention_rule_rule_id", "rule", "id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule: Mapped[str]
    days: Mapped[int]
    since: Mapped[datetime]
    # None for what came with the house.
    by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class RetentionRun(Base):
    """What a rule did on one day."""

    __tablename__ = "retention_run"
    __table_args__ = (Index("ix_retention_run_rule_id", "rule", "id"), {"info": {"app_role": "SELECT, INSERT"}})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule: Mapped[str]
    at: Mapped[datetime]
    days: Mapped[int]
    # How many things were forgotten, and how many stay because a complaint is open about them.
    rows: Mapped[int]
    held: Mapped[int]


class Forgotten(Base):
    """Something that a rule has gone through and that stays without its words: it is not gone through again."""

    __tablename__ = "forgotten"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT"}},)

    rule: Mapped[str] = mapped_column(primary_key=True)
    # As the audit trail names it: "grant:417".
    subject: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class DataRequest(Base):
    """Somebody asks what is held about them, that it be put right, or erased (UK GDPR, Articles 15 to 17)."""

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("kind IN ('access', 'rectification', 'erasure')", name="kind_known"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answer_whole"),
        Index("ix_data_request_due_on_id", "due_on", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    # About whom: "user:2", "person:5", "reader:3", "point:4".
    subject: Mapped[str]
    received_on: Mapped[date]
    # One month after it came (Article 12(3)).
    due_on: Mapped[date]
    # What they said.
    words: Mapped[str] = mapped_column(SealedText("data_request.words"))
    entered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # What they were told.
    answer: Mapped[str] = mapped_column(SealedText("data_request.answer"))

    @property
    def reference(self) -> str:
        """How the audit trail names it."""
        return f"data-request:{self.id}"


class DataComplaint(Base):
    """Somebody complains of how their data are handled (Data Protection Act 2018 s.164A, from 19 June 2026)."""

    __tablename__ = "data_complaint"
    __table_args__ = (
        CheckConstraint("status IN ('received', 'acknowledged', 'answered')", name="status_known"),
        CheckConstraint("(status = 'answered') = (ended_at IS NOT NULL)", name="end_whole"),
        Index("ix_data_complaint_status_id", "status", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Made with the page and sent back by it, so that a double click complains once.
    form_key: Mapped[str] = mapped_column(unique=True)
    # How they want to be answered besides the page: an address, a phone, or nothing.
    contact: Mapped[str] = mapped_column(SealedText("data_complaint.contact"))
    words: Mapped[str] = mapped_column(SealedText("data_complaint.words"))
    status: Mapped[str]
    # What it is about, as administrators found: "grant:417", "person:5". While it is open, nothing of that is forgotten.
    subject: Mapped[str | None]
    received_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    steps: Mapped[list[ComplaintStep]] = relationship(order_by="ComplaintStep.id", lazy="raise", cascade="all, delete-orphan")

    @property
    def reference(self) -> str:
        """How the audit trail names it."""
        return f"complaint:{self.id}"


class ComplaintStep(Base):
    """What the writer was told: that it came, how it goes, what came of it."""

    __tablename__ = "data_complaint_step"
    __table_args__ = (
        CheckConstraint("what IN ('acknowledged', 'progress', 'answered')", name="what_known"),
        Index("ix_data_complaint_step_complaint_id_id", "complaint_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (words), DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey(DataComplaint.id))
    what: Mapped[str]
    words: Mapped[str] = mapped_column(SealedText("data_complaint_step.words"))
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class DocumentAdoption(Base):
    """The charity adopted a document in these very words, known by their hash."""

    __tablename__ = "document_adoption"
    __table_args__ = (
        CheckConstraint("octet_length(hash) = 32", name="hash_length"),
        Index("ix_document_adoption_document_id", "document", "id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document: Mapped[str]
    hash: Mapped[bytes]
    adopted_at: Mapped[datetime]
    adopted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

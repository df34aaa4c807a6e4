"""Slips of the people who are helped, questions that are put to them, and what they never want told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.sealed import SealedText

# Why a slip opens nothing any more: another took its place, it was lost, somebody else has it, it is not wanted, its holder ended it.
WHY_VOID = ("reissued", "lost", "seen", "unwanted", "holder")
_WHY = ", ".join(f"'{why}'" for why in WHY_VOID)


class PersonSlip(Base):
    """A paper slip. Its code is nowhere: only a keyed hash, by which whoever holds the slip is known."""

    __tablename__ = "person_slip"
    __table_args__ = (
        CheckConstraint("octet_length(code_hash) = 32", name="hash_whole"),
        CheckConstraint(f"why_void IN ({_WHY})", name="why_void_known"),
        CheckConstraint("(void_at IS NULL) = (why_void IS NULL)", name="void_whole"),
        Index("uq_person_slip_standing", "person_id", unique=True, postgresql_where=text("void_at IS NULL")),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    issued_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime]
    void_at: Mapped[datetime | None]
    # None too where its holder ended it, or another slip took its place.
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    why_void: Mapped[str | None]

    @property
    def subject(self) -> str:
        """How the audit trail names the person it belongs to."""
        return f"person:{self.person_id}"


class SlipQuestion(Base):
    """A question that the key worker put to the person, to be read and answered with their slip."""

    __tablename__ = "slip_question"
    __table_args__ = (
        CheckConstraint("answered_at IS NULL OR answered_at >= asked_at", name="answered_after"),
        Index("uq_slip_question_open", "request_id", unique=True, postgresql_where=text("answered_at IS NULL")),
        Index("ix_slip_question_request_id_id", "request_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(SealedText("slip_question.words"))
    # What they say to it, in their own words; empty until then.
    answer: Mapped[str] = mapped_column(SealedText("slip_question.answer"))
    answered_at: Mapped[datetime | None]


class StoryStop(Base):
    """Somebody wants nothing told of them, ever: no story, however it is changed. It goes when they say so."""

    __tablename__ = "story_stop"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT, DELETE"}},)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    stopped_at: Mapped[datetime]

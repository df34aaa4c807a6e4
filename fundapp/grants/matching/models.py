"""Each year's key, the marks made with it, and who asked for a comparison when. Nothing here says a name or a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.sealed import SealedBytes, SealedText


class MatchingKey(Base):
    """The key of one year, sealed under the keys that the database never sees. Once its row is gone, its marks are noise for ever."""

    __tablename__ = "matching_key"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year_within"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (secret), DELETE"}},
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(SealedBytes("matching_key.secret"))
    made_at: Mapped[datetime]


class PersonMark(Base):
    """What stands for one person under one year's key. Two codes with the same mark may be one person."""

    __tablename__ = "person_mark"
    __table_args__ = (
        CheckConstraint("octet_length(mark) = 32", name="mark_whole"),
        UniqueConstraint("person_id", "year"),
        Index("ix_person_mark_year_mark", "year", "mark"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # With the key its marks go.
    year: Mapped[int] = mapped_column(ForeignKey("matching_key.year", ondelete="CASCADE"))
    mark: Mapped[bytes]
    marked_at: Mapped[datetime]


class MatchTry(Base):
    """That a key worker had a comparison made when they sent a request, how the person agreed to it, and what the worker was told."""

    __tablename__ = "match_try"
    __table_args__ = (
        Index("ix_match_try_user_id_at", "user_id", "at"),
        Index("ix_match_try_at_id", "at", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"), index=True)
    # How they agreed to the comparison itself: face to face, on the phone, in writing.
    consent_how: Mapped[str] = mapped_column(SealedText("match_try.consent_how"))
    at: Mapped[datetime]
    # Whether what was typed differs from the last time for the same code.
    differs: Mapped[bool]
    # All that the worker was told.
    over_cap: Mapped[bool]

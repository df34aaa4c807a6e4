"""Tables of cover: who is on call, who is away and who stands in, days the office is closed, addresses that refuse mail, and reviews."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.people.models import Team, User


class OfficeHours(Base):
    """From when to when somebody decides without being on call, by the clock on the wall. The newest row holds."""

    __tablename__ = "office_hours"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="in_order", info={"sentence": marked("The office closes after it opens.")}),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    opens_at: Mapped[time]
    closes_at: Mapped[time]
    made_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[datetime]


class ClosedDay(Base):
    """A day on which the office is closed though it is none of the weekend: a bank holiday of England, or one of the Fund's own."""

    __tablename__ = "closed_day"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT, DELETE"}},)

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]


class OnCall(Base):
    """Who answers requests out of hours, from when until when."""

    __tablename__ = "on_call"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order", info={"sentence": marked("A turn ends after it begins.")}),
        Index("ix_on_call_ends_at", "ends_at"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Absence(Base):
    """Somebody is away, both days included, and somebody else stands in. Why they are away is nowhere."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="in_order", info={"sentence": marked("The last day is not before the first.")}),
        CheckConstraint(
            "deputy_id <> user_id",
            name="somebody_else",
            info={"sentence": marked("Nobody stands in for themselves. Choose somebody else.")},
        ),
        Index("ix_absence_ends_on", "ends_on"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    # None where nobody else holds the same seats.
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    made_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[datetime]
    # When they were back, or the plan was dropped.
    ended_at: Mapped[datetime | None]


class MailRefusal(Base):
    """On this day a mail server refused an account's address for good. Gone again once a letter gets through."""

    __tablename__ = "mail_refusal"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT, DELETE"}},)

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    refused_on: Mapped[date] = mapped_column(primary_key=True)
    # What the server answered: "5.1.1", or "550" where it said no more.
    code: Mapped[str]


class AccessReview(Base):
    """Once a quarter somebody looks at who may do what. Finished, it is never changed; the database refuses."""

    __tablename__ = "access_review"
    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (finished_by IS NULL)", name="finished_whole"),
        UniqueConstraint("quarter_on", info={"sentence": marked("This quarter’s review has begun already.")}),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # The first day of the quarter.
    quarter_on: Mapped[date]
    begun_by: Mapped[int] = mapped_column(ForeignKey(User.id))
    begun_at: Mapped[datetime]
    finished_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    finished_at: Mapped[datetime | None]


class AccessReviewLine(Base):
    """One account as it was when the review began, and what was decided. The reason's words lie with the audit line, erasable."""

    __tablename__ = "access_review_line"
    __table_args__ = (
        CheckConstraint("decision IN ('keep', 'change', 'end')", name="decision"),
        CheckConstraint(
            "num_nulls(decision, decided_by, decided_at, audit_id) IN (0, 4)",
            name="decided_whole",
        ),
        CheckConstraint(
            "decided_by <> user_id",
            name="somebody_else",
            info={"sentence": marked("Nobody reviews their own account: somebody else does.")},
        ),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    review_id: Mapped[int] = mapped_column(ForeignKey(AccessReview.id), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    last_signed_in_at: Mapped[datetime | None]
    has_second_factor: Mapped[bool]
    decision: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[datetime | None]
    # The line of the audit trail that keeps the reason. No foreign key: the trail knows nobody's tables.
    audit_id: Mapped[int | None]

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    team: Mapped[Team] = relationship(lazy="raise")

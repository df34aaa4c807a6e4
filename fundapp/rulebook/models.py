"""Tables of this room: versions of rules, and what was decided about each. Rows are added, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.language import marked

# What a decision repeats of the version it is about, so that the database can hold the two against each other.
_REPEATED = ("id", "rule_set", "replaces", "proposed_by", "by_two")


class RuleVersion(Base):
    """What a set of rules should say, as somebody proposed it. Why stands in the audit trail, where words can be erased."""

    __tablename__ = "rule_version"
    __table_args__ = (
        CheckConstraint("replaces >= 0 AND replaces < id", name="replaces_older"),
        UniqueConstraint(*_REPEATED),
        Index("ix_rule_version_rule_set_id", "rule_set", "id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # The code of a set that some room declares.
    rule_set: Mapped[str]
    # The version that held when this was proposed; 0 is what came with the software.
    replaces: Mapped[int]
    # Every rule's number, by its code.
    numbers: Mapped[dict[str, int]] = mapped_column(JSONB)
    # Whether somebody else has to agree.
    by_two: Mapped[bool]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    # What was decided about it; none while it waits.
    decision: Mapped[RuleDecision | None] = relationship(lazy="raise", viewonly=True, uselist=False)

    @property
    def reference(self) -> str:
        """How the audit trail names it."""
        return f"rules:{self.id}"


class RuleDecision(Base):
    """That a version was agreed, and holds from then on; or that it was not."""

    __tablename__ = "rule_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "rule_set", "replaces", "proposed_by", "by_two"],
            [f"rule_version.{name}" for name in _REPEATED],
        ),
        CheckConstraint(
            "decided_by <> proposed_by OR NOT (agreed AND by_two)",
            name="agreed_by_another",
            info={"sentence": marked("Somebody else agrees to what you propose.")},
        ),
        # One version follows another: two that were agreed never take the place of the same one.
        Index("uq_rule_decision_agreed", "rule_set", "replaces", unique=True, postgresql_where=text("agreed")),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule_set: Mapped[str]
    replaces: Mapped[int]
    proposed_by: Mapped[int]
    by_two: Mapped[bool]
    agreed: Mapped[bool]
    decided_at: Mapped[datetime]
    decided_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

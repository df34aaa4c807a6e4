"""Tables of the policy: its versions, who signed them, what it said to each request, and what is looked at again.

Rows are added, never changed: what held on a day can be shown for ever.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.language import marked

_ADDED = {"info": {"app_role": "SELECT, INSERT"}}
_AMOUNTS = "weekly_worker_pence > 0 AND weekly_person_pence > 0 AND weekly_fund_pence > 0 AND person_cap_pence > 0 AND group_cap_pence > 0"


class PolicyVersion(Base):
    """A policy as somebody proposed it. Why stands in the audit trail, where words can be erased."""

    __tablename__ = "policy_version"
    __table_args__ = (
        CheckConstraint("0 <= replaces AND replaces < number", name="replaces_older"),
        CheckConstraint(_AMOUNTS, name="amounts_above_nothing"),
        CheckConstraint("look_at_one_in BETWEEN 1 AND 100", name="looks_within"),
        CheckConstraint("panel_quorum BETWEEN 2 AND 9", name="quorum_within"),
        UniqueConstraint("number", "replaces"),
        UniqueConstraint("number", "proposed_by"),
        _ADDED,
    )

    # Counted without gaps, since people say "policy 7".
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The policy that held when this was proposed; 0 is what came with the software.
    replaces: Mapped[int]
    # Each tier: signers, answer, up_to_pence, the smallest first (tiers.py).
    tiers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    catalogue_only: Mapped[bool]
    within_guide: Mapped[bool]
    weekly_worker_pence: Mapped[int]
    weekly_person_pence: Mapped[int]
    weekly_fund_pence: Mapped[int]
    look_at_one_in: Mapped[int]
    panel_quorum: Mapped[int]
    person_cap_pence: Mapped[int]
    group_cap_pence: Mapped[int]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    signatures: Mapped[list[PolicySignature]] = relationship(
        lazy="raise", viewonly=True, order_by="(PolicySignature.signed_at, PolicySignature.user_id)"
    )
    # What became of it; none while it waits.
    outcome: Mapped[PolicyOutcome | None] = relationship(lazy="raise", viewonly=True, uselist=False)

    @property
    def reference(self) -> str:
        """How the audit trail names it."""
        return f"policy:{self.number}"

    def may_sign(self, user_id: int | None) -> bool:
        """Whether an approver may sign it: they neither proposed it nor signed it already."""
        return self.proposed_by != user_id and user_id not in {one.user_id for one in self.signatures}


class PolicySignature(Base):
    """That an approver signed a policy. Nobody signs what they proposed, and nobody twice."""

    __tablename__ = "policy_signature"
    __table_args__ = (
        ForeignKeyConstraint(["policy_number", "proposed_by"], ["policy_version.number", "policy_version.proposed_by"]),
        CheckConstraint(
            "user_id <> proposed_by",
            name="signed_by_another",
            info={"sentence": marked("Two other people sign what you propose.")},
        ),
        _ADDED,
    )

    policy_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True, autoincrement=False)
    proposed_by: Mapped[int]
    signed_at: Mapped[datetime]


class PolicyOutcome(Base):
    """That a policy holds from a moment on, with the two signatures it stands on; or that it was not taken."""

    __tablename__ = "policy_outcome"
    __table_args__ = (
        ForeignKeyConstraint(["policy_number", "replaces"], ["policy_version.number", "policy_version.replaces"]),
        ForeignKeyConstraint(["policy_number", "first_by"], ["policy_signature.policy_number", "policy_signature.user_id"]),
        ForeignKeyConstraint(["policy_number", "second_by"], ["policy_signature.policy_number", "policy_signature.user_id"]),
        CheckConstraint(
            "CASE WHEN in_force THEN first_by IS NOT NULL AND second_by IS NOT NULL AND first_by <> second_by"
            " ELSE first_by IS NULL AND second_by IS NULL END",
            name="signed_by_two",
            info={"sentence": marked("A policy holds once two different approvers have signed it.")},
        ),
        # One follows another: two that hold never take the place of the same one.
        Index("uq_policy_outcome_replaces", "replaces", unique=True, postgresql_where=text("in_force")),
        _ADDED,
    )

    policy_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    replaces: Mapped[int]
    in_force: Mapped[bool]
    first_by: Mapped[int | None]
    second_by: Mapped[int | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PolicyAnswer(Base):
    """What the standing policy said when a request was sent: agreed, or why it went on to people."""

    __tablename__ = "policy_answer"
    __table_args__ = (
        CheckConstraint("(why_not IS NULL) = (fund_code IS NOT NULL AND draw IS NOT NULL)", name="agreed_or_why_not"),
        CheckConstraint("agreed_pence >= 0 AND (agreed_pence > 0) = (why_not IS NULL)", name="pence_as_answered"),
        Index("ix_policy_answer_at", "at"),
        _ADDED,
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"), primary_key=True, autoincrement=False)
    policy_number: Mapped[int] = mapped_column(ForeignKey("policy_version.number"))
    # The key worker who asked, as it was then.
    worker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    # A code of standing_tier.WhyNot; None when it agreed.
    why_not: Mapped[str | None]
    fund_code: Mapped[str | None]
    agreed_pence: Mapped[int]
    # What was drawn, from 0 to one below `look_at_one_in`: 0 is looked at. Whoever holds the key can draw it again (looks.py).
    draw: Mapped[int | None]
    at: Mapped[datetime]


class PolicyLook(Base):
    """A request that the policy agreed, drawn to be looked at by an approver on the next working day."""

    __tablename__ = "policy_look"
    __table_args__ = (_ADDED,)

    request_id: Mapped[int] = mapped_column(ForeignKey("policy_answer.request_id"), primary_key=True, autoincrement=False)
    due_on: Mapped[date] = mapped_column(index=True)

    # What the approver found; none while it waits.
    found: Mapped[PolicyLookAnswer | None] = relationship(lazy="raise", viewonly=True, uselist=False)


class PolicyLookAnswer(Base):
    """What an approver found who looked at it. Their reason stands in the audit trail."""

    __tablename__ = "policy_look_answer"
    __table_args__ = (_ADDED,)

    request_id: Mapped[int] = mapped_column(ForeignKey("policy_look.request_id"), primary_key=True, autoincrement=False)
    is_fine: Mapped[bool]
    looked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    looked_at: Mapped[datetime]


class RequestFlag(Base):
    """What whoever decides should see about a request, as it was when it was sent."""

    __tablename__ = "request_flag"
    __table_args__ = (_ADDED,)

    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"), primary_key=True, autoincrement=False)
    # A code of flags.Flag.
    code: Mapped[str] = mapped_column(primary_key=True)
    # By how much.
    over_pence: Mapped[int]


class CapOverride(Base):
    """That somebody let a request go over a cap, up to a total. Somebody else agrees the request. The reason is in the audit trail."""

    __tablename__ = "cap_override"
    __table_args__ = (
        CheckConstraint("over_pence > 0", name="over_something"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"), index=True)
    given_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime]
    # By how much the request may take what was agreed in twelve months above its caps, added up over them.
    over_pence: Mapped[int]

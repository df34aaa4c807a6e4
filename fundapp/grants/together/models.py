"""What is to be given, who signed it, and who voted on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.grants.models import GrantRequest
from fundapp.grants.thing_models import RequestThing
from fundapp.people.models import User


class Award(Base):
    """What somebody proposed to give on a request: it stands until it is void, and is agreed once enough people have signed it."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("agreed_pence > 0", name="amount_positive", info={"sentence": marked("What is agreed is more than nothing.")}),
        CheckConstraint("signers IN ('policy', 'approver', 'approver_and_finance', 'two_approvers_or_panel')", name="signers_known"),
        UniqueConstraint("request_id", "number"),
        # One award of a request stands at a time; those that were void stay as they were.
        Index(
            "uq_award_standing",
            "request_id",
            unique=True,
            postgresql_where=text("void_at IS NULL"),
            info={"sentence": marked("Somebody has signed this already. Look at it again.")},
        ),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (agreed_at, void_at)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey(GrantRequest.id))
    # 1 for the first of the request, and so on, void ones too.
    number: Mapped[int]
    agreed_pence: Mapped[int]
    # Whose word it takes: the policy's tier for the amount, as it was then, and the version it stood in (None: none was signed yet).
    signers: Mapped[str]
    policy_number: Mapped[int | None]
    # SHA-256 of what was agreed (together/frozen.py), and of nothing that anybody wrote.
    hash: Mapped[str]
    made_at: Mapped[datetime]
    # When the panel's vote closes; None unless it was put to the panel.
    votes_close_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]


class AwardPart(Base):
    """What one fund gives for one thing. A trigger keeps the request's own sums equal to its parts'."""

    __tablename__ = "award_part"
    __table_args__ = (
        CheckConstraint("agreed_pence > 0", name="amount_positive"),
        CheckConstraint(
            "paid_pence >= 0 AND released_pence >= 0 AND paid_pence + released_pence <= agreed_pence",
            name="paid_within",
            info={"sentence": marked("What is paid and what is given back is together never more than was agreed.")},
        ),
        UniqueConstraint("award_id", "position"),
        UniqueConstraint("award_id", "thing_id", "fund_code"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (paid_pence, released_pence)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id))
    thing_id: Mapped[int] = mapped_column(ForeignKey(RequestThing.id), index=True)
    # 1 and on: the things in their order, out of the funds in the order chosen. Payments clear them in this order.
    position: Mapped[int]
    fund_code: Mapped[str]
    agreed_pence: Mapped[int]
    paid_pence: Mapped[int] = mapped_column(default=0)
    released_pence: Mapped[int] = mapped_column(default=0)

    @property
    def left_pence(self) -> int:
        """What is neither paid nor given back."""
        return self.agreed_pence - self.paid_pence - self.released_pence


class Signature(Base):
    """Somebody's word for an award, in one of their seats. Never changed."""

    __tablename__ = "award_signature"
    __table_args__ = (
        CheckConstraint("seat IN ('approver', 'finance', 'policy', 'panel')", name="seat_known"),
        UniqueConstraint("award_id", "user_id", info={"sentence": marked("You have signed this one, so somebody else has the next word.")}),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id))
    # None where no account signed: the standing policy, or the panel by its votes.
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    actor: Mapped[str]
    seat: Mapped[str]
    # Whom they stood in for that day, if anybody.
    for_user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    is_urgent: Mapped[bool]
    signed_at: Mapped[datetime]


class PanelVote(Base):
    """One vote of a panel member on an award. Secret until the vote is settled; who voted is kept. Never changed."""

    __tablename__ = "panel_vote"
    __table_args__ = (
        UniqueConstraint("award_id", "user_id", info={"sentence": marked("You have voted on this one. A vote is given once.")}),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    agrees: Mapped[bool]
    voted_at: Mapped[datetime]

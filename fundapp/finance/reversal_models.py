"""Contributions that turned out wrong: who said so, and who took them back in the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText

_TWO_PEOPLE = marked("Taking a contribution back has two people: somebody else than who asked for it does it, or keeps it.")
_ONE = marked("Somebody has asked for this contribution to be taken back already.")


class ContributionReversal(Base):
    """One finance officer's word that a contribution is wrong, and what a second one did about it."""

    __tablename__ = "contribution_reversal"
    __table_args__ = (
        CheckConstraint("reversed_by <> asked_by", name="reversed_by_another", info={"sentence": _TWO_PEOPLE}),
        CheckConstraint("reversed_at IS NULL OR kept_at IS NULL", name="one_end"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversal_whole"),
        CheckConstraint("(kept_at IS NULL) = (kept_by IS NULL)", name="keeping_whole"),
        # One at a time, and none after it was taken back.
        Index(
            "uq_contribution_reversal_standing",
            "contribution_id",
            unique=True,
            postgresql_where=text("kept_at IS NULL"),
            info={"sentence": _ONE},
        ),
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"))
    why: Mapped[str] = mapped_column(SealedText("contribution_reversal.why"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    reversed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reversed_at: Mapped[datetime | None]
    # It was right after all: said by a second person, or taken back by whoever asked.
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    kept_at: Mapped[datetime | None]

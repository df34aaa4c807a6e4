"""Why requests were declined, and help that could not be given, in codes: what is counted for the partners."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.models import CatalogueItem, GrantRequest

_REASONS = ", ".join(f"'{reason}'" for reason in Reason)


class RequestDecline(Base):
    """Why a request was declined. A request is declined once, and stays so."""

    __tablename__ = "request_decline"
    __table_args__ = (
        CheckConstraint(f"reason IN ({_REASONS})", name="reason_known"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    request_id: Mapped[int] = mapped_column(ForeignKey(GrantRequest.id), primary_key=True)
    reason: Mapped[str]


class UnmetNeed(Base):
    """Help that a key worker could not give somebody, without a request. Codes alone: nothing says who it was."""

    __tablename__ = "unmet_need"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(item_id, need) = 1",
            name="one_need",
            info={"sentence": marked("Say what they needed: a kind of help, or what comes nearest.")},
        ),
        UniqueConstraint("form_key"),
        Index("ix_unmet_need_noted_at", "noted_at"),
        Index("ix_unmet_need_team_id_id", "team_id", "id"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE (taken_back_at)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Made with the page, so that a double click notes it once.
    form_key: Mapped[UUID]
    # A kind of the catalogue, or a code of grants/demand/needs.py.
    item_id: Mapped[int | None] = mapped_column(ForeignKey(CatalogueItem.id))
    need: Mapped[str | None]
    # Why it could not be given: a code of grants/demand/needs.py.
    why: Mapped[str]
    # Codes of grants/circumstances.py, as on a request. Neither is needed.
    person_group: Mapped[str | None]
    locality: Mapped[str | None]
    noted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    noted_at: Mapped[datetime]
    # When whoever noted it, or a colleague, took it back. It then counts for nothing.
    taken_back_at: Mapped[datetime | None]

"""The table of requests that went from one key worker to a colleague."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class Handover(Base):
    """One request, from whom to whom. Whoever once asked for it still never decides on it."""

    __tablename__ = "request_handover"
    __table_args__ = (
        CheckConstraint("from_user_id <> to_user_id", name="somebody_else"),
        Index("ix_request_handover_request_id_from_user_id", "request_id", "from_user_id"),
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    from_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    to_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    # Given to a colleague for a while: until when. Whoever gave it can take it back. None: for good.
    lent_until: Mapped[date | None]

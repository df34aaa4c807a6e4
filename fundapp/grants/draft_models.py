"""A picture of a bill that waits to be covered in part, for a day at the most."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.sealed import SealedBytes


class BillDraft(Base):
    """A picture, made anew without its metadata, that nobody but whoever sent it sees. It is gone once the bill is shown."""

    __tablename__ = "bill_draft"
    __table_args__ = (
        CheckConstraint("octet_length(content) BETWEEN 1 AND 10486000", name="size_within"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"), primary_key=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    # Sealed: what is to be covered is still in it.
    content: Mapped[bytes] = mapped_column(SealedBytes("bill_draft.content"))
    added_at: Mapped[datetime]

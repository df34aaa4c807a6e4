"""Tables of this room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class OpenbooksExample(Base):
    """What a gift of some size does, as the front page tells it."""

    __tablename__ = "openbooks_example"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": "An example costs more than nothing."}),
        CheckConstraint("length(words) BETWEEN 1 AND 80", name="words_short", info={"sentence": "Say what it buys in at most 80 letters."}),
        CheckConstraint("position BETWEEN 1 AND 99", name="position_in_list", info={"sentence": "The place is a number from 1 to 99."}),
        # Never deleted: the audit trail names it.
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Its place on the page; among equals the older stands first.
    position: Mapped[int]
    amount_pence: Mapped[int]
    words: Mapped[str]
    # Whether it may stand on the front page, which shows the first six of these.
    active: Mapped[bool]
    changed_at: Mapped[datetime]
    # Nobody, for those that came with the house.
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"example:{self.id}"

"""Every version of every kind of help: what it said, since when, by whom and why. Never changed, never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked


class CatalogueVersion(Base):
    """What a kind of help said from one moment on, until its next version."""

    __tablename__ = "catalogue_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="number_counts"),
        CheckConstraint("char_length(why) <= 400", name="why_short", info={"sentence": marked("Keep the reason under 400 letters.")}),
        UniqueConstraint("item_id", "number"),
        # A trigger refuses every change, by whomever.
        {"info": {"app_role": "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("catalogue_item.id"))
    number: Mapped[int]
    name: Mapped[str]
    guide_low_pence: Mapped[int]
    guide_high_pence: Mapped[int]
    help_text: Mapped[str]
    asks_what: Mapped[bool]
    cap_pence: Mapped[int | None]
    is_sensitive: Mapped[bool]
    needs_delivery: Mapped[bool]
    for_groups: Mapped[bool]
    active: Mapped[bool]
    # None where no account acted: what stood before versions were kept, and what came with the software.
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime]
    why: Mapped[str]

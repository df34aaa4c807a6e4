"""Tables of collection points."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText
from fundapp.points.codes import SHAPE

NAME_LENGTH = 80


class CollectionPoint(Base):
    """A place with our poster. Its code lives as long as a poster may hang: closing sends gifts to the general fund, no more."""

    __tablename__ = "collection_point"
    __table_args__ = (
        CheckConstraint(f"code ~ '{SHAPE}'", name="code_shape"),
        CheckConstraint(
            f"length(name) BETWEEN 1 AND {NAME_LENGTH}",
            name="name_length",
            # The catalogue has whole sentences alone: NAME_LENGTH once more.
            info={"sentence": marked("Write the place in at most 80 letters: it stands on the poster.")},
        ),
        CheckConstraint("closed_at >= opened_at", name="closed_after_opened"),
        CheckConstraint("replaced_by_id IS NULL OR closed_at IS NOT NULL", name="replaced_is_closed"),
        CheckConstraint("replaced_by_id <> id", name="replaced_by_another"),
        UniqueConstraint("code"),
        UniqueConstraint("replaced_by_id"),
        Index("ix_collection_point_host_id", "host_id"),
        Index("ix_collection_point_name_id", "name", "id"),
        # Never deleted: gifts name it for ever.
        {"info": {"app_role": "SELECT, INSERT, UPDATE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # What the QR code says after /g/. Never changed: it is printed.
    code: Mapped[str]
    # As donors read it: "the bakery on High Street". Printed too, so never changed.
    name: Mapped[str]
    # Who owns the place, as the agreement says.
    business: Mapped[str]
    address: Mapped[str]
    # Whom we speak to there, and how: kept for that alone, shown to staff alone.
    contact_name: Mapped[str] = mapped_column(SealedText("collection_point.contact_name"))
    contact_details: Mapped[str] = mapped_column(SealedText("collection_point.contact_details"))
    # The day of the written agreement with the host (Code of Fundraising Practice 7.5.3).
    agreed_on: Mapped[date]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    # Who the host is over all their places (host_models.py).
    host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
    # The point with the new code, where this one's was retired: it is never open again. Gifts by the old code stay with it.
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("collection_point.id"))

    @property
    def is_open(self) -> bool:
        """Whether gifts here still go to the appeal."""
        return self.closed_at is None

    @property
    def heading(self) -> str:
        """The place's name at the beginning of a line."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"point:{self.id}"

    @property
    def path(self) -> str:
        """Where its code leads, without the host."""
        return f"/g/{self.code}"

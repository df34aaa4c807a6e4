"""Where a thing is brought to, in a table of its own that few may read and that is soon empty; and photos of what is asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedBytes, SealedText

# More is an album, not a quote or a price tag.
MOST_PHOTOS = 3


class Delivery(Base):
    """Where to bring what a request asks for. Gone once it is there, and whenever it will not be brought."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("request_id"), {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}})

    # A number of its own: an address that is written down anew is another one to forget.
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    address_words: Mapped[str] = mapped_column(SealedText("delivery.address_words"))
    said_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    said_at: Mapped[datetime]


class RequestPhoto(Base):
    """A picture of what is asked for (a quote, a price tag), made anew without its metadata. In the database, as bills are."""

    __tablename__ = "request_photo"
    __table_args__ = (
        CheckConstraint(
            f"place BETWEEN 1 AND {MOST_PHOTOS}",
            name="not_too_many",
            info={"sentence": marked("Three photos are there already. Take one away first.")},
        ),
        # A photo's 10 MiB, and the 33 bytes that sealing adds.
        CheckConstraint("octet_length(content) BETWEEN 34 AND 10485793", name="size_within"),
        UniqueConstraint("request_id", "place"),
        # Its content is sealed anew under another key.
        {"info": {"app_role": "SELECT, INSERT, DELETE, UPDATE (content)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    # 1 to 3: two that are sent at once never take the same.
    place: Mapped[int]
    content: Mapped[bytes] = mapped_column(SealedBytes("request_photo.content"), deferred=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime]

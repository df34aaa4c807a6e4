"""The things that a request asks for, one row each: what, at what price, where, and how much of it was agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.indexed import Indexed, WordIndexes
from fundapp.core.language import marked
from fundapp.core.sealed import SealedJson, SealedText

if TYPE_CHECKING:
    from fundapp.grants.models import CatalogueItem

# More than this is a project, not a request that somebody decides on in minutes.
MOST_THINGS = 6


class RequestThing(Indexed, Base):
    """One thing of a request. Triggers keep it as it was sent, and the request's sum equal to its things' prices."""

    __tablename__ = "request_thing"
    __table_args__ = (
        CheckConstraint(
            f"position BETWEEN 1 AND {MOST_THINGS}",
            name="not_too_many",
            info={"sentence": marked("That is as much as one request holds. Ask for the rest in another.")},
        ),
        CheckConstraint("price_pence > 0", name="price_something", info={"sentence": marked("A price is more than nothing.")}),
        CheckConstraint(
            "agreed_pence BETWEEN 0 AND coalesce(price_pence, 0)",
            name="agreed_within",
            info={"sentence": marked("No more is agreed for a thing than was asked for it.")},
        ),
        UniqueConstraint("request_id", "position"),
        Index("ix_request_thing_words_index", "words_index", postgresql_using="gin"),
        {"info": {"app_role": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("grant_request.id"))
    # 1 and on, without a gap: the order in which they were asked for, and in which money is given to them.
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("catalogue_item.id"), index=True)
    # What exactly, where the kind alone does not say ("work boots").
    detail_words: Mapped[str] = mapped_column(SealedText("grant_request.detail_words"))
    price_pence: Mapped[int | None]
    supplier: Mapped[str] = mapped_column(SealedText("grant_request.supplier"))
    # What was typed and does not pass yet ("about 40"), by field, so that a draft loses nothing. Set anew, never changed inside.
    typed: Mapped[dict[str, str]] = mapped_column(SealedJson("grant_request.typed"))
    # Of this thing's price; nothing where the thing was left out. None until somebody agreed.
    agreed_pence: Mapped[int | None]
    # What it is found by: what was asked for, and where. Never the person's own words.
    words_index: Mapped[Any] = mapped_column(WordIndexes("grant_request.words"), deferred=True, nullable=False)

    indexed: ClassVar[dict[str, tuple[str, ...]]] = {"words_index": ("supplier", "detail_words")}

    item: Mapped[CatalogueItem] = relationship(lazy="joined", innerjoin=True)

    @property
    def what(self) -> str:
        """What is asked for, in words."""
        return self.detail_words or self.item.name

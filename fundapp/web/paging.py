"""Lists a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

PER_PAGE = 25
Row = TypeVar("Row")
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. In a template: `{{ pages(page.number, page.count, page.url) }}`."""

    rows: Sequence[Row]
    number: int
    total: int
    per_page: int = PER_PAGE
    # What the address says besides the page's number, so that filters stay.
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        where: dict[str, Any] = {**(request.view_args or {}), **self.kept, "page": number}
        return url_for(request.endpoint or "", **where)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def asked() -> int:
    """The page number in the address: 1 where it is missing or makes no sense."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if len(text) <= 7 and text.isascii() and text.isdigit() else 1


def page_of(session: Session, statement: Select[Row], *, number: int, per_page: int = PER_PAGE, **kept: str) -> Page[Row]:
    """One page of an ordered select of one entity. The statement must end its order with a tie-break."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = _within(number, total, per_page)
    rows = session.scalars(statement.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(rows, number, total, per_page, _said(kept))


def page_of_known(
    keys: Sequence[Key], fetch: Callable[[Sequence[Key]], Sequence[Row]], *, number: int, per_page: int = PER_PAGE, **kept: str
) -> Page[Row]:
    """One page of a list whose order is known already, as where sealed names were put in order. Only that page's rows are fetched."""
    number = _within(number, len(keys), per_page)
    rows = fetch(keys[(number - 1) * per_page : number * per_page])
    return Page(rows, number, len(keys), per_page, _said(kept))


def _within(number: int, total: int, per_page: int) -> int:
    return min(max(1, number), max(1, -(-total // per_page)))


def _said(kept: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in kept.items() if value}

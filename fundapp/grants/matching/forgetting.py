"""When comparisons are forgotten, besides each year's with its key; grants/forgetting.py takes it up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.grants.matching.models import MatchTry, PersonMark


def _old_mark(before: datetime) -> ColumnElement[bool]:
    return PersonMark.marked_at < before


def _old_try(before: datetime) -> ColumnElement[bool]:
    return MatchTry.at < before


def _drop(session: Session, row: PersonMark | MatchTry) -> None:
    session.delete(row)


def _person(row: PersonMark | MatchTry) -> tuple[str, ...]:
    return (f"person:{row.person_id}",)


FORGETTING = (
    Forgetting(Kept.IDENTITY, marked("What stands for somebody when agencies are compared"), PersonMark, "mark", _old_mark, _drop, _person),
    Forgetting(Kept.IDENTITY, marked("That somebody was compared"), MatchTry, "match", _old_try, _drop, _person),
)

"""Which codes may be one person, and what an approver is told of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.core import clock
from fundapp.grants.lifecycle import Status
from fundapp.grants.matching.keys import YEARS_BEFORE
from fundapp.grants.matching.models import MatchTry, PersonMark
from fundapp.grants.models import GrantRequest

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Before:
    """Whether there was help under another code, and of which of the kinds asked for, where these are nobody's secret."""

    was: bool
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a key worker compared somebody lately, and how often with other particulars than before."""

    user_id: int
    tries: int
    differing: int


def same_person(session: Session, person_id: int) -> set[int]:
    """Every person that may be this one, by a mark under a key that is in use; this one among them."""
    mine, theirs = aliased(PersonMark), aliased(PersonMark)
    alike = select(theirs.person_id).join(mine, (mine.year == theirs.year) & (mine.mark == theirs.mark)).where(mine.person_id == person_id)
    return {person_id, *session.scalars(alike.where(mine.year >= clock.today().year - YEARS_BEFORE))}


def help_before(session: Session, request: GrantRequest, known_by: Collection[int]) -> Before:
    """What an approver is told: help in twelve months under another code of the same person, yes or no, and its kind.

    `known_by`: the codes by which the person may be known (`same_person`). Yes stands for help of any kind, so that a yes without a kind
    says nothing of a kind that is nobody's business.
    """
    others = set(known_by) - {request.person_id}
    if request.person_id is None or not others:
        return Before(was=False)
    given = select(GrantRequest).where(
        GrantRequest.person_id.in_(others), GrantRequest.agreed_at >= clock.year_ago(), GrantRequest.status != Status.WITHDRAWN
    )
    rows = session.scalars(given.order_by(GrantRequest.id)).all()
    had = {thing.item_id for row in rows for thing in row.things}
    kinds = [thing.item.name for thing in request.things if thing.item_id in had and not thing.item.is_sensitive]
    return Before(bool(rows), tuple(dict.fromkeys(kinds)))


def tries() -> Select[MatchTry]:
    """Every comparison that was made, the newest first."""
    return select(MatchTry).order_by(MatchTry.at.desc(), MatchTry.id.desc())


def tallies(session: Session) -> list[Tally]:
    """Who compared people in the last month, the most first."""
    differing = func.count().filter(MatchTry.differs)
    rows = session.execute(
        select(MatchTry.user_id, func.count(), differing)
        .where(MatchTry.at > clock.now() - MONTH)
        .group_by(MatchTry.user_id)
        .order_by(func.count().desc(), MatchTry.user_id)
    )
    return [Tally(*row) for row in rows]


def is_marked(session: Session, person_id: int) -> bool:
    """Whether something stands for this person under a key in use."""
    year = clock.today().year - YEARS_BEFORE
    return session.scalar(select(PersonMark.id).where(PersonMark.person_id == person_id, PersonMark.year >= year).limit(1)) is not None

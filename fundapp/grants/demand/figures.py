"""What was declined and what could not be given in a period, one row each: codes alone, for counting."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.grants import circumstances
from fundapp.grants.demand.models import RequestDecline, UnmetNeed
from fundapp.grants.demand.needs import NEEDS, WHY_NOT
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import CatalogueItem, GrantRequest
from fundapp.grants.thing_models import RequestThing

DECLINED, UNMET = "declined", "unmet"


@dataclass(frozen=True, slots=True)
class NotGiven:
    """Help that somebody needed and did not get."""

    # One of the two above.
    known_by: str
    # A kind of the catalogue by its short name, as "item-phone", or a need, as "need-deposit".
    need: str
    why: str
    person_group: str | None
    locality: str | None
    # The person, as far as they can be told apart: by their code; or else by who noted it, of whom on which day.
    who: Hashable
    team_id: int


def not_given(session: Session, since: datetime, until: datetime) -> list[NotGiven]:
    """Everything declined or noted from `since` to before `until`. A request for several things is there once for each."""
    return [*_declined(session, since, until), *_unmet(session, since, until)]


def need_words(session: Session) -> dict[str, str]:
    """What each need is called in the reader's language."""
    kinds = {f"item-{code}": name for code, name in session.execute(select(CatalogueItem.code, CatalogueItem.name))}
    return {**kinds, **{f"need-{code}": _(words) for code, words in NEEDS.items()}}


def why_words() -> dict[str, str]:
    """What each reason is called: those of declined requests, and those of notes."""
    declined = {f"{DECLINED}-{reason.value}": reason.words for reason in Reason}
    return {**declined, **{f"{UNMET}-{code}": _(words) for code, words in WHY_NOT.items()}}


def group_words() -> dict[str, str]:
    """What each group of people is called."""
    return circumstances.offered(circumstances.GROUPS)


def locality_words() -> dict[str, str]:
    """What each part of the town is called."""
    return circumstances.offered(circumstances.LOCALITIES)


def _declined(session: Session, since: datetime, until: datetime) -> Iterator[NotGiven]:
    statement = (
        select(
            CatalogueItem.code,
            func.coalesce(RequestDecline.reason, Reason.OTHER.value),
            GrantRequest.person_group,
            GrantRequest.locality,
            GrantRequest.person_id,
            GrantRequest.id,
            GrantRequest.team_id,
        )
        .join(RequestThing, RequestThing.request_id == GrantRequest.id)
        .join(CatalogueItem, CatalogueItem.id == RequestThing.item_id)
        .outerjoin(RequestDecline, RequestDecline.request_id == GrantRequest.id)
        .where(GrantRequest.status == Status.DECLINED, GrantRequest.ended_at >= since, GrantRequest.ended_at < until)
        .order_by(GrantRequest.id, RequestThing.position)
    )
    for code, why, group, locality, person_id, request_id, team_id in session.execute(statement):
        # A community group's request is nobody's in particular: one "person" for each.
        who = ("person", person_id) if person_id is not None else ("group", request_id)
        yield NotGiven(DECLINED, f"item-{code}", f"{DECLINED}-{why}", group, locality, who, team_id)


def _unmet(session: Session, since: datetime, until: datetime) -> Iterator[NotGiven]:
    statement = (
        select(UnmetNeed, CatalogueItem.code)
        .outerjoin(CatalogueItem, CatalogueItem.id == UnmetNeed.item_id)
        .where(UnmetNeed.noted_at >= since, UnmetNeed.noted_at < until, UnmetNeed.taken_back_at.is_(None))
        .order_by(UnmetNeed.id)
    )
    for note, code in session.execute(statement):
        # Nobody says who it was, so that what one worker notes on one day counts as one person: never more than there were.
        who = ("noted", note.noted_by, note.noted_at.date())
        need = f"item-{code}" if code is not None else f"need-{note.need}"
        yield NotGiven(UNMET, need, f"{UNMET}-{note.why}", note.person_group, note.locality, who, note.team_id)

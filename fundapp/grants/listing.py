"""Lists of requests: whose, in which state, of what kind, overdue, of which days, for which group, and by which words.

Somebody sees three circles: their own requests, their team's, and their organisation's. Of other teams in the organisation they see
figures and states alone: neither what was asked, nor for whom, nor in whose words; and nothing can be found there by any of these.
Whoever decides sees what they may decide on (`search.visible`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.indexed import with_words
from fundapp.core.roles import Role
from fundapp.grants import search
from fundapp.grants.circumstances import GROUPS
from fundapp.grants.models import CatalogueItem, GrantRequest, Person
from fundapp.grants.queries import STATES
from fundapp.grants.thing_models import RequestThing
from fundapp.web.searching import Asked

# Who has a list of what they decide on or look over.
DESK = (Role.APPROVER, Role.PANEL, Role.AUDITOR)


class Whose(StrEnum):
    """How wide a list is."""

    MINE = "mine"
    TEAM = "team"
    ORGANISATION = "organisation"
    # Whatever may be decided on, or read.
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is to show. Whatever an address says that makes no sense is left out of it."""

    whose: str = ""
    state: str = ""
    kind: str = ""
    group: str = ""
    overdue: str = ""
    since: str = ""
    until: str = ""
    # The words that are searched for, sealed as the search seals them: they stand in an address.
    words: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """What of it is said in an address."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out besides other people's."""
        return bool(self.kept.keys() - {"whose"})


def wanted(actor: Actor, said: Mapping[str, str]) -> Wanted:
    """Read what an address, or a form, says."""
    whose = said.get("whose", "")
    state, overdue = said.get("state", ""), said.get("overdue", "")
    found = {
        "whose": whose if whose in offered(actor) else next(iter(offered(actor)), ""),
        "state": state if state in STATES else "",
        "overdue": "yes" if overdue == "yes" else "",
        "since": _day_said(said.get("since", "")),
        "until": _day_said(said.get("until", "")),
    }
    if found["whose"] != Whose.ORGANISATION:
        found |= {"kind": said.get("kind", "")[:24], "words": said.get("words", "")[:400]}
    if found["whose"] in {Whose.MINE, Whose.TEAM}:
        # Who belongs to which group is their own team's to know: nobody else finds a request by it.
        group = said.get("group", "")
        found["group"] = group if group in GROUPS else ""
    return Wanted(**found)


def offered(actor: Actor) -> tuple[str, ...]:
    """Which circles somebody may look at, the first unless they choose."""
    worker = (Whose.MINE, Whose.TEAM, Whose.ORGANISATION) if actor.has(Role.KEY_WORKER) else ()
    return tuple(one.value for one in (*worker, *((Whose.ALL,) if actor.has(*DESK) else ())))


def requests(actor: Actor, want: Wanted, asked: Asked | None = None) -> Select[GrantRequest]:
    """The requests of a list: overdue ones first, then the newest."""
    return (
        select(GrantRequest)
        .outerjoin(Person, Person.id == GrantRequest.person_id)
        .where(_within(actor, want.whose), *_fits(want), *((_found_by(asked),) if asked else ()))
        .options(joinedload(GrantRequest.person))
        .order_by(GrantRequest.is_overdue.desc(), GrantRequest.started_at.desc(), GrantRequest.id.desc())
    )


def opens(actor: Actor, request: GrantRequest) -> str:
    """The page on which somebody reads a request, by its endpoint; nothing where it is not theirs to read."""
    if actor.has(Role.KEY_WORKER) and request.team_id == actor.team_id:
        return "requests.show"
    return "decisions.show" if actor.has(*DESK) and request.sent_at is not None else ""


def _within(actor: Actor, whose: str) -> ColumnElement[bool]:
    """One circle, for whoever may look at it."""
    if whose not in offered(actor):
        return false()
    if whose == Whose.ALL:
        roles = actor.roles & frozenset(DESK)
        return search.visible(Actor(actor.reference, actor.user_id, roles, actor.organisation_id, actor.team_id))
    if whose == Whose.ORGANISATION:
        # What a colleague elsewhere has not sent is nobody's business yet.
        return and_(GrantRequest.organisation_id == actor.organisation_id, GrantRequest.sent_at.is_not(None))
    team = GrantRequest.team_id == actor.team_id
    return and_(team, GrantRequest.asked_by == actor.user_id) if whose == Whose.MINE else team


def _fits(want: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if want.state:
        found.append(GrantRequest.status.in_(STATES[want.state]))
    if want.kind:
        found.append(GrantRequest.things.any(RequestThing.item.has(CatalogueItem.code == want.kind)))
    if want.group:
        found.append(GrantRequest.person_group == want.group)
    if want.overdue:
        found.append(and_(GrantRequest.is_overdue))
    # The day it was begun; of those that were sent, the two are mostly the same, and a draft has no other.
    if want.since:
        found.append(GrantRequest.started_at >= clock.start_of(date.fromisoformat(want.since)))
    if want.until:
        found.append(GrantRequest.started_at < clock.start_of(date.fromisoformat(want.until) + timedelta(days=1)))
    return found


def _found_by(asked: Asked) -> ColumnElement[bool]:
    """A request by its number, whom it is for by their code or the group's name, or what was asked for and where; never in whose words."""
    either: list[ColumnElement[bool]] = [Person.code == asked.letters]
    if asked.number is not None:
        either.append(GrantRequest.id == asked.number)
    if asked.pence is not None:
        either += [GrantRequest.asked_pence == asked.pence, GrantRequest.agreed_pence == asked.pence]
    elif terms := with_words(asked.terms):
        either.append(and_(*(search.asks_for(term) for term in terms)))
    return or_(*either)


def _day_said(said: str) -> str:
    """A day as an address says it, 2026-11-23; nothing for anything else."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return ""
    return day.isoformat() if 2000 <= day.year < 2100 else ""

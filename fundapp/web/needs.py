"""What waits for somebody, gathered from the rooms: each says its own, as it says its ways (navigation.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Blueprint, current_app, url_for
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.days import month_of
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.web import identity
from fundapp.web.filters import day, time_of_day

EXTENSION = "fund-needs"
# How many of each part a first page shows. The oldest come first, and the rest is a link away.
SHOWN = 5
_WEEKDAYS = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits: what is to do, about what, where, since when."""

    what: str
    about: str
    url: str
    # The button's words: a verb. Everybody reads them; `about` says to what.
    act: str
    since: datetime | None = None
    # By when it was promised, or is of no use any more.
    due_at: datetime | None = None
    glyph: str = "clock"

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def clock(self) -> str:
        """Since when it waits, and by when: "Waits since 9:12 am, by 5:00 pm"."""
        if self.since and self.due_at:
            return _("Waits since %(since)s, by %(due)s") % {"since": when(self.since), "due": when(self.due_at)}
        if self.since:
            return _("Waits since %(since)s") % {"since": when(self.since)}
        return _("By %(due)s") % {"due": when(self.due_at)} if self.due_at else ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one place: the oldest of it, and how many there are."""

    needs: Sequence[Need] = field(default_factory=tuple)
    total: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One place's work, as a page shows it."""

    label: str
    waiting: Waiting
    # Where all of it is.
    url: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place where work waits, and for whom."""

    label: str
    endpoint: str
    roles: frozenset[Role]
    order: int
    # Finds the oldest, so many, with one or two questions to the database.
    find: Callable[[Actor, int], Waiting]


def work(blueprint: Blueprint, label: str, endpoint: str, roles: Iterable[Role], order: int, find: Callable[[Actor, int], Waiting]) -> None:
    """Show what waits at this place to everybody who holds one of these roles. Lower orders stand first."""
    place = Place(label, endpoint, frozenset(roles), order, find)

    def declare(state: BlueprintSetupState) -> None:
        places(state.app).append(place)

    blueprint.record(declare)


def places(app: App) -> list[Place]:
    """Every place that a room declared."""
    found: list[Place] = app.extensions.setdefault(EXTENSION, [])
    return found


def parts() -> list[Part]:
    """What waits for whoever is asking, each part once, however many of their roles lead to it. Empty parts are left out."""
    actor = identity.actor()
    mine = sorted((place for place in places(current_app) if actor.has(*place.roles)), key=lambda place: (place.order, place.label))
    found = [Part(_(place.label), place.find(actor, SHOWN), url_for(place.endpoint)) for place in mine]
    return [part for part in found if part.waiting.total]


def when(moment: datetime) -> str:
    """A moment near today as somebody says it: "5:00 pm", "tomorrow, 5:00 pm", "Wednesday 25 November"; the day where it is far."""
    on, today = clock.day_of(moment), clock.today()
    if on == today:
        return time_of_day(moment)
    if on == today - timedelta(days=1):
        return _("yesterday, %(time)s") % {"time": time_of_day(moment)}
    if on == today + timedelta(days=1):
        return _("tomorrow, %(time)s") % {"time": time_of_day(moment)}
    if abs((on - today).days) >= 60:
        return day(on)
    facts = {"weekday": _(_WEEKDAYS[on.weekday()]), "day": on.day, "month": month_of(on)}
    return _("%(weekday)s %(day)d %(month)s") % facts

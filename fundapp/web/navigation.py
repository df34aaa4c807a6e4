"""The ways round the house, by role. Each room says its own; nobody keeps a list of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App
from sqlalchemy import Select, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.web import guards, identity
from fundapp.web.session import db

EXTENSION = "fund-navigation"
# Asks how many things wait somewhere for somebody; None where nothing ever does.
Count = Callable[[Actor], Select[int] | None]


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what it is called, where it leads, who sees it."""

    label: str
    endpoint: str
    roles: frozenset[Role]
    order: int
    # On the administrators' first page rather than in the bar, with one sentence on what is done there.
    under_admin: bool
    hint: str
    # What counts what waits there.
    waiting: Count | None
    # Whether this person needs it, besides their roles.
    when: Callable[[frozenset[Role]], bool] | None = None


class Link(NamedTuple):
    """One way as a page shows it."""

    label: str
    url: str
    current: bool
    # How many things wait there; 0 shows nothing.
    waiting: int


def nav_item(
    blueprint: Blueprint,
    label: str,
    endpoint: str,
    roles: Iterable[Role],
    order: int,
    *,
    waiting: Count | None = None,
    when: Callable[[frozenset[Role]], bool] | None = None,
) -> None:
    """Put a way into the bar of everybody who holds one of these roles. Lower orders stand first.

    `waiting` counts what waits there, on every page: a cheap question, asked together with the other ways'. `when` says who of them
    needs it, by all their roles.
    """
    _add(blueprint, Way(label, endpoint, frozenset(roles), order, under_admin=False, hint="", waiting=waiting, when=when))


def admin_item(blueprint: Blueprint, label: str, endpoint: str, order: int, hint: str) -> None:
    """Put a way on the administrators' first page, with a sentence that says what is done there."""
    _add(blueprint, Way(label, endpoint, frozenset({Role.ADMIN}), order, under_admin=True, hint=hint, waiting=None))


def nav() -> list[Link]:
    """The bar of whoever is asking; empty for somebody not signed in."""
    here, mine = _here(), [way for way in _mine() if not way.under_admin]
    waiting = _waiting(mine)
    return [Link(_(way.label), url_for(way.endpoint), way is here, waiting.get(way, 0)) for way in mine]


def section() -> str:
    """The way under which this page lies, for its title; empty on a page that lies under none."""
    here = _here()
    return _(here.label) if here else ""


def frame() -> str:
    """The frame of a page that everybody has: whoever only asks is at home on the phone's pages, everybody else at a desk."""
    return "base/phone.html" if identity.actor().roles <= {Role.KEY_WORKER} else "base/desk.html"


def may_open(url: str) -> bool:
    """Whether whoever is asking gets past the guard of a page of ours. What stands on the page itself may still say no."""
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint = adapter.match(urlsplit(url).path, method="GET")[0] if adapter else ""
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    guard, narrowed = guards.guard_of(current_app, endpoint), guards.only_of(current_app, endpoint)
    person = identity.signed_in()
    if guard is guards.PUBLIC or person is None:
        return guard is guards.PUBLIC
    return all(person.actor.has(*roles) for roles in (guard, narrowed) if isinstance(roles, frozenset))


def admin_ways() -> list[tuple[str, str, str]]:
    """The administrators' first page: label, address, hint."""
    return [(_(way.label), url_for(way.endpoint), _(way.hint)) for way in _mine() if way.under_admin]


def _add(blueprint: Blueprint, way: Way) -> None:
    def declare(state: BlueprintSetupState) -> None:
        ways(state.app).append(way)

    blueprint.record(declare)


def ways(app: App) -> list[Way]:
    """Every way that a room declared."""
    found: list[Way] = app.extensions.setdefault(EXTENSION, [])
    return found


def _mine() -> list[Way]:
    person = identity.signed_in()
    if person is None:
        return []
    roles = person.actor.roles
    mine = [way for way in ways(current_app) if person.actor.has(*way.roles) and (way.when is None or way.when(roles))]
    return sorted(mine, key=lambda way: (way.order, way.label))


def _waiting(mine: Sequence[Way]) -> dict[Way, int]:
    """How many things wait on these ways for whoever is asking: one question for all of them."""
    counts = {way: count for way in mine if way.waiting and (count := way.waiting(identity.actor())) is not None}
    if not counts:
        return {}
    found = db().execute(select(*[count.scalar_subquery() for count in counts.values()])).one()
    return dict(zip(counts, found, strict=True))


def _here() -> Way | None:
    """The way that leads here. Of two, one beneath the other, the nearer is where the reader is."""
    leading = [way for way in _mine() if not way.under_admin and _is_current(way)]
    return max(leading, key=lambda way: len(url_for(way.endpoint)), default=None)


def _is_current(way: Way) -> bool:
    home = url_for(way.endpoint)
    return request.path == home or request.path.startswith(home.rstrip("/") + "/")

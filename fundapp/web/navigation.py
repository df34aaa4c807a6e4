"""The ways round the house, by role. Each room says its own; nobody keeps a list of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App

from fundapp.core.roles import Role
from fundapp.web import identity

EXTENSION = "fund-navigation"


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
    # Counts what waits there for whoever is asking.
    waiting: Callable[[], int] | None


class Link(NamedTuple):
    """One way as a page shows it."""

    label: str
    url: str
    current: bool
    # How many things wait there; 0 shows nothing.
    waiting: int


def nav_item(
    blueprint: Blueprint, label: str, endpoint: str, roles: Iterable[Role], order: int, *, waiting: Callable[[], int] | None = None
) -> None:
    """Put a way into the bar of everybody who holds one of these roles. Lower orders stand first.

    `waiting` counts what waits there, on every page: one cheap query.
    """
    _add(blueprint, Way(label, endpoint, frozenset(roles), order, under_admin=False, hint="", waiting=waiting))


def admin_item(blueprint: Blueprint, label: str, endpoint: str, order: int, hint: str) -> None:
    """Put a way on the administrators' first page, with a sentence that says what is done there."""
    _add(blueprint, Way(label, endpoint, frozenset({Role.ADMIN}), order, under_admin=True, hint=hint, waiting=None))


def nav() -> list[Link]:
    """The bar of whoever is asking; empty for somebody not signed in."""
    mine = [way for way in _mine() if not way.under_admin]
    # Of two ways that lead here, one beneath the other, the nearer is where the reader is.
    here = max((url_for(way.endpoint) for way in mine if _is_current(way)), key=len, default=None)
    return [_link(way, here) for way in mine]


def admin_ways() -> list[tuple[str, str, str]]:
    """The administrators' first page: label, address, hint."""
    return [(way.label, url_for(way.endpoint), way.hint) for way in _mine() if way.under_admin]


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
    mine = [way for way in ways(current_app) if person.actor.has(*way.roles)]
    return sorted(mine, key=lambda way: (way.order, way.label))


def _link(way: Way, here: str | None) -> Link:
    url = url_for(way.endpoint)
    return Link(way.label, url, url == here, way.waiting() if way.waiting else 0)


def _is_current(way: Way) -> bool:
    home = url_for(way.endpoint)
    return request.path == home or request.path.startswith(home.rstrip("/") + "/")

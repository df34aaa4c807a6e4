"""Silence is not a permission: each blueprint declares one guard, and an app with an unguarded view does not start."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from fundapp.core.errors import NotAllowed
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.web import first_steps, identity

EXTENSION = "fund-guards"
SIGN_IN = "sign_in.sign_in"
# Where somebody goes whose password was right and whose account asks for more.
SECOND_STEP = "second_step.ask"
# Where somebody goes who must prove once more that it is them, before a page is shown and before an act is done.
PROVE, PROVE_AND_ACT = "proving.ask", "proving.ask_to_act"


class Door(Enum):
    """Guards that ask for no role."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    # The second step's own pages, open to a session that has shown no more than a password.
    ARRIVING = "arriving"


PUBLIC = Door.PUBLIC
SIGNED_IN = Door.SIGNED_IN
ARRIVING = Door.ARRIVING

Guard = Door | frozenset[Role]
View = TypeVar("View", bound=Callable[..., Any])


class Unguarded(Exception):
    """A view that nobody guards, or a guard that says nothing. The app does not start with one."""


def guard(blueprint: Blueprint, *who: Door | Role) -> None:
    """Declare who may open this blueprint's pages: PUBLIC, SIGNED_IN, ARRIVING (the second step), or holders of one of these roles.

    Raises Unguarded for no answer or a mixed one.
    """
    answer = _answer(who)

    def declare(state: BlueprintSetupState) -> None:
        state.app.extensions.setdefault(EXTENSION, {})[state.name] = answer

    blueprint.record(declare)


def only(*roles: Role) -> Callable[[View], View]:
    """Narrow one view to holders of at least one of these roles. The blueprint's guard stands as well."""

    def narrow(view: View) -> View:
        view.only_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return narrow


def guards(app: Flask) -> dict[str, Guard]:
    """The guard of each blueprint, by its name."""
    found: dict[str, Guard] = app.extensions.get(EXTENSION, {})
    return found


def fresh_proof(view: View) -> View:
    """Ask for a proof that is no older than a few minutes (OWASP ASVS 5.0, 7.5.3): for what moves money or changes who may what.

    Whoever has none proves it is them and comes back to where they were, with everything they typed.
    """
    view.fresh_proof = True  # type: ignore[attr-defined]
    return view


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The guard that stands before an endpoint, or None where nobody declared one."""
    return guards(app).get(endpoint.rpartition(".")[0])


def only_of(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """The roles a view is narrowed to, or None."""
    return getattr(app.view_functions[endpoint], "only_roles", None)


def is_public(endpoint: str | None) -> bool:
    """Whether the endpoint that answers this request is open to all. An address that leads nowhere is."""
    return endpoint is None or guard_of(current_app, endpoint) is PUBLIC


def install(app: Flask) -> None:
    """Ask at the door, before anything else of a view runs."""
    app.before_request(_ask)


def verify(app: Flask) -> None:
    """Walk the URL map. Raises Unguarded, naming every view without a guard."""
    bare = sorted({rule.endpoint for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) is None})
    if bare:
        raise Unguarded("These views have no guard: " + ", ".join(bare))


def safe_next(target: str | None) -> str | None:
    """An address inside this app to go on to, or None: only a plain path, never another host (CWE-601)."""
    if not target or not target.startswith("/") or target.startswith("//") or len(target) > 500:
        return None
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def _answer(who: tuple[Door | Role, ...]) -> Guard:
    doors = [one for one in who if isinstance(one, Door)]
    roles = frozenset(one for one in who if isinstance(one, Role))
    if len(doors) == 1 and not roles:
        return doors[0]
    if roles and not doors:
        return roles
    raise Unguarded("A guard is PUBLIC, SIGNED_IN, or one role and more.")


def _ask() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    needed = guard_of(current_app, request.endpoint)
    if needed is PUBLIC:
        return None
    person = identity.arriving()
    # Only a page that can be opened again is worth coming back to.
    target = safe_next(request.full_path.rstrip("?")) if request.method == "GET" else None
    if person is None:
        return redirect(url_for(SIGN_IN, next=target), 303)
    if needed is ARRIVING:
        return None
    if not person.proven:
        return redirect(url_for(SECOND_STEP, next=target), 303)
    first = first_steps.before_all_else(current_app, person, target)
    if first is not None:
        return redirect(first, 303)
    _require_role(person, needed, only_of(current_app, request.endpoint))
    if getattr(current_app.view_functions[request.endpoint], "fresh_proof", False) and not person.fresh:
        return prove_first()
    return None


def _require_role(person: identity.SignedIn, *asked: Guard | None) -> None:
    if any(isinstance(roles, frozenset) and not person.actor.has(*roles) for roles in asked):
        raise NotAllowed(_("This page belongs to another role."))


def prove_first() -> ResponseReturnValue:
    """Lead to where somebody proves once more that it is them, and back here."""
    where = safe_next(request.full_path.rstrip("?"))
    if request.method == "GET":
        return redirect(url_for(PROVE, next=where), 303)
    # The browser sends what was typed on to the page that asks, which keeps it and sends it back here (RFC 9110, 15.4.8).
    return redirect(url_for(PROVE_AND_ACT, next=where), 307)

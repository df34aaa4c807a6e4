"""What somebody must do before anything else: each a step with pages of its own, which any room may add.

    first_step(blueprint, 20, owed)    # owed(person) answers True as long as they still have to

While a step is owed, only its blueprint's pages (and signing out) are open; every other page leads to it. Steps come in the order
of their numbers. They are asked for when somebody has proven who they are: what proving takes is the guard's own affair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App

from fundapp.web.identity import SignedIn

EXTENSION = "fund-first-steps"
View = TypeVar("View", bound=Callable[..., Any])

# Asked on every page of everybody: a cheap look at what the session's row carries, or one query.
Owed = Callable[[SignedIn], bool]


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do first: the pages it is done on, the page it begins with, and who still owes it."""

    order: int
    blueprint: str
    endpoint: str
    owed: Owed


def first_step(blueprint: Blueprint, order: int, endpoint: str, owed: Owed) -> None:
    """Let everybody who owes it do this first. `endpoint` is the page it begins with, given `next`; lower orders come first."""

    def declare(state: BlueprintSetupState) -> None:
        _of(state.app).append(FirstStep(order, state.name, endpoint, owed))

    blueprint.record(declare)


def opens_always(view: View) -> View:
    """Let one view be opened whatever is owed: signing out."""
    view.opens_always = True  # type: ignore[attr-defined]
    return view


def before_all_else(app: App, person: SignedIn, target: str | None) -> str | None:
    """The page this person must go to first, or None. `target` is where they wanted to go."""
    if getattr(app.view_functions[request.endpoint or ""], "opens_always", False):
        return None
    for step in sorted(_of(app), key=lambda one: one.order):
        if step.owed(person):
            return None if request.blueprint == step.blueprint else url_for(step.endpoint, next=target)
    return None


def _of(app: App) -> list[FirstStep]:
    found: list[FirstStep] = app.extensions.setdefault(EXTENSION, [])
    return found

"""Where somebody with several seats begins; the note of a first visit; help."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import first_visits, signed_in
from fundapp.people.first_visits import three_things
from fundapp.people.seats import HOMES, has_several_homes, what_they_do
from fundapp.web import identity, needs, searching
from fundapp.web.guards import SIGNED_IN, guard
from fundapp.web.navigation import frame, nav_item
from fundapp.web.session import db

blueprint = Blueprint("home", __name__)
guard(blueprint, SIGNED_IN)
nav_item(blueprint, marked("Home"), "home.show", list(Role), 1, when=has_several_homes)

# Where the note of a first visit stands.
_BEGINNINGS = frozenset({signed_in.GATHERED, *(url for _, url in HOMES)})


@blueprint.get("/home")
def show() -> ResponseReturnValue:
    """Everything that waits, for whoever has work in several places; anybody else goes to the one place that is theirs."""
    if not has_several_homes(identity.actor().roles):
        return redirect(signed_in.home(identity.actor().roles), 303)
    return render_template("people/home.html", parts=needs.parts(), ways=[], is_admin=False)


@blueprint.get("/help")
def help_page() -> ResponseReturnValue:
    """The three things that each of one's seats is about, and how to go on from here."""
    actor = identity.actor()
    does = what_they_do()
    seats = [(role, does[role], three_things(role)) for role in Role if role in actor.roles]
    return render_template("people/help.html", frame=frame(), seats=seats, sources=searching.sources_of(actor))


@blueprint.post("/help/seen")
def put_away() -> ResponseReturnValue:
    """Put the notes away that were shown."""
    shown = [Role(role) for role in request.form.getlist("role") if role in set(Role)]
    with transaction(db()) as session:
        first_visits.put_away(session, actor=identity.actor(), roles=shown)
    return redirect(url_for("home.show"), 303)


@blueprint.app_context_processor
def first_visit() -> dict[str, Callable[[], list[tuple[Role, tuple[str, ...]]]]]:
    """`first_visit()` in a frame: the notes to show on this page, none on most."""
    return {"first_visit": _notes}


def _notes() -> list[tuple[Role, tuple[str, ...]]]:
    if request.path not in _BEGINNINGS or identity.signed_in() is None:
        return []
    return [(role, three_things(role)) for role in first_visits.unseen(db(), identity.actor())]

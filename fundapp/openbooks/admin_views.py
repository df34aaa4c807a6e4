"""Where administrators say what a gift does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.audit.models import AuditEvent
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds_short
from fundapp.core.roles import Role
from fundapp.openbooks import queries, service
from fundapp.openbooks.forms import ExampleForm
from fundapp.openbooks.models import OpenbooksExample
from fundapp.people import queries as people
from fundapp.web.filters import moment
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("examples", __name__, url_prefix="/admin/examples")
guard(blueprint, Role.ADMIN)
admin_item(blueprint, marked("What a gift does"), "examples.examples", 60, marked("The priced examples on the front page."))

# What the audit trail says was done, as the page says it.
_DONE = {
    "added": marked("Added"),
    "changed": marked("Changed"),
    "retired": marked("Retired"),
    "brought_back": marked("Brought back"),
}


@blueprint.get("")
def examples() -> ResponseReturnValue:
    """All examples, and a form for one more."""
    return _list(ExampleForm(formdata=None))


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Add an example."""
    form = ExampleForm()
    if not form.validate_on_submit():
        return _list(form), 422
    with transaction(db()):
        example = service.add_example(db(), actor=actor(), **_typed(form))
    flash(_("Added: %(what)s.") % {"what": _words(example)}, "good")
    return redirect(url_for(".examples"), 303)


@blueprint.get("/<int:example_id>")
def edit(example_id: int) -> ResponseReturnValue:
    """One example, its form, and what was changed."""
    example = queries.example(db(), example_id)
    form = ExampleForm(formdata=None, data={"amount": example.amount_pence, "words": example.words, "position": str(example.position)})
    return _one(example, form)


@blueprint.post("/<int:example_id>")
def change(example_id: int) -> ResponseReturnValue:
    """Change an example."""
    form = ExampleForm()
    if not form.validate_on_submit():
        return _one(queries.example(db(), example_id), form), 422
    with transaction(db()):
        service.change_example(db(), actor=actor(), example_id=example_id, **_typed(form))
    flash(_("Changed: %(what)s.") % {"what": _words(queries.example(db(), example_id))}, "good")
    return redirect(url_for(".examples"), 303)


@blueprint.post("/<int:example_id>/retire")
def retire(example_id: int) -> ResponseReturnValue:
    """Take an example off the front page."""
    with transaction(db()):
        service.retire_example(db(), actor=actor(), example_id=example_id)
    flash(_("Retired. It no longer stands on the front page."), "good")
    return redirect(url_for(".edit", example_id=example_id), 303)


@blueprint.post("/<int:example_id>/bring-back")
def bring_back(example_id: int) -> ResponseReturnValue:
    """Let a retired example stand on the front page again."""
    with transaction(db()):
        service.bring_back_example(db(), actor=actor(), example_id=example_id)
    flash(_("Back in its place."), "good")
    return redirect(url_for(".edit", example_id=example_id), 303)


def _typed(form: ExampleForm) -> dict[str, Any]:
    return {"position": int(form.position.data or 0), "amount_pence": form.amount.data, "words": form.words.data}


def _list(form: ExampleForm) -> str:
    shown = {example.id for example in queries.shown_examples(db())}
    return render_template("openbooks/examples.html", examples=queries.all_examples(db()), shown=shown, form=form)


def _one(example: OpenbooksExample, form: ExampleForm) -> str:
    events = audit.trail(db(), example.subject)
    names = people.names(db(), [_user_id(event) for event in events])
    history = [
        {
            "what": _(_DONE.get(str(event.facts.get("what", "changed")), str(event.facts.get("what")))),
            "when": moment(event.at),
            "why": f"{event.words or ''} ({names.get(_user_id(event), event.actor)})",
        }
        for event in reversed(events)
    ]
    return render_template("openbooks/example.html", example=example, form=form, history=history)


def _user_id(event: AuditEvent) -> int:
    number = event.actor.removeprefix("user:")
    return int(number) if number.isdigit() else 0


def _words(example: OpenbooksExample) -> str:
    return f"{pounds_short(example.amount_pence)}, {example.words}"

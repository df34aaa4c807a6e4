"""Where administrators say who keeps copies of checkpoints, and see what reached them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.ledger import checkpoints
from fundapp.openbooks import readers as service
from fundapp.openbooks import readers_read as queries
from fundapp.openbooks.forms import ReaderForm
from fundapp.openbooks.models import CheckpointReader, ReaderPart
from fundapp.openbooks.readers_read import LetterState
from fundapp.people import queries as people
from fundapp.web.filters import moment
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("readers", __name__, url_prefix="/admin/checkpoint-readers")
guard(blueprint, Role.ADMIN)
admin_item(
    blueprint,
    marked("Who keeps checkpoints"),
    "readers.readers",
    65,
    marked("Trustees, auditor and partners who are mailed the ledger’s checkpoint each day."),
)

_DONE = {
    AuditKind.READER_ADDED: marked("Put on the list"),
    AuditKind.READER_CHANGED: marked("Changed"),
    AuditKind.READER_STOPPED: marked("Taken off the list"),
    AuditKind.READER_BROUGHT_BACK: marked("Put back on the list"),
    AuditKind.READER_WRITTEN_AGAIN: marked("Sent by hand"),
}


@blueprint.get("")
def readers() -> ResponseReturnValue:
    """Everybody, what reached them last, and a form for one more."""
    return _list(ReaderForm(formdata=None))


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Put somebody on the list."""
    form = ReaderForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                reader = service.add_reader(db(), actor=actor(), **_typed(form))
            said = _("%(name)s is on the list. The first letter goes out within minutes, between six in the morning and midnight.")
            flash(said % {"name": reader.name}, "good")
            return redirect(url_for(".readers"), 303)
    return _list(form)


@blueprint.get("/<int:reader_id>")
def reader(reader_id: int) -> ResponseReturnValue:
    """One reader, with every letter of the last weeks."""
    found = queries.reader(db(), reader_id)
    return _one(found, ReaderForm(formdata=None, data={"name": found.name, "email": found.email, "part": found.part}))


@blueprint.post("/<int:reader_id>")
def change(reader_id: int) -> ResponseReturnValue:
    """Change name, address or what they are."""
    form = ReaderForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                service.change_reader(db(), actor=actor(), reader_id=reader_id, **_typed(form))
            flash(_("Changed. The next letter goes by it."), "good")
            return redirect(url_for(".reader", reader_id=reader_id), 303)
    return _one(queries.reader(db(), reader_id), form)


@blueprint.post("/<int:reader_id>/stop")
def stop(reader_id: int) -> ResponseReturnValue:
    """Take somebody off the list."""
    with transaction(db()):
        service.stop_reader(db(), actor=actor(), reader_id=reader_id)
    flash(_("Off the list. No more letters go there."), "good")
    return redirect(url_for(".reader", reader_id=reader_id), 303)


@blueprint.post("/<int:reader_id>/bring-back")
def bring_back(reader_id: int) -> ResponseReturnValue:
    """Put somebody back on the list."""
    with transaction(db()):
        service.bring_back_reader(db(), actor=actor(), reader_id=reader_id)
    flash(_("Back on the list."), "good")
    return redirect(url_for(".reader", reader_id=reader_id), 303)


@blueprint.post("/<int:reader_id>/write-again")
def write_again(reader_id: int) -> ResponseReturnValue:
    """Have today's letter sent now."""
    form = CsrfForm()
    with form.refusals():
        with transaction(db()):
            service.write_again(db(), actor=actor(), reader_id=reader_id)
        flash(_("Asked for. It leaves within seconds; look again in a moment."), "good")
        return redirect(url_for(".reader", reader_id=reader_id), 303)
    flash(form.refusal.sentence if form.refusal else "", "warn")
    return redirect(url_for(".reader", reader_id=reader_id), 303)


def _typed(form: ReaderForm) -> dict[str, Any]:
    return {"name": form.name.data or "", "email": form.email.data or "", "part": ReaderPart(form.part.data)}


def _list(form: ReaderForm) -> ResponseReturnValue:
    told = {"standings": queries.readers(db()), "newest": checkpoints.latest(db()), "LetterState": LetterState}
    return render_template("openbooks/readers.html", form=form, **told), form.status


def _one(found: CheckpointReader, form: ReaderForm) -> ResponseReturnValue:
    letters = [(letter, queries.state(letter)) for letter in queries.letters_to(db(), found.id)]
    told = {"letters": letters, "history": _history(found), "LetterState": LetterState}
    return render_template("openbooks/reader.html", reader=found, form=form, **told), form.status


def _history(found: CheckpointReader) -> list[dict[str, str]]:
    events = audit.trail(db(), found.subject)
    names = people.names(db(), [_user_id(event) for event in events])
    return [
        {"what": _(_DONE.get(AuditKind(event.kind), event.kind)), "when": moment(event.at), "why": names.get(_user_id(event), event.actor)}
        for event in reversed(events)
    ]


def _user_id(event: AuditEvent) -> int:
    number = event.actor.removeprefix("user:")
    return int(number) if number.isdigit() else 0

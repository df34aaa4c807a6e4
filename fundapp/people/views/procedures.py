"""The operating procedures: to read, to accept before anything else, and to publish."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy, marked
from fundapp.core.roles import Role
from fundapp.people import procedures, queries, signed_in
from fundapp.people.procedures_text import TEXT
from fundapp.people.sessions import SignedInPerson
from fundapp.web import identity, paging
from fundapp.web.first_steps import first_step
from fundapp.web.forms import CsrfForm, Form, WholeNumberField, required
from fundapp.web.guards import SIGNED_IN, guard, only
from fundapp.web.identity import SignedIn, actor
from fundapp.web.navigation import admin_item, frame
from fundapp.web.session import db

blueprint = Blueprint("procedures", __name__, url_prefix="/procedures")
guard(blueprint, SIGNED_IN)

desk = Blueprint("procedures_desk", __name__, url_prefix="/admin/procedures")
guard(desk, Role.ADMIN, Role.AUDITOR)
admin_item(
    desk, marked("Operating procedures"), "procedures_desk.show", 15, marked("Publish a new version, and see who has accepted which.")
)


def _owed(person: SignedIn | None) -> bool:
    return isinstance(person, SignedInPerson) and person.owes_procedures


first_step(blueprint, 20, "procedures.current", _owed)


class PublishForm(Form):
    """A new version, and what changed."""

    after = WholeNumberField(widget=HiddenInput())
    body = TextAreaField(lazy("The text"), validators=[required(lazy("Write the procedures.")), Length(max=100_000)])
    note = StringField(
        lazy("What changed, in a sentence"),
        validators=[required(lazy("Say what changed, for those who know the one before.")), Length(max=300)],
    )


@blueprint.get("")
def current() -> ResponseReturnValue:
    """The version that holds, with the button for whoever has yet to accept it."""
    newest = procedures.current(db())
    return _shown(newest.number if newest else 0)


@blueprint.get("/<int:number>")
def version(number: int) -> ResponseReturnValue:
    """One version, old or new."""
    return _shown(procedures.version(db(), number).number)


@blueprint.post("/<int:number>/accept")
def accept(number: int) -> ResponseReturnValue:
    """Accept it, and go on to where one wanted to go."""
    form = CsrfForm()
    with form.refusals():
        with transaction(db()):
            procedures.accept(db(), actor=actor(), number=number)
        return redirect(signed_in.onward(request.args.get("next"), actor().roles), 303)
    newest = procedures.current(db())
    return _shown(newest.number if newest else 0, form)


@desk.get("")
def show() -> ResponseReturnValue:
    """Who has accepted which version."""
    newest = procedures.current(db())
    ids = queries.roll(db(), in_use=True)
    page = paging.page_of_known(ids, partial(queries.whole_users, db()), number=paging.asked())
    return render_template(
        "people/procedures_desk.html",
        page=page,
        newest=newest,
        accepted=procedures.accepted(db(), [one.id for one in page]),
        count=procedures.count_accepted(db(), newest.number) if newest else 0,
        may_publish=actor().has(Role.ADMIN),
    )


@desk.get("/new")
@only(Role.ADMIN)
def write() -> ResponseReturnValue:
    """Write a new version, beginning with the one that holds, or with the text that is offered for adoption."""
    newest = procedures.current(db())
    form = PublishForm(
        formdata=None,
        data={
            "body": newest.body if newest else TEXT,
            "after": newest.number if newest else 0,
            "note": "" if newest else _("The first version."),
        },
    )
    return _write(form)


@desk.post("/new")
@only(Role.ADMIN)
def publish() -> ResponseReturnValue:
    """Publish it. Everybody accepts it on their next page."""
    form = PublishForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                procedures.publish(
                    db(), actor=actor(), body=form.body.data or "", note=form.note.data or "", after=int(form.after.data or 0)
                )
            flash(_("Published. Everybody is asked to accept it on their next page."), "good")
            return redirect(url_for("procedures_desk.show"), 303)
    return _write(form)


def _write(form: PublishForm) -> ResponseReturnValue:
    return render_template("people/procedures_write.html", form=form, is_first=not form.after.data), form.status


def _shown(number: int, form: CsrfForm | None = None) -> ResponseReturnValue:
    every = procedures.versions(db())
    shown = next((one for one in every if one.number == number), None)
    page = render_template(
        "people/procedures.html",
        frame=frame(),
        form=form or CsrfForm(formdata=None),
        shown=shown,
        every=every,
        blocks=procedures.blocks(shown.body) if shown else [],
        owes=_owed(identity.signed_in()),
        is_current=bool(every) and every[0].number == number,
        next=request.args.get("next"),
        sees_who=actor().has(Role.ADMIN, Role.AUDITOR),
    )
    return page, form.status if form else 200

"""Where a key worker notes help that could not be given."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import circumstances
from fundapp.grants.demand import figures, noting
from fundapp.grants.demand.forms import UnmetForm
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("unmet", __name__, url_prefix="/unmet")
guard(blueprint, Role.KEY_WORKER)


@blueprint.get("")
def notes() -> ResponseReturnValue:
    """A form for a note, and what the team noted."""
    return _page(UnmetForm(formdata=None, data={"form_key": str(uuid4())}).offer(figures.need_words(db()), noting.offered(db())))


@blueprint.post("")
def note() -> ResponseReturnValue:
    """Note it."""
    form = UnmetForm().offer(figures.need_words(db()), noting.offered(db()))
    if form.validate():
        with form.refusals():
            with transaction(db()):
                noting.note_unmet(db(), actor=actor(), form_key=UUID(form.form_key.data), unmet=form.unmet)
            flash(_("Noted. It counts in what the partners are told when the quarter is over."), "good")
            return redirect(url_for("unmet.notes"), 303)
    return _page(form)


@blueprint.post("/<int:note_id>/take-back")
def take_back(note_id: int) -> ResponseReturnValue:
    """Take a note back."""
    with transaction(db()):
        noting.take_back(db(), actor=actor(), note_id=note_id)
    flash(_("Taken back. It counts no longer."), "good")
    return redirect(url_for("unmet.notes"), 303)


def _page(form: UnmetForm) -> ResponseReturnValue:
    page = paging.page_of(db(), noting.team_notes(actor()), number=paging.asked())
    words = {
        "need": figures.need_words(db()),
        "why": figures.why_words(),
        "group": circumstances.offered(circumstances.GROUPS),
        "locality": circumstances.offered(circumstances.LOCALITIES),
    }
    codes = noting.item_codes(db())
    return render_template("grants/unmet.html", form=form, page=page, words=words, codes=codes), form.status

"""Who guesses addresses, for administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import guessing
from fundapp.people.forms import FoundForm
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.needs import work
from fundapp.web.session import db

blueprint = Blueprint("guessing", __name__, url_prefix="/admin/guessing")
guard(blueprint, Role.ADMIN)
admin_item(blueprint, marked("Guessed addresses"), "guessing.noticed", 75, marked("Whether somebody tries addresses that are secret."))
work(blueprint, marked("Guessed addresses"), "guessing.noticed", [Role.ADMIN], 95, guessing.waiting)


@blueprint.get("")
def noticed() -> ResponseReturnValue:
    """What was noticed."""
    page = paging.page_of(db(), guessing.noticed(), number=paging.asked())
    return render_template("people/guessing.html", page=page, words=guessing.words)


@blueprint.post("/<int:guessing_id>/look-into")
def look_into(guessing_id: int) -> ResponseReturnValue:
    """Say what was found."""
    try:
        with transaction(db()) as session:
            guessing.look_into(session, actor=actor(), guessing_id=guessing_id, found=FoundForm().words.data or "")
        flash(_("Noted. If it goes on, it shows here again."), "good")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return redirect(url_for("guessing.noticed"), 303)

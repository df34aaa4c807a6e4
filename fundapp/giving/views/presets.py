"""What the giving page offers, kept by administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.giving import queries, rules
from fundapp.giving.forms import PresetsForm
from fundapp.giving.presets import PLACES, change_presets
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("giving_admin", __name__, url_prefix="/admin/giving")
guard(blueprint, Role.ADMIN)
admin_item(
    blueprint, marked("Amounts to give"), "giving_admin.presets", 50, marked("The four amounts on the giving page, and what each does.")
)


@blueprint.get("")
def presets() -> ResponseReturnValue:
    """The offered amounts."""
    now: dict[str, object] = {}
    for one in queries.presets(db()):
        now |= {f"amount_{one.position}": one.amount_pence, f"words_{one.position}": one.words}
    return _page(PresetsForm(formdata=None, data=now))


@blueprint.post("")
def change() -> ResponseReturnValue:
    """Change them."""
    form = PresetsForm()
    form.limits = rules.now(db())
    if form.validate():
        with form.refusals():
            with transaction(db()) as session:
                change_presets(session, actor=actor(), offered=form.offered)
            flash(_("The giving page shows these from now on."), "good")
            return redirect(url_for("giving_admin.presets"), 303)
    return _page(form)


def _page(form: PresetsForm) -> ResponseReturnValue:
    return render_template("giving/presets.html", form=form, places=PLACES), form.status

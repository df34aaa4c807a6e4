"""What the giving page offers, kept by administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.roles import Role
from fundapp.giving import queries
from fundapp.giving.forms import PresetsForm
from fundapp.giving.presets import change_presets
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("giving_admin", __name__, url_prefix="/admin/giving")
guard(blueprint, Role.ADMIN)
admin_item(blueprint, "Amounts on the giving page", "giving_admin.presets", 30, "The four amounts that donors see, and what each does.")


@blueprint.route("", methods=["GET", "POST"])
def presets() -> ResponseReturnValue:
    """Look at the offered amounts, or change them."""
    offered = [{"amount": one.amount_pence, "words": one.words} for one in queries.presets(db())]
    form, refused = PresetsForm(data={"presets": offered}), ""
    if form.validate_on_submit():
        try:
            with transaction(db()) as session:
                change_presets(session, actor=actor(), offered=[(one.amount.data, one.words.data) for one in form.presets])
            flash("The giving page shows these from now on.", "good")
            return redirect(url_for("giving_admin.presets"), 303)
        except Refused as refusal:
            refused = refusal.sentence
    return render_template("giving/presets.html", form=form, refused=refused), 422 if form.is_submitted() else 200

"""What administrators do for somebody who has lost everything they prove with."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people import factors, queries
from fundapp.people.factor_forms import ResetFactorsForm
from fundapp.web.guards import fresh_proof, guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("factor_reset", __name__, url_prefix="/admin")
guard(blueprint, Role.ADMIN)


@blueprint.get("/people/<int:user_id>/factors")
@fresh_proof
def confirm(user_id: int) -> ResponseReturnValue:
    """Say what it does, and ask why."""
    return _page(user_id, ResetFactorsForm())


@blueprint.post("/people/<int:user_id>/factors")
@fresh_proof
def reset(user_id: int) -> ResponseReturnValue:
    """Remove all of them, and sign the account out."""
    form = ResetFactorsForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                user = factors.reset(db(), actor=actor(), user_id=user_id, reason=form.reason.data or "")
            flash(_("%(name)s is signed out, and sets up a new one at the next sign-in.") % {"name": user.name}, "good")
            return redirect(url_for("people_admin.person", user_id=user_id), 303)
    return _page(user_id, form)


def _page(user_id: int, form: ResetFactorsForm) -> ResponseReturnValue:
    user = queries.user(db(), user_id)
    page = render_template(
        "people/factor_reset.html", user=user, form=form, count=factors.count(db(), user_id), own=actor().user_id == user_id
    )
    return page, form.status

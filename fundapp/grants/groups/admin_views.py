"""Where administrators see every offer on the public list of support, and take one off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants.groups import offers
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("support_admin", __name__, url_prefix="/admin/support")
guard(blueprint, Role.ADMIN)
admin_item(blueprint, marked("List of support"), "support_admin.every", 35, marked("What community groups offer, as everybody reads it."))


@blueprint.get("")
def every() -> ResponseReturnValue:
    """Every offer, the newest first."""
    page, now = paging.page_of(db(), offers.all_offers(), number=paging.asked()), clock.now()
    return render_template("grants/support_admin.html", page=page, rows=[(one, offers.stands(one, now)) for one in page])


@blueprint.post("/<int:support_id>/hide")
def hide(support_id: int) -> ResponseReturnValue:
    """Take it off the list."""
    with transaction(db()):
        offers.hide(db(), actor=actor(), offer_id=support_id)
    flash(_("It is off the public list."), "good")
    return redirect(url_for("support_admin.every"), 303)


@blueprint.post("/<int:support_id>/show")
def show(support_id: int) -> ResponseReturnValue:
    """Put it back."""
    with transaction(db()):
        offers.show(db(), actor=actor(), offer_id=support_id)
    flash(_("It is back on the public list."), "good")
    return redirect(url_for("support_admin.every"), 303)

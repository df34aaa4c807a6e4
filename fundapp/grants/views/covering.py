"""Covering parts of a photo of a bill: a grid of squares to tick, over the picture. No script is needed."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import covering, evidence, steps
from fundapp.grants.forms import CoverForm
from fundapp.grants.views.acting import act
from fundapp.grants.views.bills import in_a_sandbox
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("covering", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)


@blueprint.get("/<int:request_id>/bill/cover")
def show(request_id: int) -> ResponseReturnValue:
    """The photo under its grid."""
    found, _ties = steps.seen(db(), request_id, actor())
    return _page(request_id, CoverForm(formdata=None, data={"version": found.version}))


@blueprint.get("/<int:request_id>/bill/cover/photo.jpg")
def photo(request_id: int) -> ResponseReturnValue:
    """The photo itself, for whoever sent it."""
    content = covering.waiting(db(), actor=actor(), request_id=request_id)
    return in_a_sandbox(Response(content, mimetype=evidence.JPEG), f"request-{request_id}-bill.jpg")


@blueprint.post("/<int:request_id>/bill/cover")
def send(request_id: int) -> ResponseReturnValue:
    """Show the bill, with what was ticked painted over."""
    form = CoverForm()
    cells = [int(cell) for cell in request.form.getlist("cell") if cell.isascii() and cell.isdigit() and len(cell) <= 4]
    done = form.validate() and act(
        form,
        lambda: covering.show_covered(db(), actor=actor(), request_id=request_id, version=form.shown_for, cells=cells),
        good=_("Thank you, the bill is here, with those parts covered."),
        then=url_for("requests.show", request_id=request_id),
    )
    return done or _page(request_id, form, set(cells))


def _page(request_id: int, form: CoverForm, ticked: set[int] | None = None) -> ResponseReturnValue:
    content = covering.waiting(db(), actor=actor(), request_id=request_id)
    page = render_template("grants/cover.html", request_id=request_id, form=form, grid=evidence.Grid.over(content), ticked=ticked or set())
    return page, form.status

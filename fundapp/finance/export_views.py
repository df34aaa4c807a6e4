"""Taking the books away: the whole ledger as a file that other programs read and check."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance.exports import registry, taking
from fundapp.finance.exports.forms import ExportForm
from fundapp.web.app import database
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("exports", __name__, url_prefix="/finance/ledger/exports")
guard(blueprint, Role.FINANCE, Role.AUDITOR)


@blueprint.route("", methods=["GET", "POST"])
def exports() -> ResponseReturnValue:
    """Choose a form and a day, and take the file. It is sent while it is read, so it is not kept anywhere."""
    form = ExportForm()
    if not form.validate_on_submit():
        notes = {export.name: _(export.words) for export in registry.EXPORTS.values()}
        return render_template("finance/exports.html", form=form, notes=notes), form.status
    export, as_of = registry.find(form.name.data), form.as_of.data
    with transaction(db()) as session:
        taking.note_taking(session, actor=actor(), export=export, as_of=as_of)
    file_name = export.file_name(as_of or clock.today())
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(taking.stream(database(), export, as_of), mimetype=export.media_type, headers=headers)

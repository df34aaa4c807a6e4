"""The mailbox of the demonstration: what would have been mailed. Registered where nothing real is at stake, and nowhere else."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from fundapp.core.errors import NotFound
from fundapp.web.app import fund
from fundapp.web.guards import PUBLIC, guard

blueprint = Blueprint("mailbox", __name__, url_prefix="/demo/mail")
guard(blueprint, PUBLIC)

# Enough to find one's own; the folder is begun anew with the demonstration.
MOST = 100


@blueprint.get("")
def letters() -> ResponseReturnValue:
    """The newest letters."""
    found = fund().gateways.mail.letters()
    return render_template("people/mailbox.html", letters=found[:MOST], count=len(found))


@blueprint.get("/<name>")
def letter(name: str) -> ResponseReturnValue:
    """One letter as its reader would have got it. Addresses in it are links."""
    return render_template("people/mailbox_message.html", letter=fund().gateways.mail.letter(name))


@blueprint.get("/<name>/files/<int:number>")
def file(name: str, number: int) -> Response:
    """A file that came with a letter, counted from 1. Raises NotFound."""
    files = fund().gateways.mail.letter(name).attachments
    if not 1 <= number <= len(files):
        raise NotFound
    found = files[number - 1]
    answer = Response(found.content, mimetype=found.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=found.filename)
    return answer

"""Handing out a bill. The browser is told to treat it as a picture or a download, and never as a page (CWE-434)."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.grants import confirming, evidence
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("bills", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER, Role.APPROVER, Role.FINANCE, Role.AUDITOR)


@blueprint.get("/<int:request_id>/bills/<int:evidence_id>")
def show(request_id: int, evidence_id: int) -> ResponseReturnValue:
    """One bill, for those who may see its request."""
    with transaction(db()):
        bill = confirming.bill(db(), actor=actor(), request_id=request_id, evidence_id=evidence_id)
    ending = "jpg" if bill.media_type == evidence.JPEG else "pdf"
    return in_a_sandbox(Response(bill.content, mimetype=bill.media_type), f"request-{request_id}-bill-{evidence_id}.{ending}")


def in_a_sandbox(response: Response, name: str) -> Response:
    """The file as a picture to look at, or, whatever else it is, as a download; and never as a page."""
    kind = "inline" if response.mimetype == evidence.JPEG else "attachment"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return response

"""The audit trail, for those who look over what others did."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.audit import service
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people.fact_words import cut, fact_lines
from fundapp.people.reading import covered, kinds, namer
from fundapp.web import paging
from fundapp.web.app import database
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.session import db

# The one form there is yet.
FORM = "json-lines"

blueprint = Blueprint("audit_desk", __name__)
guard(blueprint, Role.AUDITOR, Role.FINANCE)
nav_item(blueprint, marked("Audit"), "audit_desk.events", [Role.AUDITOR, Role.FINANCE], 80)


@blueprint.get("/audit")
def events() -> ResponseReturnValue:
    """Who did what to what, newest first."""
    subject, kind = request.args.get("subject", "")[:80].strip(), request.args.get("kind", "")
    said = kinds()
    kind = kind if kind in said else ""
    page = paging.page_of(db(), audit.events(subject=subject, kind=kind), number=paging.asked(), subject=subject, kind=kind)
    shown = {"page": page, "who": namer(db(), (event.actor for event in page)), "covered": covered(db(), page, actor())}
    return render_template("people/events.html", subject=subject, kind=kind, kinds=said, fact_lines=fact_lines, cut=cut, **shown)


@blueprint.post("/audit/export")
def take() -> ResponseReturnValue:
    """The whole trail as JSON Lines, sent as it is read, but for words about people who are helped. Who took it is written down first."""
    if request.form.get("form") != FORM:
        return redirect(url_for(".events"), 303)
    with transaction(db()) as session:
        service.record(session, actor=actor(), kind=AuditKind.AUDIT_TAKEN, subject="audit:trail", facts={"form": FORM})
    headers = {"Content-Disposition": f'attachment; filename="audit-{clock.today().isoformat()}.jsonl"'}
    return Response(_lines(database()), mimetype="application/jsonl", headers=headers)


def _lines(whole: Database) -> Iterator[bytes]:
    with whole.snapshot() as session:
        yield from audit.lines(session, cover_the_helped=True)

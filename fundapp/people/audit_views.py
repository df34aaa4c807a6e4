"""The audit trail, for those who look over what others did."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people.fact_words import cut, fact_lines
from fundapp.people.reading import kinds, namer
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.navigation import nav_item
from fundapp.web.session import db

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
    who = namer(db(), (event.actor for event in page))
    return render_template("people/events.html", subject=subject, kind=kind, page=page, who=who, kinds=said, fact_lines=fact_lines, cut=cut)

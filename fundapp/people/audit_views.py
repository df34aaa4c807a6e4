"""The audit trail, for those who look over what others did."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.roles import Role
from fundapp.people.forms import AuditFilter
from fundapp.people.reading import KINDS, namer
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.navigation import nav_item
from fundapp.web.session import db

blueprint = Blueprint("audit_desk", __name__)
guard(blueprint, Role.AUDITOR, Role.FINANCE)
nav_item(blueprint, "Audit", "audit_desk.events", [Role.AUDITOR, Role.FINANCE], 80)


@blueprint.get("/audit")
def events() -> ResponseReturnValue:
    """Who did what to what, newest first."""
    form = AuditFilter(request.args)
    form.kind.choices = [("", "Anything"), *((kind.value, kind.words.capitalize()) for kind in AuditKind)]
    form.validate()
    subject = (form.subject.data or "")[:80]
    kind = form.kind.data if form.kind.data in set(AuditKind) else ""
    page = paging.page_of(db(), audit.events(subject=subject, kind=kind or ""), number=paging.asked(), subject=subject, kind=kind or "")
    who = namer(db(), (event.actor for event in page))
    return render_template("people/events.html", form=form, page=page, who=who, kinds=KINDS)

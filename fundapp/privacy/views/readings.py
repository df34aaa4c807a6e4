"""Who read what about one person, and what that person agreed to: by the code they are known by."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import asking, consents
from fundapp.people.fact_words import fact_lines
from fundapp.people.reading import kinds, namer
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.navigation import nav_item
from fundapp.web.session import db

READS = (
    AuditKind.REQUEST_READ,
    AuditKind.EVIDENCE_READ,
    AuditKind.PHOTO_READ,
    AuditKind.DELIVERY_READ,
    AuditKind.PERSON_READ,
    AuditKind.DATA_TAKEN,
)

blueprint = Blueprint("readings", __name__, url_prefix="/data-readings")
guard(blueprint, Role.AUDITOR, Role.ADMIN)
nav_item(blueprint, marked("Who read what"), "readings.of_person", [Role.AUDITOR], 81)


@blueprint.get("")
def of_person() -> ResponseReturnValue:
    """Every reading of what is held about one person, newest first, and each consent."""
    code = request.args.get("code", "")[:20].strip()
    person = consents.person_of(db(), code)
    asked = consents.requests_of(db(), person.id) if person else []
    subjects = [one.subject for one in asked] + ([f"person:{person.id}"] if person else [])
    page = paging.page_of(db(), audit.of_subjects(subjects, READS), number=paging.asked(), code=code)
    told = {
        "page": page,
        "who": namer(db(), (one.actor for one in page)),
        "kinds": kinds(),
        "fact_lines": fact_lines,
        "consents": asking.consent_words(),
    }
    return render_template("privacy/readings.html", code=code, helped=person, asked=asked, **told)

"""Complaining with a paper slip: about a request, about a key worker, about anything. It is about the slip's person from the start."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.grants.slips import service as slips
from fundapp.grants.slips.models import PersonSlip
from fundapp.privacy import complaints
from fundapp.privacy.forms import ComplaintForm
from fundapp.privacy.views.complaining import follow_link
from fundapp.web.app import keys
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.language import carried, translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("person_complaints", __name__, url_prefix="/person/<string:code>/complain")
guard(blueprint, PUBLIC)
translated(blueprint)
blueprint.after_request(keep_private)

KEY = "slip-complaint-form"
LASTS = timedelta(days=1)
WATCHED = noticed("persons", most=20, everywhere=200, closes=True)


@blueprint.get("")
@WATCHED
def form(code: str) -> ResponseReturnValue:
    """Say what happened."""
    return _page(code, _slip(code), ComplaintForm(formdata=None))


@blueprint.post("")
@without_token("the slip's code in the address, which no other site knows")
@limited("slip-complaint", most=10)
@WATCHED
def send(code: str) -> ResponseReturnValue:
    """Take it in, and lead to its own page. While it is open nothing of the person is forgotten."""
    slip, sent = _slip(code), ComplaintForm()
    key = keys().unsign(KEY, sent.form_key.data or "")
    if slip is not None and sent.validate():
        with sent.refusals():
            if key is None:
                raise Refused(_("This page has lain open for too long. What you wrote is kept: send it once more."))
            with transaction(db()):
                said = {"contact": sent.contact.data or "", "words": sent.words.data or ""}
                made = complaints.complain(db(), form_key=key, subject=slip.subject, **said)
            return redirect(follow_link(made.id) + carried(), 303)
    return _page(code, slip, sent, key)


def _slip(code: str) -> PersonSlip | None:
    try:
        return slips.by_code(db(), keys(), code)
    except NotFound:
        return None


def _page(code: str, slip: PersonSlip | None, shown: ComplaintForm, key: str | None = None) -> ResponseReturnValue:
    if slip is None:
        return render_template("person/unknown.html"), 404
    # The same key again, so that what was sent before a fault is not taken in twice.
    shown.form_key.data = keys().sign(KEY, key or random_token(), clock.now() + LASTS)
    return render_template("person/complain.html", form=shown, back=url_for("person.page", code=code)), shown.status

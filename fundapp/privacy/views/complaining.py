"""Complaining about how data are handled, by anybody, and following it by a private link."""

from __future__ import annotations

import hmac
from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.privacy import complaints
from fundapp.privacy.forms import ComplaintForm
from fundapp.web.app import keys
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.language import carried, translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("complaining", __name__, url_prefix="/complaints/data")
guard(blueprint, PUBLIC)
translated(blueprint)
KEY = "data-complaint-form"
LASTS = timedelta(days=1)


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Say what happened."""
    return _page(ComplaintForm(formdata=None))


@blueprint.post("")
@without_token("a signed form key, which is good for a day")
@limited("complaint", most=10)
def complain() -> ResponseReturnValue:
    """Take it in, and lead to its own page."""
    sent = ComplaintForm()
    key = keys().unsign(KEY, sent.form_key.data or "")
    if sent.validate():
        with sent.refusals():
            if key is None:
                raise Refused(_("This page has lain open for too long. What you wrote is kept: send it once more."))
            with transaction(db()):
                made = complaints.complain(db(), form_key=key, contact=sent.contact.data or "", words=sent.words.data or "")
            return redirect(follow_link(made.id) + carried(), 303)
    return _page(sent, key)


@blueprint.get("/<int:complaint_id>/<string:token>")
@noticed("complaints")
def follow(complaint_id: int, token: str) -> ResponseReturnValue:
    """What became of it, for whoever holds the link."""
    if not hmac.compare_digest(token.encode(), _token(complaint_id).encode()):
        raise NotFound
    found = complaints.complaint(db(), complaint_id)
    told = {"status_words": complaints.STATUS_WORDS, "step_words": complaints.STEP_WORDS, "within": complaints.ACKNOWLEDGE_WITHIN}
    return render_template("privacy/follow.html", complaint=found, **told)


def follow_link(complaint_id: int) -> str:
    """The address of a complaint's own page."""
    return url_for("complaining.follow", complaint_id=complaint_id, token=_token(complaint_id))


def _token(complaint_id: int) -> str:
    return keys().link_token("data-complaint", str(complaint_id))


def _page(shown: ComplaintForm, key: str | None = None) -> ResponseReturnValue:
    # The same key again, so that what was sent before a fault is not taken in twice.
    shown.form_key.data = keys().sign(KEY, key or random_token(), clock.now() + LASTS)
    return render_template("privacy/complain.html", form=shown), shown.status

"""Is this poster real? For anybody: what ours says, and where to report one that says something else."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.points import queries, watching
from fundapp.points.codes import Unknown, explain_unknown, grouped, is_code, normalise
from fundapp.points.lifecycle import Trouble
from fundapp.points.public_forms import ReportForm
from fundapp.points.watch_models import LONGEST_CODE
from fundapp.web.app import keys, settings
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.language import carried, translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("posters", __name__)
guard(blueprint, PUBLIC)
translated(blueprint)

KEY = "poster-report-form"
LASTS = timedelta(days=1)
# From one network in ten minutes. Whoever stands before a poster sends one.
MOST_REPORTS = 20

# What the QR code on a poster leads to; its page is another room's.
VISITED = "/g/<string:code>"


@blueprint.after_app_request
def count(response: Response) -> Response:
    """Count who opens a point's page: how many on a day, and nothing else. A browser that only looks ahead is not counted."""
    rule = request.url_rule.rule if request.url_rule else ""
    if (
        rule == VISITED
        and request.method == "GET"
        and response.status_code == 200
        and "prefetch" not in request.headers.get("Sec-Purpose", "")
    ):
        db().rollback()
        watching.count_visit(db(), (request.view_args or {})["code"])
    return response


@blueprint.get("/posters")
def posters() -> ResponseReturnValue:
    """How to tell a poster of ours, and a field for its code."""
    typed = request.args.get("code", "")[:100]
    # The whole address is read as its code.
    code = normalise(typed.rpartition("/g/")[2])
    if code and code.isascii() and code.isalnum():
        return redirect(url_for(".check", code=code[:LONGEST_CODE]), 303)
    return render_template("points/posters.html", host=_host(), typed=typed)


@blueprint.get("/g/<string:code>/check")
@noticed("points")
def check(code: str) -> ResponseReturnValue:
    """What our poster with this code says, or that we have none."""
    point = queries.point_by_code(db(), code)
    said = grouped(point.code) if point else watching.kept_code(code)
    mistyped = point is None and explain_unknown(code, keys()) is Unknown.MISTYPED
    words = render_template("points/check.html", point=point, code=said, host=_host(), mistyped=mistyped, typed=normalise(code)[:20])
    return make_response(words, 200 if point else 404)


@blueprint.get("/posters/report")
def report_any() -> ResponseReturnValue:
    """Report a poster whose code nobody knows."""
    return _page(ReportForm(formdata=None), "")


@blueprint.post("/posters/report")
@without_token("a signed form key, which is good for a day")
@limited("poster-report", most=MOST_REPORTS)
def send_any() -> ResponseReturnValue:
    """Take it in."""
    return _take("")


@blueprint.get("/g/<string:code>/report")
@noticed("points")
def report(code: str) -> ResponseReturnValue:
    """Report a poster with this code, ours or not: the page does not say which."""
    return _page(ReportForm(formdata=None), watching.kept_code(code))


@blueprint.post("/g/<string:code>/report")
@without_token("a signed form key, which is good for a day")
@limited("poster-report", most=MOST_REPORTS)
@noticed("points")
def send(code: str) -> ResponseReturnValue:
    """Take it in."""
    return _take(watching.kept_code(code))


@blueprint.get("/posters/reported")
def reported() -> ResponseReturnValue:
    """Thanks, what happens next, and what to do if one has paid."""
    return render_template("points/reported.html", urgent=request.args.get("about") == "money")


def _take(code: str) -> ResponseReturnValue:
    sent = ReportForm()
    key = keys().unsign(KEY, sent.form_key.data or "")
    if sent.validate():
        with sent.refusals():
            if key is None:
                raise Refused(_("This page has lain open for too long. What you wrote is kept: send it once more."))
            with transaction(db()):
                made = watching.report(db(), form_key=key, code=code, trouble=sent.trouble.data, words=sent.words.data or "")
            return redirect(url_for(".reported", about="money" if Trouble(made.trouble).is_urgent else None), 303)
    return _page(sent, code, key)


def _page(shown: ReportForm, code: str, key: str | None = None) -> ResponseReturnValue:
    # The same key again, so that what was sent before a fault is not taken in twice.
    shown.form_key.data = keys().sign(KEY, key or random_token(), clock.now() + LASTS)
    said = grouped(code) if is_code(code) else code
    return render_template("points/report.html", form=shown, code=said, action=request.path + carried()), shown.status


def _host() -> str:
    """What a phone shows before the code, when it has scanned one of ours."""
    return urlsplit(settings().base_url).netloc

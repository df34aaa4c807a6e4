"""The page without a signal, the service worker that brings it, and where what was written there is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from fundapp.config import ROOT
from fundapp.core.db import carry_out
from fundapp.core.errors import FundError, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds_short
from fundapp.core.roles import Role
from fundapp.grants import queries, screening
from fundapp.grants.phone.forms import PAID, BelongsForm, ChoiceForm, DayForm, PhoneForm, Sheet, ThingForm, prefix
from fundapp.grants.phone.marks import drafts_key, owner_mark
from fundapp.grants.phone.taking_in import Taken, take_in
from fundapp.grants.thing_models import MOST_THINGS
from fundapp.web import identity
from fundapp.web.app import keys
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.identity import actor
from fundapp.web.session import db

# Open to all, because it is the same for all: nobody's name is on it, and nothing of the Fund but its words.
shell = Blueprint("phone", __name__)
guard(shell, PUBLIC)
drafts = Blueprint("phone_drafts", __name__, url_prefix="/requests/phone")
guard(drafts, Role.KEY_WORKER)

STORE, SENDING, FORM = "js/phone-store.js", "js/phone-sending.js", "js/phone-form.js"
WORKER = Path("static/js/service-worker.js")
HOUR = 3_600
# What begins somebody's session. Whoever it is, if they do not ask for anything here, nothing that was written on this phone is theirs.
_ARRIVALS = frozenset({"sign_in", "second_step"})


@shell.get("/without-signal")
def without_signal() -> ResponseReturnValue:
    """The shell: a form that its scripts fill and keep."""
    return _shell()


@shell.get("/service-worker.js")
def service_worker() -> Response:
    """The service worker, with the addresses of what it keeps before it. Asked for anew each hour; another shell is another worker."""
    static: Callable[[str], str] = current_app.jinja_env.globals["static"]  # type: ignore[assignment]
    script: Callable[[str], str] = current_app.jinja_env.globals["script"]  # type: ignore[assignment]
    files = [static("css/fund.css"), *(script(name) for name in (STORE, SENDING, FORM))]
    facts = {
        "page": url_for("phone.without_signal"),
        "files": files,
        "store": static(STORE),
        "version": hashlib.sha256(_shell().encode()).hexdigest()[:16],
    }
    body = f"const SHELL = {json.dumps(facts)};\n{(ROOT / WORKER).read_text()}"
    response = Response(body, mimetype="text/javascript")
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response


@drafts.get("/ready")
def ready() -> Response:
    """What a phone needs before it can keep and send drafts: whose it is, their key, a form's token, and what can be asked for."""
    user_id = actor().user_id
    if user_id is None:
        raise NotAllowed(_("Key workers ask."))
    kinds = [
        {
            "id": item.id,
            "asks_what": item.asks_what,
            "words": _("%(name)s, usually %(low)s to %(high)s")
            % {"name": item.name, "low": pounds_short(item.guide_low_pence), "high": pounds_short(item.guide_high_pence)},
        }
        for item in queries.catalogue(db())
    ]
    mark, key = owner_mark(keys(), user_id), drafts_key(keys(), user_id)
    return jsonify(owner=mark, key=key, token=generate_csrf(), kinds=kinds)


@drafts.post("/send")
def send() -> ResponseReturnValue:
    """Take in one draft of a phone: send it, or keep it here to be gone on with. What is refused stays on the phone, with why."""
    me, sheet = actor(), Sheet(request.form)
    key, sends = sheet.key, request.form.get("way") != "keep"
    if key is None:
        return jsonify(refused=_("This draft has no number of its own. Write it anew.")), 409
    if me.user_id is None or request.form.get("owner") != owner_mark(keys(), me.user_id):
        # Somebody else signed in meanwhile, in another tab.
        return jsonify(signedOut=True), 409
    wrong = sheet.wrong() if sends else sheet.wrong_day()
    if wrong:
        return jsonify(refused=_("Some answers are to be put right. They are marked."), wrong=wrong), 422
    try:
        taken = carry_out(db(), lambda: take_in(db(), actor=me, key=key, written=sheet.written(), sends=sends))
    except FundError as told:
        return _told(told)
    return jsonify(taken=True, sent=taken.is_sent, url=_address(taken), words=_words(taken))


def _told(told: FundError) -> ResponseReturnValue:
    """Why not: for good, until something is changed on the phone; or only for now."""
    if isinstance(told, NotFound):
        return jsonify(refused=_("This draft belongs to another team. Write it anew.")), 409
    if isinstance(told, Refused | NotAllowed):
        return jsonify(refused=told.sentence), told.status
    return jsonify(later=told.sentence), told.status


def _address(taken: Taken) -> str:
    if taken.is_sent:
        return url_for("requests.show", request_id=taken.request.id)
    return url_for("asking.ask", request_id=taken.request.id, step="check")


def _words(taken: Taken) -> str:
    if taken.new_code:
        facts = {"number": taken.request.id, "code": taken.new_code}
        return _("Sent from this phone: request %(number)s, for Person %(code)s. Write that code in your case notes now.") % facts
    return _("Sent from this phone: request %(number)s.") % {"number": taken.request.id}


def _shell() -> str:
    """The page, as nobody. What a request knows of who is asking does not come into it."""
    things = [ThingForm(formdata=None, prefix=prefix(place)) for place in range(MOST_THINGS)]
    patterns = json.dumps(screening.for_phones())
    nobody = {"me": None, "nav": list, "here": "/without-signal"}
    besides = {
        "day": DayForm(formdata=None),
        "paid": ChoiceForm(formdata=None, prefix=PAID),
        "belongs": BelongsForm(formdata=None),
    }
    page = {"form": PhoneForm(formdata=None), "things": things, "patterns": patterns, "recent_years": screening.RECENT_YEARS}
    return render_template("grants/phone/without_signal.html", **nobody, **page, **besides)


@shell.app_context_processor
def phone_mark() -> dict[str, Callable[[], str]]:
    """`phone_mark()` in a frame: whose phone this is, where a key worker reads the page; nothing for everybody else."""
    return {"phone_mark": _mark}


def _mark() -> str:
    found = identity.signed_in()
    if found is None or not found.actor.has(Role.KEY_WORKER) or found.actor.user_id is None:
        return ""
    return owner_mark(keys(), found.actor.user_id)


@shell.after_app_request
def wipe_for_others(response: AnyResponse) -> AnyResponse:
    """Whoever signs in and does not ask for anything here finds nothing on this phone: their browser is told to forget it."""
    if request.blueprint in _ARRIVALS and request.method == "POST" and response.status_code == 303:
        found = identity.arriving()
        if found is not None and not found.actor.has(Role.KEY_WORKER):
            response.headers.setdefault("Clear-Site-Data", '"storage"')
    return response

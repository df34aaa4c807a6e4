"""Stripe's bells, for finance: when it last rang, what could not be answered, and every bell that was kept."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.gateways.stripe_events import SPOKEN_VERSION
from fundapp.giving import hearing, inbox
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("stripe_inbox", __name__, url_prefix="/finance/stripe")
guard(blueprint, Role.FINANCE, Role.AUDITOR)

# More than these at once is one fault, not many: the page says how many there are.
MOST_SHOWN = 50


@blueprint.get("")
def bells() -> ResponseReturnValue:
    """How well Stripe is heard, what was not answered, and every bell, the newest first."""
    return render_template(
        "giving/bells.html",
        heard=hearing.heard(db()),
        waiting=paging.page_of(db(), hearing.not_answered(), number=1, per_page=MOST_SHOWN),
        page=paging.page_of(db(), hearing.bells(), number=paging.asked()),
        is_other_version=hearing.is_other_version,
        spoken=SPOKEN_VERSION,
        may_act=actor().has(Role.FINANCE),
    )


@blueprint.post("/<string:name>/act-again")
@only(Role.FINANCE)
def act_again(name: str) -> ResponseReturnValue:
    """Have a bell answered by the worker now, rather than when its turn comes."""
    try:
        with transaction(db()) as session:
            inbox.ask_again(session, name)
        flash(_("It is being asked about again. Load this page anew in a moment."), "good")
    except (NotFound, Refused) as refusal:
        flash(refusal.sentence, "warn")
    return redirect(url_for("stripe_inbox.bells"), 303)

"""The public list of support, and the page by which a group says that what it offers is still so."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.grants.groups import offers
from fundapp.grants.groups.forms import StillForm
from fundapp.grants.groups.models import SupportOffer
from fundapp.web import paging
from fundapp.web.app import keys
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.language import translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("support", __name__, url_prefix="/support")
guard(blueprint, PUBLIC)
translated(blueprint)

# Whoever has a link of these can act with it.
links = Blueprint("support_links", __name__, url_prefix="/support")
guard(links, PUBLIC)
translated(links)
links.after_request(keep_private)

PURPOSE = "support-offer-form"
LASTS = timedelta(days=1)
SIGNED = "a signed form key, which is good for a day"


@blueprint.get("")
def listed() -> ResponseReturnValue:
    """What there is, for whom, when, and how to reach it."""
    page = paging.page_of(db(), offers.listed(clock.now()), number=paging.asked())
    return render_template("grants/support.html", page=page)


@links.get("/confirmed")
def confirmed() -> ResponseReturnValue:
    """Thanks."""
    return render_template("grants/support_confirmed.html")


@links.get("/<int:support_id>/<string:token>")
@noticed("support")
def still(support_id: int, token: str) -> ResponseReturnValue:
    """Whether it is still so: what stands on the list, and two buttons."""
    return _page(offers.by_token(db(), keys(), offer_id=support_id, token=token), token, StillForm(formdata=None))


@links.post("/<int:support_id>/<string:token>/confirm")
@without_token(SIGNED)
@limited("support-offer", most=20)
@noticed("support")
def confirm(support_id: int, token: str) -> ResponseReturnValue:
    """It is still so."""
    found, form = offers.by_token(db(), keys(), offer_id=support_id, token=token), StillForm()
    with form.refusals():
        _require_fresh(form)
        with transaction(db()):
            offers.confirm_by_link(db(), keys(), offer_id=support_id, token=token)
        return redirect(url_for("support_links.confirmed"), 303)
    return _page(found, token, form)


@links.post("/<int:support_id>/<string:token>/end")
@without_token(SIGNED)
@limited("support-offer-end", most=20)
@noticed("support")
def end(support_id: int, token: str) -> ResponseReturnValue:
    """It is offered no longer."""
    found, form = offers.by_token(db(), keys(), offer_id=support_id, token=token), StillForm()
    with form.refusals():
        _require_fresh(form)
        with transaction(db()):
            offers.end_by_link(db(), keys(), offer_id=support_id, token=token)
        return redirect(url_for("support_links.confirmed"), 303)
    return _page(found, token, form)


def _page(found: SupportOffer, token: str, form: StillForm) -> ResponseReturnValue:
    form.form_key.data = keys().sign(PURPOSE, str(found.id), clock.now() + LASTS)
    stands = offers.stands(found, clock.now())
    return render_template("grants/support_still.html", offer=found, token=token, form=form, stands=stands), form.status


def _require_fresh(form: StillForm) -> None:
    if keys().unsign(PURPOSE, form.form_key.data or "") is None:
        raise Refused(_("This page has lain open for too long. Nothing was changed: press once more."))

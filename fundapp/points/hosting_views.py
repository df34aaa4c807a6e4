"""Hosts' own pages: offering a place, and, by a private link, their posters, what was given there, and what they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.days import day, month_of
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds_short
from fundapp.gateways.documents import PIECES
from fundapp.gateways.documents.certificate import certificate_pdf
from fundapp.people import queries as people
from fundapp.points import agreement_text, agreements, figures, hosting, printing
from fundapp.points.codes import grouped
from fundapp.points.figures import Told
from fundapp.points.host_forms import OfferForm, WishForm
from fundapp.points.host_models import Host
from fundapp.points.lifecycle import Wish
from fundapp.points.models import CollectionPoint
from fundapp.web.app import keys, settings
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("hosting", __name__, url_prefix="/hosts")
guard(blueprint, PUBLIC)
blueprint.after_request(keep_private)

OFFER_KEY, WISH_KEY = "host-offer-form", "host-wish-form"
LASTS = timedelta(days=1)
SIGNED = "a signed form key, which is good for a day"


@blueprint.get("")
def offer() -> ResponseReturnValue:
    """What hosting is, what is agreed, and who one is."""
    return _offer_page(OfferForm(formdata=None))


@blueprint.post("")
@without_token(SIGNED)
@limited("host-offer", most=10)
def send_offer() -> ResponseReturnValue:
    """Take an offer in."""
    sent = OfferForm()
    key = keys().unsign(_offer_purpose(), sent.form_key.data or "")
    if sent.validate():
        with sent.refusals():
            _require_fresh(key)
            said = {name: getattr(sent, name).data or "" for name in ("place", "business", "address", "contact_name", "contact_details")}
            with transaction(db()):
                hosting.offer(db(), form_key=key or "", **said)
            return redirect(url_for(".offered"), 303)
    return _offer_page(sent, key)


@blueprint.get("/offered")
def offered() -> ResponseReturnValue:
    """Thanks, and what happens next."""
    return render_template("points/host_offered.html")


@blueprint.get("/agreement")
def agreement() -> ResponseReturnValue:
    """The agreement as it stands, to be read and printed."""
    return render_template("points/agreement.html", words=agreement_text.WORDS, version=agreement_text.VERSION)


@blueprint.get("/<int:host_id>/<string:token>")
@noticed("hosts")
def page(host_id: int, token: str) -> ResponseReturnValue:
    """A host's own page."""
    found = hosting.by_token(db(), keys(), host_id=host_id, token=token)
    places = hosting.places(db(), found.id)
    told = figures.told_to_host(db(), [one.id for one in places])
    return render_template(
        "points/host_page.html",
        host=found,
        token=token,
        places=places,
        told=[(_months(one), one.pence) for one in told],
        total=sum(one.pence for one in told),
        least=figures.LEAST_GIFTS,
        wishes=db().scalars(hosting.wishes(host_id=found.id).limit(hosting.MOST_OPEN)).all(),
        agreements=agreements.agreements(db(), found.id),
        pieces=PIECES,
        ready=printing.is_printable(db()),
        grouped=grouped,
        Wish=Wish,
    )


@blueprint.get("/<int:host_id>/<string:token>/ask")
@noticed("hosts")
def ask(host_id: int, token: str) -> ResponseReturnValue:
    """Ask for another poster, a new one in place of one, or an end."""
    return _ask_page(hosting.by_token(db(), keys(), host_id=host_id, token=token), token, WishForm(formdata=None))


@blueprint.post("/<int:host_id>/<string:token>/ask")
@without_token(SIGNED)
@limited("host-wish", most=20)
@noticed("hosts")
def send_wish(host_id: int, token: str) -> ResponseReturnValue:
    """Note it."""
    found = hosting.by_token(db(), keys(), host_id=host_id, token=token)
    sent = WishForm()
    key = keys().unsign(WISH_KEY, sent.form_key.data or "")
    if sent.validate():
        with sent.refusals():
            _require_fresh(key)
            asked: dict[str, Any] = {"wish": sent.wish.data, "point_id": sent.point.data, "words": sent.words.data or ""}
            with transaction(db()):
                hosting.ask(db(), host_id=found.id, form_key=key or "", **asked)
            return redirect(url_for(".page", host_id=host_id, token=token) + "#asked", 303)
    return _ask_page(found, token, sent, key)


def piece(host_id: int, token: str, point_id: int, name: str) -> Response:
    """One of their own posters to print, as long as its place is open."""
    found = hosting.by_token(db(), keys(), host_id=host_id, token=token)
    mine = [one for one in hosting.places(db(), found.id) if one.id == point_id and one.is_open]
    if not mine:
        raise NotFound(_("This poster is not among yours any more."))
    return _pdf(printing.piece(db(), mine, name, base_url=settings().base_url), f"{name}-{mine[0].code}.pdf")


for _name in PIECES:
    blueprint.add_url_rule(
        f"/<int:host_id>/<string:token>/<int:point_id>/{_name}.pdf",
        "piece",
        noticed("hosts")(piece),
        defaults={"name": _name},
        methods=["GET"],
    )


@blueprint.get("/<int:host_id>/<string:token>/thank-you.pdf")
@noticed("hosts")
def certificate(host_id: int, token: str) -> Response:
    """A thank-you to hang up."""
    found = hosting.by_token(db(), keys(), host_id=host_id, token=token)
    places = hosting.places(db(), found.id)
    told = figures.told_to_host(db(), [one.id for one in places])
    holder = people.fund_holder(db())
    total = sum(one.pence for one in told)
    content = certificate_pdf(
        business=_business(places),
        since=day(clock.day_of(found.since)),
        given=pounds_short(total) if total else "",
        until=_month(told[-1].until) if told else "",
        town=holder.town,
        charity_name=holder.charity_name,
        charity_number=holder.charity_number,
        contact=holder.phone or holder.email or "",
        printed_on=day(clock.today()),
    )
    return _pdf(content, "thank-you.pdf")


def _offer_page(shown: OfferForm, key: str | None = None) -> ResponseReturnValue:
    # The same key again, so that what was sent before a fault is not taken in twice.
    shown.form_key.data = keys().sign(_offer_purpose(), key or random_token(), clock.now() + LASTS)
    return render_template("points/offer.html", form=shown, words=agreement_text.WORDS, version=agreement_text.VERSION), shown.status


def _offer_purpose() -> str:
    """A form agrees to the version that it showed: after a new one it is too old."""
    return f"{OFFER_KEY}/{agreement_text.VERSION}"


def _ask_page(found: Host, token: str, shown: WishForm, key: str | None = None) -> ResponseReturnValue:
    shown.form_key.data = keys().sign(WISH_KEY, key or random_token(), clock.now() + LASTS)
    shown.point.choices = [(one.id, f"{one.heading}, {grouped(one.code)}") for one in hosting.places(db(), found.id) if one.is_open]
    return render_template("points/ask.html", host=found, token=token, form=shown), shown.status


def _require_fresh(key: str | None) -> None:
    if key is None:
        raise Refused(_("This page has lain open for too long. What you wrote is kept: send it once more."))


def _business(places: Sequence[CollectionPoint]) -> str:
    return next((one.business for one in places), "")


def _months(told: Told) -> str:
    if told.since == told.until:
        return _month(told.since)
    return _("%(since)s to %(until)s") % {"since": _month(told.since), "until": _month(told.until)}


def _month(first: date) -> str:
    return f"{month_of(first)} {first.year}"


def _pdf(content: bytes, name: str) -> Response:
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})

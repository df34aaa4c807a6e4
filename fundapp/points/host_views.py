"""Hosts, for administrators: who offers a place, what they ask for, their agreement and their private link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.points import agreements, hosting, queries, service
from fundapp.points.codes import grouped
from fundapp.points.forms import PointForm
from fundapp.points.host_forms import AnswerForm
from fundapp.points.host_models import HostOffer, HostWish
from fundapp.points.lifecycle import Answer, Wish
from fundapp.web import paging
from fundapp.web.app import keys, settings
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db

blueprint = Blueprint("hosts", __name__, url_prefix="/admin/points/hosts")
guard(blueprint, Role.ADMIN)
admin_item(blueprint, marked("Hosts"), "hosts.offers", 44, marked("Places that are offered, and what hosts ask for."))


def _needs(_actor: Actor, limit: int) -> Waiting:
    offers, offered = hosting.waiting_offers(db(), limit)
    wishes, wished = hosting.waiting_wishes(db(), limit)
    found = [_offered(row) for row in offers] + [_wished(row) for row in wishes]
    found.sort(key=lambda need: need.since or clock.now())
    return Waiting(found[:limit], offered + wished)


def _offered(row: HostOffer) -> Need:
    url = url_for("hosts.offer", offer_id=row.id)
    return Need(_("A place for a poster is offered"), row.place, url, _("Answer"), since=row.received_at)


def _wished(row: HostWish) -> Need:
    url = url_for("hosts.host", host_id=row.host_id)
    return Need(Wish(row.wish).words, _("Host %(number)s") % {"number": row.host_id}, url, _("See to it"), since=row.received_at)


work(blueprint, marked("Hosts"), "hosts.offers", [Role.ADMIN], 44, _needs)


@blueprint.get("/offers")
def offers() -> ResponseReturnValue:
    """What was offered, what waits first."""
    page = paging.page_of(db(), hosting.offers(), number=paging.asked())
    return render_template("points/offers.html", page=page, Answer=Answer)


@blueprint.get("/wishes")
def wishes() -> ResponseReturnValue:
    """What hosts asked for, what waits first."""
    page = paging.page_of(db(), hosting.wishes(), number=paging.asked())
    return render_template("points/wishes.html", page=page, Answer=Answer, Wish=Wish)


@blueprint.get("/offers/<int:offer_id>")
def offer(offer_id: int) -> ResponseReturnValue:
    """One offer, ready to be opened as a point."""
    found = hosting.one_offer(db(), offer_id)
    return _offer_page(found, PointForm(formdata=None, data=_facts_of(found)))


@blueprint.post("/offers/<int:offer_id>")
def open_offer(offer_id: int) -> ResponseReturnValue:
    """Open the point that was offered, on the agreement they agreed to."""
    found, form = hosting.one_offer(db(), offer_id), PointForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                # In one transaction: of two who open it at once, one is refused, and their point with it.
                made = service.open_point(db(), actor=actor(), keys=keys(), agreed_version=found.text_version, **_typed(form))
                hosting.answer_offer(db(), actor=actor(), offer_id=offer_id, point=made)
            flash(_("The point is open. Print its poster, and send the host their private link."), "good")
            return redirect(url_for(".host", host_id=made.host_id), 303)
    return _offer_page(found, form)


@blueprint.post("/offers/<int:offer_id>/decline")
def decline_offer(offer_id: int) -> ResponseReturnValue:
    """Say no to an offer. They are told by whoever declines: nothing is sent from here."""
    with transaction(db()):
        hosting.answer_offer(db(), actor=actor(), offer_id=offer_id, point=None)
    flash(_("Noted. Ring them and say so: nothing is sent from here."), "good")
    return redirect(url_for(".offers"), 303)


@blueprint.get("/<int:host_id>")
def host(host_id: int) -> ResponseReturnValue:
    """One host: places, agreements, the private link, what they asked for."""
    return _host_page(host_id)


@blueprint.post("/<int:host_id>/link")
def renew_link(host_id: int) -> ResponseReturnValue:
    """End the private link and begin another."""
    with transaction(db()):
        hosting.renew_link(db(), actor=actor(), host_id=host_id)
    flash(_("The old link opens nothing any more. Send them the new one."), "good")
    return redirect(url_for(".host", host_id=host_id), 303)


@blueprint.post("/<int:host_id>/send-link")
def send_link(host_id: int) -> ResponseReturnValue:
    """Mail them their private link."""
    try:
        with transaction(db()):
            hosting.send_link(db(), actor=actor(), host_id=host_id)
        flash(_("It is on its way to the e-mail they gave."), "good")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return redirect(url_for(".host", host_id=host_id), 303)


@blueprint.post("/wishes/<int:wish_id>")
def answer_wish(wish_id: int) -> ResponseReturnValue:
    """Say whether what they asked for was done. They read it on their page."""
    form = AnswerForm()
    with transaction(db()):
        found = hosting.answer_wish(db(), actor=actor(), wish_id=wish_id, answer=form.answer.data or "")
    flash(_("They can read it on their page now."), "good")
    return redirect(url_for(".host", host_id=found.host_id), 303)


@blueprint.get("/<int:host_id>/new")
def new_place(host_id: int) -> ResponseReturnValue:
    """One more place of the same host."""
    hosting.host(db(), host_id)
    known = next((one for one in hosting.places(db(), host_id)), None)
    facts = ("business", "address", "contact_name", "contact_details", "agreed_on")
    data = {name: getattr(known, name) for name in facts} if known else {}
    return render_template("points/new_place.html", form=PointForm(formdata=None, data=data), host_id=host_id)


@blueprint.post("/<int:host_id>/new")
def open_place(host_id: int) -> ResponseReturnValue:
    """Open it."""
    form = PointForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                made = service.open_point(db(), actor=actor(), keys=keys(), host_id=host_id, **_typed(form))
            flash(_("The point is open. Print its poster, hang it, and scan it once yourself."), "good")
            return redirect(url_for("points.point", point_id=made.id), 303)
    return render_template("points/new_place.html", form=form, host_id=host_id), form.status


@blueprint.get("/agreements/<int:version>")
def agreement(version: int) -> ResponseReturnValue:
    """A version of the agreement, word for word as it was agreed to."""
    return render_template("points/agreement_kept.html", text=agreements.text(db(), version))


def _host_page(host_id: int) -> ResponseReturnValue:
    found = hosting.host(db(), host_id)
    wishes = paging.page_of(db(), hosting.wishes(host_id=host_id), number=paging.asked())
    return render_template(
        "points/host_one.html",
        host=found,
        places=hosting.places(db(), host_id),
        agreements=agreements.agreements(db(), host_id),
        link=f"{settings().base_url}/hosts/{found.id}/{hosting.token_of(keys(), found)}",
        email=hosting.email_of(db(), host_id),
        wishes=wishes,
        about={one.point_id: queries.point(db(), one.point_id) for one in wishes if one.point_id and not one.answer},
        answer=AnswerForm(formdata=None),
        form=CsrfForm(),
        Wish=Wish,
        Answer=Answer,
        grouped=grouped,
    )


def _offer_page(found: HostOffer, form: PointForm) -> ResponseReturnValue:
    return render_template(
        "points/offer_one.html", offer=found, form=form, answer=Answer(found.answer) if found.answer else None
    ), form.status


def _facts_of(found: HostOffer) -> dict[str, Any]:
    facts = {name: getattr(found, name) for name in ("business", "address", "contact_name", "contact_details")}
    return {"name": found.place, "agreed_on": clock.day_of(found.received_at), **facts}


def _typed(form: PointForm) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name != "csrf_token"}

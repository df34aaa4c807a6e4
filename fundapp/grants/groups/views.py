"""Where a key worker speaks for community groups: the groups, their requests, and what they offer."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import telling
from fundapp.grants.groups import asking, offers, service, waiting
from fundapp.grants.groups.forms import GroupAskForm, GroupForm, OfferForm
from fundapp.grants.groups.models import CommunityGroup, SupportOffer
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.needs import work
from fundapp.web.session import db

blueprint = Blueprint("groups", __name__, url_prefix="/groups")
guard(blueprint, Role.KEY_WORKER)
nav_item(blueprint, marked("Community groups"), "groups.mine", [Role.KEY_WORKER], 40)
work(blueprint, marked("Community groups"), "groups.mine", [Role.KEY_WORKER], 45, waiting.for_worker)

# As many as stand above the list.
SHOWN = 5


@blueprint.get("")
def mine() -> ResponseReturnValue:
    """The groups that the team speaks for."""
    page = paging.page_of(db(), service.team_groups(actor()), number=paging.asked())
    return render_template("grants/groups.html", page=page, needs=waiting.for_worker(actor(), SHOWN))


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """A form for one more."""
    return render_template("grants/new_group.html", form=GroupForm(formdata=None))


@blueprint.post("/new")
def add() -> ResponseReturnValue:
    """Add a group."""
    form = GroupForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                group = service.add_group(db(), actor=actor(), words=form.words)
            flash(_("Added: %(name)s. You can ask for it now.") % {"name": group.name}, "good")
            return redirect(url_for("groups.show", group_id=group.id), 303)
    return render_template("grants/new_group.html", form=form), form.status


@blueprint.get("/<int:group_id>")
def show(group_id: int) -> ResponseReturnValue:
    """One group: what it asked for, what it offers."""
    group = service.own_group(db(), actor=actor(), group_id=group_id)
    now = clock.now()
    listed = [(one, offers.stands(one, now)) for one in offers.of_group(db(), group_id)]
    return render_template(
        "grants/group.html",
        group=group,
        page=paging.page_of(db(), asking.requests_of(group_id), number=paging.asked()),
        tags=telling.TAGS,
        listed=listed,
        was_paid=offers.was_paid(db(), group_id),
        left_pence=asking.left_pence(db(), group_id),
        is_offered=bool(asking.kinds(db())),
    )


@blueprint.get("/<int:group_id>/change")
def change(group_id: int) -> ResponseReturnValue:
    """Its form."""
    group = service.own_group(db(), actor=actor(), group_id=group_id)
    form = GroupForm(formdata=None)
    form.fill(group)
    return render_template("grants/change_group.html", group=group, form=form)


@blueprint.post("/<int:group_id>/change")
def save(group_id: int) -> ResponseReturnValue:
    """Change what stands of it."""
    form = GroupForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                group = service.change_group(db(), actor=actor(), group_id=group_id, words=form.words)
            flash(_("Changed: %(name)s.") % {"name": group.name}, "good")
            return redirect(url_for("groups.show", group_id=group_id), 303)
    group = service.own_group(db(), actor=actor(), group_id=group_id)
    return render_template("grants/change_group.html", group=group, form=form), form.status


@blueprint.get("/<int:group_id>/ask")
def ask(group_id: int) -> ResponseReturnValue:
    """A group's own questions, on one page."""
    group = service.own_group(db(), actor=actor(), group_id=group_id)
    form = GroupAskForm(formdata=None, data={"form_key": str(uuid4())}).offer(asking.kinds(db()))
    return _ask_page(group, form)


@blueprint.post("/<int:group_id>/ask")
def send(group_id: int) -> ResponseReturnValue:
    """Send the request."""
    form = GroupAskForm().offer(asking.kinds(db()))
    if form.validate():
        with form.refusals():
            with transaction(db()):
                key = UUID(form.form_key.data)
                request = asking.ask(db(), actor=actor(), form_key=key, group_id=group_id, answers=form.answers)
            flash(_("Sent. You get a mail as soon as there is an answer."), "good")
            return redirect(url_for("requests.show", request_id=request.id), 303)
    return _ask_page(service.own_group(db(), actor=actor(), group_id=group_id), form)


@blueprint.get("/<int:group_id>/offers/new")
def new_offer(group_id: int) -> ResponseReturnValue:
    """A form for what it offers."""
    group = service.own_group(db(), actor=actor(), group_id=group_id)
    return _offer_page(group, OfferForm(formdata=None, data={"form_key": str(uuid4())}))


@blueprint.post("/<int:group_id>/offers/new")
def list_offer(group_id: int) -> ResponseReturnValue:
    """Put it on the public list."""
    form = OfferForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                offers.list_offer(db(), actor=actor(), group_id=group_id, form_key=form.form_key.data or "", words=form.words)
            flash(_("It stands on the public list of support now."), "good")
            return redirect(url_for("groups.show", group_id=group_id), 303)
    return _offer_page(service.own_group(db(), actor=actor(), group_id=group_id), form)


@blueprint.get("/offers/<int:support_id>")
def offer(support_id: int) -> ResponseReturnValue:
    """What it offers, to be changed."""
    found = offers.own_offer(db(), actor=actor(), offer_id=support_id)
    form = OfferForm(formdata=None)
    form.fill(found)
    return _offer_page(found.group, form, found)


@blueprint.post("/offers/<int:support_id>")
def change_offer(support_id: int) -> ResponseReturnValue:
    """Change what stands on the list."""
    form = OfferForm()
    found = offers.own_offer(db(), actor=actor(), offer_id=support_id)
    if form.validate():
        with form.refusals():
            with transaction(db()):
                offers.change_offer(db(), actor=actor(), offer_id=support_id, words=form.words)
            flash(_("Changed. It stands on the list as it is now."), "good")
            return redirect(url_for("groups.show", group_id=found.group_id), 303)
    return _offer_page(found.group, form, found)


@blueprint.post("/offers/<int:support_id>/confirm")
def confirm(support_id: int) -> ResponseReturnValue:
    """Say that it is still so."""
    with transaction(db()):
        found = offers.confirm(db(), actor=actor(), offer_id=support_id)
    flash(_("Thank you. It stays on the list for six months."), "good")
    return redirect(url_for("groups.show", group_id=found.group_id), 303)


@blueprint.post("/offers/<int:support_id>/end")
def end(support_id: int) -> ResponseReturnValue:
    """Take it off the list."""
    with transaction(db()):
        found = offers.end(db(), actor=actor(), offer_id=support_id)
    flash(_("It is off the list. To list it again, look through it and save it."), "good")
    return redirect(url_for("groups.show", group_id=found.group_id), 303)


def _ask_page(group: CommunityGroup, form: GroupAskForm) -> ResponseReturnValue:
    left = asking.left_pence(db(), group.id)
    return render_template("grants/group_ask.html", group=group, form=form, kinds=asking.kinds(db()), left_pence=left), form.status


def _offer_page(group: CommunityGroup, form: OfferForm, found: SupportOffer | None = None) -> ResponseReturnValue:
    return render_template("grants/group_offer.html", group=group, form=form, offer=found), form.status

"""Where administrators keep the catalogue."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import catalogue, handover, kind_caps, queries
from fundapp.grants.catalogue_forms import ChangeItemForm, NewItemForm, OfferForm
from fundapp.grants.catalogue_history import history, newest
from fundapp.grants.models import CatalogueItem
from fundapp.people.leaving import work_in_hand
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.needs import work
from fundapp.web.paging import asked
from fundapp.web.session import db

blueprint = Blueprint("catalogue", __name__, url_prefix="/admin/catalogue")
guard(blueprint, Role.ADMIN)
work_in_hand(blueprint, 10, handover.in_hand, handover.hand_over)
work(blueprint, marked("Requests left behind"), "people_admin.people", [Role.ADMIN], 80, handover.ownerless)
admin_item(blueprint, marked("Catalogue"), "catalogue.items", 30, marked("What can be asked for, and its guide prices."))


@blueprint.get("")
def items() -> ResponseReturnValue:
    """Every kind of help."""
    return render_template("grants/items.html", items=queries.catalogue(db(), active_only=False))


@blueprint.get("/new")
def new_item() -> ResponseReturnValue:
    """A form for one more."""
    return render_template("grants/new_item.html", form=NewItemForm(formdata=None))


@blueprint.post("/new")
def add_item() -> ResponseReturnValue:
    """Add a kind of help, and its account in the ledger."""
    form = NewItemForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                item = catalogue.add_item(db(), actor=actor(), code=form.code.data or "", words=form.words)
            flash(_("Added: %(name)s. Key workers can ask for it now.") % {"name": item.name}, "good")
            return redirect(url_for("catalogue.items"), 303)
    return render_template("grants/new_item.html", form=form), form.status


@blueprint.get("/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """One kind of help, its form, and what was changed lately."""
    found = catalogue.item(db(), item_id)
    form = ChangeItemForm(formdata=None)
    form.fill(found)
    return _page(found, form, OfferForm(formdata=None))


@blueprint.post("/<int:item_id>")
def change_item(item_id: int) -> ResponseReturnValue:
    """Change a kind of help."""
    form = ChangeItemForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                words = form.words_for(catalogue.item(db(), item_id))
                found = catalogue.change_item(db(), actor=actor(), item_id=item_id, words=words, why=form.why.data or "")
            flash(_("Changed: %(name)s.") % {"name": found.name}, "good")
            return redirect(url_for("catalogue.item", item_id=item_id), 303)
    return _page(catalogue.item(db(), item_id), form, OfferForm(formdata=None))


@blueprint.post("/<int:item_id>/stop")
def stop_offering(item_id: int) -> ResponseReturnValue:
    """Offer it no longer."""
    form = OfferForm()
    if not form.validate():
        return _refused(item_id, form)
    with transaction(db()):
        catalogue.stop_offering(db(), actor=actor(), item_id=item_id, why=form.why.data or "")
    flash(_("It is offered no longer. What was asked already goes on."), "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)


@blueprint.post("/<int:item_id>/offer")
def offer_again(item_id: int) -> ResponseReturnValue:
    """Offer it again."""
    form = OfferForm()
    if not form.validate():
        return _refused(item_id, form)
    with transaction(db()):
        catalogue.offer_again(db(), actor=actor(), item_id=item_id, why=form.why.data or "")
    flash(_("It is offered again."), "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)


@blueprint.get("/<int:item_id>/history")
def item_history(item_id: int) -> ResponseReturnValue:
    """Every version of one kind of help: what, who, when, why."""
    found = catalogue.item(db(), item_id)
    return render_template("grants/item_history.html", item=found, page=history(db(), item_id, number=asked()))


def _refused(item_id: int, offer_form: OfferForm) -> ResponseReturnValue:
    found = catalogue.item(db(), item_id)
    form = ChangeItemForm(formdata=None)
    form.fill(found)
    return _page(found, form, offer_form)


def _page(found: CatalogueItem, form: ChangeItemForm, offer_form: OfferForm) -> ResponseReturnValue:
    steps = [line.step for line in newest(db(), found.id)]
    status = max(form.status, offer_form.status)
    return render_template(
        "grants/item.html", item=found, form=form, offer_form=offer_form, steps=steps, caps=url_for("rules.show", name=kind_caps.CODE)
    ), status

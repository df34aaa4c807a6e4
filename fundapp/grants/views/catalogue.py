"""Where administrators keep the catalogue."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import catalogue, handover, queries
from fundapp.grants.catalogue import ItemWords
from fundapp.grants.forms import ItemForm, NewItemForm
from fundapp.grants.models import CatalogueItem
from fundapp.people import queries as people
from fundapp.people.leaving import work_in_hand
from fundapp.web.filters import moment
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.needs import work
from fundapp.web.session import db

blueprint = Blueprint("catalogue", __name__, url_prefix="/admin/catalogue")
guard(blueprint, Role.ADMIN)
work_in_hand(blueprint, 10, handover.in_hand, handover.hand_over)
work(blueprint, marked("Requests left behind"), "people_admin.people", [Role.ADMIN], 80, handover.ownerless)
admin_item(blueprint, marked("Catalogue"), "catalogue.items", 30, marked("What can be asked for, and its guide prices."))

_CHANGED = {
    "name": marked("Name “%(before)s” to “%(after)s”"),
    "guide_low_pence": marked("Lower guide price %(before)s to %(after)s"),
    "guide_high_pence": marked("Upper guide price %(before)s to %(after)s"),
    "help_text": marked("Help text changed"),
    "asks_what": marked("Asks what it is changed"),
}
_ADDED_OR_OFFERED = {
    AuditKind.ITEM_CLOSED: marked("Offered no longer"),
    AuditKind.ITEM_OFFERED: marked("Offered again"),
    AuditKind.ITEM_ADDED: marked("Added"),
}


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
                item = catalogue.add_item(db(), actor=actor(), code=form.code.data or "", words=_words(form))
            flash(_("Added: %(name)s. Key workers can ask for it now.") % {"name": item.name}, "good")
            return redirect(url_for("catalogue.items"), 303)
    return render_template("grants/new_item.html", form=form), form.status


@blueprint.get("/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """One kind of help, its form, and what was changed."""
    found = catalogue.item(db(), item_id)
    form = ItemForm(
        formdata=None,
        data={
            "name": found.name,
            "guide_low": found.guide_low_pence,
            "guide_high": found.guide_high_pence,
            "help_text": found.help_text,
            "asks_what": found.asks_what,
        },
    )
    return _page(found, form)


@blueprint.post("/<int:item_id>")
def change_item(item_id: int) -> ResponseReturnValue:
    """Change a kind of help."""
    form = ItemForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                found = catalogue.change_item(db(), actor=actor(), item_id=item_id, words=_words(form))
            flash(_("Changed: %(name)s.") % {"name": found.name}, "good")
            return redirect(url_for("catalogue.item", item_id=item_id), 303)
    return _page(catalogue.item(db(), item_id), form)


@blueprint.post("/<int:item_id>/stop")
def stop_offering(item_id: int) -> ResponseReturnValue:
    """Offer it no longer."""
    with transaction(db()):
        catalogue.stop_offering(db(), actor=actor(), item_id=item_id)
    flash(_("It is offered no longer. What was asked already goes on."), "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)


@blueprint.post("/<int:item_id>/offer")
def offer_again(item_id: int) -> ResponseReturnValue:
    """Offer it again."""
    with transaction(db()):
        catalogue.offer_again(db(), actor=actor(), item_id=item_id)
    flash(_("It is offered again."), "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)


def _words(form: ItemForm) -> ItemWords:
    return ItemWords(
        name=form.name.data or "",
        guide_low_pence=form.guide_low.data or 0,
        guide_high_pence=form.guide_high.data or 0,
        help_text=form.help_text.data or "",
        asks_what=bool(form.asks_what.data),
    )


def _page(found: CatalogueItem, form: ItemForm) -> ResponseReturnValue:
    events = audit.trail(db(), f"item:{found.id}")
    names = people.names(db(), [_user_id(event) for event in events])
    history = [
        {"what": _what(event), "when": moment(event.at), "why": names.get(_user_id(event), event.actor), "glyph": "full"}
        for event in reversed(events)
    ]
    return render_template("grants/item.html", item=found, form=form, history=history), form.status


def _what(event: AuditEvent) -> str:
    if event.kind != AuditKind.ITEM_CHANGED:
        return _(_ADDED_OR_OFFERED[AuditKind(event.kind)])
    return "; ".join(_change(event, name) for name in _CHANGED if name in str(event.facts.get("changed", "")).split())


def _change(event: AuditEvent, name: str) -> str:
    before, _to, after = (event.words or "").partition(" → ")
    if name.endswith("_pence"):
        before, after = (pounds(int(event.facts[f"{name}_{when}"])) for when in ("before", "after"))
    return _(_CHANGED[name]) % {"before": before, "after": after}


def _user_id(event: AuditEvent) -> int:
    number = event.actor.removeprefix("user:")
    return int(number) if number.isdigit() else 0

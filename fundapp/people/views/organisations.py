"""What administrators do with organisations, teams and the charity's facts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import queries, service
from fundapp.people.forms import FundHolderForm, OrganisationForm, TeamForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("organisations", __name__, url_prefix="/admin")
guard(blueprint, Role.ADMIN)
admin_item(
    blueprint,
    marked("Organisations and teams"),
    "organisations.organisations",
    20,
    marked("The fund holder, its partners, and who asks together."),
)
admin_item(
    blueprint,
    marked("The charity’s facts"),
    "organisations.fund_holder",
    80,
    marked("Name, number and contact, as posters and receipts print them."),
)


@blueprint.get("/organisations")
def organisations() -> ResponseReturnValue:
    """All organisations with their teams."""
    return render_template("people/organisations.html", organisations=queries.organisations(db()), form=OrganisationForm())


@blueprint.post("/organisations")
def add_organisation() -> ResponseReturnValue:
    """Take a partner in."""
    form = OrganisationForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                added = service.add_organisation(db(), actor=actor(), name=form.name.data or "")
            flash(_("%(organisation)s is a partner. Add its first team.") % {"organisation": added.name}, "good")
            return redirect(url_for("organisations.new_team", organisation_id=added.id), 303)
    return render_template("people/organisations.html", organisations=queries.organisations(db()), form=form), form.status


@blueprint.get("/organisations/<int:organisation_id>/teams/new")
def new_team(organisation_id: int) -> ResponseReturnValue:
    """Ask for a team's name."""
    return _new_team(organisation_id, TeamForm())


@blueprint.post("/organisations/<int:organisation_id>/teams/new")
def add_team(organisation_id: int) -> ResponseReturnValue:
    """Add a team."""
    form = TeamForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                team = service.add_team(db(), actor=actor(), organisation_id=organisation_id, name=form.name.data or "")
            flash(_("%(team)s is added. You can invite people to it now.") % {"team": team.name}, "good")
            return redirect(url_for("organisations.organisations"), 303)
    return _new_team(organisation_id, form)


@blueprint.get("/fund-holder")
def fund_holder() -> ResponseReturnValue:
    """The charity's facts as they stand."""
    return render_template("people/fund_holder.html", form=FundHolderForm(obj=queries.fund_holder(db())))


@blueprint.post("/fund-holder")
def describe_fund_holder() -> ResponseReturnValue:
    """Change the charity's facts."""
    form = FundHolderForm()
    if form.validate():
        facts = {name: value or "" for name, value in form.data.items() if name != "csrf_token"}
        with transaction(db()):
            service.describe_fund_holder(db(), actor=actor(), **facts)
        flash(_("The charity’s facts are changed. Posters printed before still show the old ones."), "good")
        return redirect(url_for("organisations.fund_holder"), 303)
    return render_template("people/fund_holder.html", form=form), form.status


def _new_team(organisation_id: int, form: TeamForm) -> ResponseReturnValue:
    organisation = queries.organisation(db(), organisation_id)
    return render_template("people/new_team.html", organisation=organisation, form=form), form.status

"""What administrators see of data protection: the inventory, the rules of retention, the documents."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, NotFound
from fundapp.core.language import ENGLISH, marked, speaking
from fundapp.core.language import gettext as _
from fundapp.core.personal import Kept
from fundapp.core.roles import Role
from fundapp.people import queries as people
from fundapp.privacy import documents, inventory, retention
from fundapp.privacy.forms import RuleForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item
from fundapp.web.session import db

blueprint = Blueprint("data_protection", __name__, url_prefix="/admin/data-protection")
guard(blueprint, Role.ADMIN)
admin_item(
    blueprint,
    marked("Data protection"),
    "data_protection.home",
    70,
    marked("What is held about people, for how long, and what they ask about it."),
)


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Where everything about data protection is."""
    found = [documents.document(db(), code, _body(code)) for code in documents.TITLES]
    return render_template("privacy/home.html", documents=found)


@blueprint.get("/inventory")
def held() -> ResponseReturnValue:
    """Every column that tells something about a person."""
    return render_template("privacy/inventory.html", groups=inventory.by_whose(), **_words())


@blueprint.get("/retention")
def rules() -> ResponseReturnValue:
    """How long everything is kept, what the last round did, what is due."""
    return render_template("privacy/retention.html", standings=retention.standings(db()))


@blueprint.route("/retention/<string:name>", methods=["GET", "POST"])
def rule(name: str) -> ResponseReturnValue:
    """One rule: what it said when, and a form to change it."""
    found = {one.rule.value: one for one in retention.standings(db())}.get(name)
    if found is None:
        raise NotFound(_("There is no such rule."))
    form = RuleForm(data={"days": found.days})
    if form.validate_on_submit():
        with form.refusals():
            with transaction(db()):
                retention.change_rule(db(), actor=actor(), rule=Kept(name), days=form.days.data or 0, reason=form.reason.data or "")
            flash(_("Changed. The next round goes by it."), "good")
            return redirect(url_for(".rules"), 303)
    rows = retention.history(db(), found.rule)
    names = people.names(db(), [row.by for row in rows if row.by])
    return render_template("privacy/rule.html", rule=found, form=form, rows=rows, names=names), form.status


@blueprint.get("/documents/<string:code>")
def document(code: str) -> ResponseReturnValue:
    """A document, and whether its words are adopted."""
    found = documents.document(db(), code, _body(code))
    by = people.names(db(), [found.adoption.adopted_by]).get(found.adoption.adopted_by, "") if found.adoption else ""
    return render_template("privacy/document.html", document=found, by=by, body=_template(code), **_record())


@blueprint.post("/documents/<string:code>/adopt")
def adopt(code: str) -> ResponseReturnValue:
    """Record that the charity adopted these words."""
    try:
        with transaction(db()):
            documents.adopt(db(), actor=actor(), code=code, words=_body(code), shown=request.form.get("mark", ""))
        flash(_("Recorded: these words are adopted, from today."), "good")
    except Conflict as told:
        flash(told.sentence, "warn")
    return redirect(url_for(".document", code=code), 303)


def _template(code: str) -> str:
    if code not in documents.TITLES:
        raise NotFound(_("There is no such document."))
    return f"privacy/documents/{code.replace('-', '_')}.html"


def _body(code: str) -> str:
    """The words that are adopted: in English, whatever the reader speaks."""
    with speaking(ENGLISH):
        return render_template(_template(code), **_record())


def _record() -> dict[str, object]:
    lines = [(whose, inventory.purposes(found)) for whose, found in inventory.by_whose()]
    return {"fund_holder": people.fund_holder(db()), "lines": lines, **_words()}


def _words() -> dict[str, object]:
    return {"basis_words": inventory.basis_words, "kept_words": inventory.kept_words}

"""The rules of the house: what holds, what held before, who proposed and who agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import queries as people
from fundapp.rulebook import queries, service
from fundapp.rulebook.forms import DeclineForm, RulesForm, form_for
from fundapp.rulebook.models import RuleVersion
from fundapp.rulebook.rulesets import RuleSet
from fundapp.web import paging
from fundapp.web.guards import fresh_proof, guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item, nav_item
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db

blueprint = Blueprint("rules", __name__, url_prefix="/admin/rules")
guard(blueprint, Role.ADMIN, Role.APPROVER)
admin_item(blueprint, marked("Rules"), "rules.index", 45, marked("The figures that the Fund goes by, who set them, and who agreed."))
EXTENSION = "fund-rulebook"


nav_item(blueprint, marked("Rules"), "rules.index", [Role.APPROVER], 60, waiting=queries.count_open)


def _needs(someone: Actor, limit: int) -> Waiting:
    rows = [row for row in queries.open_versions(db()) if row.proposed_by != someone.user_id]
    names = {one.code: one.name for one in shelf(current_app)} if rows else {}
    needs = [
        Need(
            what=_("A change of rules"),
            about=_(names[row.rule_set]),
            url=url_for("rules.show", name=row.rule_set),
            act=_("Look"),
            since=row.proposed_at,
        )
        for row in rows
        if row.rule_set in names
    ]
    return Waiting(needs[:limit], len(needs))


work(blueprint, marked("Rules to agree"), "rules.index", [Role.APPROVER], 40, _needs)


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of a version: its name, what it said before and what it says."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Shelf:
    sets: tuple[RuleSet[Any], ...]
    # Those that are made of what a room holds at the moment.
    made: tuple[Callable[[Session], RuleSet[Any]], ...]


def install(app: App, sets: Sequence[RuleSet[Any]], made: Sequence[Callable[[Session], RuleSet[Any]]] = ()) -> None:
    """Put the rooms' rules on the shelf. Only the composition root calls this."""
    app.extensions[EXTENSION] = _Shelf(tuple(sets), tuple(made))


def shelf(app: App) -> Iterator[RuleSet[Any]]:
    """Every set of rules, in the order in which the composition root names them; what is made is made when it is come to."""
    found: _Shelf = app.extensions[EXTENSION]
    yield from found.sets
    for make in found.made:
        yield make(db())


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Every set of rules with what it says now."""
    waiting = {one.rule_set for one in queries.open_versions(db())}
    told = [(one, _lines(one, {}, one.values(queries.now(db(), one))), one.code in waiting) for one in shelf(current_app)]
    return render_template("rulebook/index.html", sets=told)


@blueprint.get("/<string:name>")
def show(name: str) -> ResponseReturnValue:
    """One set: what it says, what waits to be agreed, what it said before, and the form to propose something else."""
    of = _of(name)
    held = queries.in_force(db(), of.code)
    form = form_for(of)(formdata=None, data={**of.values(queries.now(db(), of)), "replaces": held.id if held else 0})
    return _page(of, form, DeclineForm(formdata=None))


@blueprint.post("/<string:name>")
@only(Role.ADMIN)
@fresh_proof
def propose(name: str) -> ResponseReturnValue:
    """Propose what it should say."""
    of = _of(name)
    form = form_for(of)()
    if form.validate():
        with form.refusals():
            with transaction(db()) as session:
                reason = form.reason.data or ""
                made = service.propose(session, actor=actor(), of=of, numbers=form.numbers, replaces=form.shown, reason=reason)
            waits = _("Proposed. It holds once an approver agrees.")
            flash(waits if made.by_two else _("Changed. It holds from now on."), "good")
            return redirect(url_for(".show", name=name), 303)
    return _page(of, form, DeclineForm(formdata=None))


@blueprint.post("/<string:name>/<int:version>/agree")
@only(Role.APPROVER)
@fresh_proof
def agree(name: str, version: int) -> ResponseReturnValue:
    """Let a proposed version hold."""
    of = _of(name)
    with transaction(db()) as session:
        service.agree(session, actor=actor(), version_id=version, of=of)
    flash(_("Agreed. It holds from now on."), "good")
    return redirect(url_for(".show", name=name), 303)


@blueprint.post("/<string:name>/<int:version>/decline")
def decline(name: str, version: int) -> ResponseReturnValue:
    """Decline a proposed version, or take one's own back."""
    of, form = _of(name), DeclineForm()
    if form.validate():
        with form.refusals():
            with transaction(db()) as session:
                service.decline(session, actor=actor(), version_id=version, reason=form.why.data or "")
            flash(_("Declined. What held before still holds."), "good")
            return redirect(url_for(".show", name=name), 303)
    held = queries.in_force(db(), of.code)
    anew = form_for(of)(formdata=None, data={**of.values(queries.now(db(), of)), "replaces": held.id if held else 0})
    return _page(of, anew, form)


def _page(of: RuleSet[Any], form: RulesForm, declining: DeclineForm) -> ResponseReturnValue:
    page = paging.page_of(db(), queries.history(of.code), number=paging.asked())
    waiting = queries.open_version(db(), of.code)
    shown = [*page, *([waiting] if waiting else [])]
    before = queries.numbers_before(db(), shown)
    decisions = [one.decision.decided_by for one in page if one.decision]
    words = render_template(
        "rulebook/show.html",
        of=of,
        now=_lines(of, {}, of.values(queries.now(db(), of))),
        form=form,
        declining=declining,
        waiting=waiting,
        page=page,
        changes={one.id: _changes(of, before[one.id], one) for one in shown},
        reasons=queries.reasons(db(), shown),
        names=people.names(db(), [*(one.proposed_by for one in shown), *decisions]),
        someone=actor(),
    )
    return words, declining.status if declining.errors or declining.refusal else form.status


def _of(name: str) -> RuleSet[Any]:
    found = next((one for one in shelf(current_app) if one.code == name), None)
    if found is None:
        raise NotFound(_("There are no such rules."))
    return found


def _changes(of: RuleSet[Any], before: Mapping[str, int], version: RuleVersion) -> list[Line]:
    return [line for line in _lines(of, of.values(of.saying(before)), version.numbers) if line.before != line.after]


def _lines(of: RuleSet[Any], before: Mapping[str, int], after: Mapping[str, int]) -> list[Line]:
    """Every rule in words. A version that was made before a rule there is now says of it what came with the software."""
    lines = []
    for one in of.rules:
        was = one.unit.told(before[one.code]) if one.code in before else ""
        lines.append(Line(_(one.name), was, one.unit.told(after.get(one.code, one.first))))
    return lines

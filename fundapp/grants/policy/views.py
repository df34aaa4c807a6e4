"""The policy's pages: what holds, what waits to be signed, what held before, and what is looked at again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import looks, said, seats, standing, versions, week
from fundapp.grants.policy.forms import DeclineForm, LookForm, PolicyForm, showing
from fundapp.grants.policy.models import PolicyVersion
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.guards import fresh_proof, guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item, nav_item
from fundapp.web.needs import Need, Waiting, work
from fundapp.web.session import db

blueprint = Blueprint("policy", __name__, url_prefix="/admin/policy")
guard(blueprint, Role.ADMIN, Role.APPROVER, Role.FINANCE, Role.AUDITOR)
admin_item(blueprint, marked("Policy"), "policy.index", 44, marked("Who must agree how much, and what is agreed at once."))
_READERS = (Role.APPROVER, Role.AUDITOR)


def _to_sign(someone: Actor) -> list[PolicyVersion]:
    """The policy that waits for this approver's signature, if one does."""
    waits = standing.open_version(db())
    if waits is None or not waits.may_sign(someone.user_id):
        return []
    return [waits]


nav_item(blueprint, marked("Policy"), "policy.index", [Role.APPROVER], 61, waiting=looks.all_that_waits)
nav_item(blueprint, marked("Policy"), "policy.index", [Role.FINANCE, Role.AUDITOR], 61, when=lambda roles: Role.APPROVER not in roles)


def _signing(someone: Actor, limit: int) -> Waiting:
    needs = [
        Need(
            what=_("A policy to sign"),
            about=_("Policy %(number)d") % {"number": one.number},
            url=url_for("policy.index"),
            act=_("Look"),
            since=one.proposed_at,
        )
        for one in _to_sign(someone)
    ]
    return Waiting(needs[:limit], len(needs))


def _looking(someone: Actor, limit: int) -> Waiting:
    rows = db().scalars(looks.waiting(someone).limit(limit)).all()
    needs = [
        Need(
            what=_("Look at what the policy agreed"),
            about=_("Request %(number)d") % {"number": row.request_id},
            url=url_for("policy.look", request_id=row.request_id),
            act=_("Look"),
            due_at=looks.due_at(row),
        )
        for row in rows
    ]
    return Waiting(needs, looks.how_many_wait(db(), someone) if needs else 0)


work(blueprint, marked("Policy to sign"), "policy.index", [Role.APPROVER], 41, _signing)
work(blueprint, marked("Agreed by the policy, to be looked at"), "policy.list_looks", [Role.APPROVER], 42, _looking)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What holds, what waits to be signed, and every version."""
    return _index(DeclineForm(formdata=None))


@blueprint.get("/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """One version: all it says, what it changed, who proposed and who signed it."""
    version = standing.version(db(), number)
    before = standing.before(db(), [version])
    return render_template(
        "grants/policy_version.html",
        version=version,
        lines=said.lines(standing.saying(version)),
        changed=said.changes(before[number], standing.saying(version)),
        reason=standing.reasons(db(), [version]).get(number, ""),
        names=_names([version]),
    )


@blueprint.get("/propose")
@only(Role.ADMIN)
def new() -> ResponseReturnValue:
    """The form to propose another policy, with what holds now."""
    return _form(showing(standing.now(db())))


@blueprint.post("/propose")
@only(Role.ADMIN)
@fresh_proof
def propose() -> ResponseReturnValue:
    """Propose a policy."""
    form = PolicyForm()
    if form.validate():
        with form.refusals():
            with transaction(db()) as session:
                versions.propose(session, actor=actor(), policy=form.policy, replaces=form.shown, reason=form.reason.data or "")
            flash(_("Proposed. It holds once two approvers have signed it."), "good")
            return redirect(url_for(".index"), 303)
    return _form(form)


@blueprint.post("/<int:number>/sign")
@only(Role.APPROVER)
@fresh_proof
def sign(number: int) -> ResponseReturnValue:
    """Sign a policy that waits."""
    form = DeclineForm(formdata=None)
    with form.refusals():
        with transaction(db()) as session:
            versions.sign(session, actor=actor(), number=number)
        holds = standing.now(db()).number == number
        flash(_("Signed. The policy holds from now on.") if holds else _("Signed. One more approver signs, then it holds."), "good")
        return redirect(url_for(".index"), 303)
    return _index(form)


@blueprint.post("/<int:number>/decline")
@only(Role.APPROVER, Role.ADMIN)
def decline(number: int) -> ResponseReturnValue:
    """Do not take a policy that waits, or take one's own back."""
    form = DeclineForm()
    if form.validate():
        with form.refusals():
            with transaction(db()) as session:
                versions.decline(session, actor=actor(), number=number, reason=form.why.data or "")
            flash(_("Not taken. What held before still holds."), "good")
            return redirect(url_for(".index"), 303)
    return _index(form)


@blueprint.get("/looks")
@only(*_READERS)
def list_looks() -> ResponseReturnValue:
    """What the policy agreed by itself and an approver looks at again: what waits, and what was found."""
    me = actor()
    waits = db().scalars(looks.waiting(me).limit(paging.PER_PAGE)).all() if me.has(Role.APPROVER) else []
    page = paging.page_of(db(), looks.looked_at(), number=paging.asked())
    reasons = looks.reasons(db(), [row.request_id for row in page])
    by = people.names(db(), [row.found.looked_by for row in page if row.found])
    return render_template(
        "grants/policy_looks.html", waits=waits, page=page, reasons=reasons, names=by, one_in=standing.now(db()).look_at_one_in
    )


@blueprint.get("/looks/<int:request_id>")
@only(Role.APPROVER)
def look(request_id: int) -> ResponseReturnValue:
    """One request that the policy agreed, to be looked at."""
    return _look(request_id, LookForm(formdata=None))


@blueprint.post("/looks/<int:request_id>")
@only(Role.APPROVER)
def looked(request_id: int) -> ResponseReturnValue:
    """Say what was found."""
    form = LookForm()
    if form.validate():
        is_fine = form.found.data == LookForm.FINE
        with form.refusals():
            with transaction(db()) as session:
                looks.answer(session, actor=actor(), request_id=request_id, is_fine=is_fine, reason=form.why.data or "")
            not_fine = _("Written down. While it is not paid, you can give the money back on the request’s own page.")
            flash(_("Written down: it is fine.") if is_fine else not_fine, "good")
            return redirect(url_for(".list_looks"), 303)
    return _look(request_id, form)


def _index(form: DeclineForm) -> ResponseReturnValue:
    policy, me = standing.now(db()), actor()
    page = paging.page_of(db(), standing.history(), number=paging.asked())
    waits = standing.open_version(db())
    shown = [*page, *([waits] if waits else [])]
    before = standing.before(db(), shown)
    words = render_template(
        "grants/policy.html",
        policy=policy,
        lines=said.lines(policy),
        empty_seats=seats.sentences(db(), policy),
        waits=waits,
        may_sign=waits is not None and me.has(Role.APPROVER) and not me.has(Role.ADMIN) and waits.may_sign(me.user_id),
        may_decline=me.has(Role.APPROVER, Role.ADMIN),
        may_propose=me.has(Role.ADMIN),
        may_look=me.has(*_READERS),
        page=page,
        changed={one.number: said.changes(before[one.number], standing.saying(one)) for one in shown},
        reasons=standing.reasons(db(), shown),
        names=_names(shown),
        use=week.use(db()),
        form=form,
    )
    return words, form.status


def _form(form: PolicyForm) -> ResponseReturnValue:
    return render_template("grants/policy_propose.html", form=form), form.status


def _look(request_id: int, form: LookForm) -> ResponseReturnValue:
    found, request = looks.seen(db(), actor(), request_id)
    agreed = looks.agreed(db(), request_id)
    return render_template(
        "grants/policy_look.html", look=found, asked=request, agreed=agreed, kinds=_kinds(request), form=form
    ), form.status


def _kinds(request: GrantRequest) -> list[tuple[str, int, int]]:
    """Each kind of a request, what it costs, and its upper guide price. Never the worker's words."""
    return [(thing.item.name, thing.price_pence or 0, thing.item.guide_high_pence) for thing in request.things]


def _names(rows: list[PolicyVersion]) -> dict[int, str]:
    ids = [one.proposed_by for one in rows] + [signed.user_id for one in rows for signed in one.signatures]
    return people.names(db(), [*ids, *(one.outcome.decided_by for one in rows if one.outcome)])

"""What administrators do with people."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import leaving, queries, search, service, unreachable, waiting
from fundapp.people.forms import DisableForm, HandOverForm, InviteForm, MoveForm, RolesForm
from fundapp.people.reading import kinds, namer
from fundapp.people.seats import what_they_do
from fundapp.web import needs, paging
from fundapp.web.guards import fresh_proof, guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item, admin_ways, nav_item
from fundapp.web.needs import work
from fundapp.web.searching import search_source
from fundapp.web.session import db

blueprint = Blueprint("people_admin", __name__, url_prefix="/admin")
guard(blueprint, Role.ADMIN)
nav_item(blueprint, marked("Admin"), "people_admin.home", [Role.ADMIN], 90)
work(blueprint, marked("People"), "people_admin.people", [Role.ADMIN], 90, waiting.people)
search_source(blueprint, "people", marked("People"), search.HINT, [Role.ADMIN], 90, search.find)
admin_item(blueprint, marked("People"), "people_admin.people", 10, marked("Invite somebody, change what they may do, disable an account."))


@blueprint.get("")
def home() -> ResponseReturnValue:
    """Everything an administrator looks after."""
    return render_template("people/home.html", parts=needs.parts(), ways=admin_ways(), is_admin=True)


@blueprint.get("/people")
def people() -> ResponseReturnValue:
    """All accounts, and the invitations nobody has taken up."""
    words, role = request.args.get("words", "")[:100].strip(), request.args.get("role", "")
    chosen = Role(role) if role in set(Role) else None
    ids = queries.roll(db(), role=chosen, words=words)
    page = paging.page_of_known(ids, partial(queries.whole_users, db()), number=paging.asked(), words=words, role=role)
    return render_template(
        "people/people.html", page=page, words=words, role=chosen, invitations=queries.open_invitations(db()), now=clock.now()
    )


@blueprint.get("/people/new")
def new_person() -> ResponseReturnValue:
    """Ask whom to invite."""
    return _new_person(InviteForm())


@blueprint.post("/people/new")
@fresh_proof
def invite() -> ResponseReturnValue:
    """Invite somebody; the mail goes out by itself."""
    form = InviteForm().offer(queries.organisations(db()))
    if form.validate():
        with form.refusals():
            with transaction(db()):
                invitation = service.invite(
                    db(), actor=actor(), email=form.email.data or "", roles=map(Role, form.roles.data or ()), team_id=int(form.team.data)
                )
            sentence = _("%(email)s is invited. The link in the mail works once, for seven days.")
            flash(sentence % {"email": invitation.email}, "good")
            return redirect(url_for("people_admin.people"), 303)
    return _new_person(form)


@blueprint.post("/invitations/<int:invitation_id>/send-again")
def send_again(invitation_id: int) -> ResponseReturnValue:
    """Mail a new link."""
    with transaction(db()):
        invitation = service.send_again(db(), actor=actor(), invitation_id=invitation_id)
    flash(_("A new link is on its way to %(email)s. The one before it stops working.") % {"email": invitation.email}, "good")
    return redirect(url_for("people_admin.people"), 303)


@blueprint.post("/invitations/<int:invitation_id>/withdraw")
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    with transaction(db()):
        invitation = service.withdraw_invitation(db(), actor=actor(), invitation_id=invitation_id)
    flash(_("The invitation of %(email)s is withdrawn. Its link leads nowhere now.") % {"email": invitation.email}, "good")
    return redirect(url_for("people_admin.people"), 303)


@blueprint.get("/people/<int:user_id>")
def person(user_id: int) -> ResponseReturnValue:
    """One account: who, what they may do, what was done to it."""
    return _person(user_id, None)


@blueprint.post("/people/<int:user_id>/roles")
@fresh_proof
def change_roles(user_id: int) -> ResponseReturnValue:
    """Give the account other seats."""
    form = RolesForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                user = service.change_roles(
                    db(), actor=actor(), user_id=user_id, roles=map(Role, form.roles.data or ()), reason=form.reason.data or ""
                )
            flash(_("%(name)s’s roles are changed.") % {"name": user.name}, "good")
            return redirect(url_for("people_admin.person", user_id=user_id), 303)
    return _person(user_id, form)


@blueprint.get("/people/<int:user_id>/team")
def other_team(user_id: int) -> ResponseReturnValue:
    """Ask which team somebody belongs to from now on."""
    return _move(user_id, MoveForm(formdata=None))


@blueprint.post("/people/<int:user_id>/team")
@fresh_proof
def move(user_id: int) -> ResponseReturnValue:
    """Move the account to another team."""
    form = MoveForm().offer(queries.organisations(db()))
    if form.validate():
        with form.refusals():
            with transaction(db()):
                user = leaving.move(
                    db(),
                    actor=actor(),
                    user_id=user_id,
                    team_id=int(form.team.data),
                    reason=form.reason.data or "",
                    asking=leaving.rooms(current_app),
                )
            flash(_("%(name)s belongs to %(team)s from now on.") % {"name": user.name, "team": user.team.name}, "good")
            return redirect(url_for("people_admin.person", user_id=user_id), 303)
    return _move(user_id, form)


@blueprint.get("/people/<int:user_id>/disable")
def confirm_disable(user_id: int) -> ResponseReturnValue:
    """Say what disabling does, and ask why."""
    return _confirm(user_id, DisableForm())


@blueprint.post("/people/<int:user_id>/disable")
def disable(user_id: int) -> ResponseReturnValue:
    """Disable the account and end its sessions."""
    form = DisableForm().offer(leaving.colleagues(db(), queries.user(db(), user_id)))
    if form.validate():
        with form.refusals():
            with transaction(db()):
                user = leaving.disable(
                    db(), actor=actor(), user_id=user_id, to_id=form.to_id, reason=form.reason.data or "", asking=leaving.rooms(current_app)
                )
            flash(_("%(name)s’s account is disabled and signed out everywhere.") % {"name": user.name}, "good")
            return redirect(url_for("people_admin.person", user_id=user_id), 303)
    return _confirm(user_id, form)


@blueprint.get("/people/<int:user_id>/hand-over")
def hand_over(user_id: int) -> ResponseReturnValue:
    """What somebody has in hand, and who could take it over."""
    return _confirm(user_id, HandOverForm(formdata=None))


@blueprint.post("/people/<int:user_id>/hand-over")
def hand_over_now(user_id: int) -> ResponseReturnValue:
    """Give all of it to a colleague; the account goes on as it is."""
    form = HandOverForm().offer(leaving.colleagues(db(), queries.user(db(), user_id)))
    if form.validate():
        with form.refusals():
            with transaction(db()):
                leaving.hand_over(
                    db(),
                    actor=actor(),
                    user_id=user_id,
                    to_id=form.to_id or 0,
                    reason=form.reason.data or "",
                    asking=leaving.rooms(current_app),
                )
            flash(_("Handed over. The colleague gets a letter."), "good")
            return redirect(url_for("people_admin.person", user_id=user_id), 303)
    return _confirm(user_id, form)


@blueprint.post("/people/<int:user_id>/enable")
@fresh_proof
def enable(user_id: int) -> ResponseReturnValue:
    """Let the account be used again."""
    with transaction(db()):
        user = service.reactivate(db(), actor=actor(), user_id=user_id)
    flash(_("%(name)s can sign in again, with the password they had.") % {"name": user.name}, "good")
    return redirect(url_for("people_admin.person", user_id=user_id), 303)


@blueprint.post("/people/<int:user_id>/sign-out")
def sign_out_everywhere(user_id: int) -> ResponseReturnValue:
    """End every session of the account."""
    with transaction(db()):
        user = service.sign_out_everywhere(db(), actor=actor(), user_id=user_id)
    flash(_("%(name)s is signed out everywhere.") % {"name": user.name}, "good")
    return redirect(url_for("people_admin.person", user_id=user_id), 303)


def _new_person(form: InviteForm) -> ResponseReturnValue:
    organisations = queries.organisations(db())
    page = render_template("people/new_person.html", form=form.offer(organisations), organisations=organisations, does=what_they_do())
    return page, form.status


def _person(user_id: int, form: RolesForm | None) -> ResponseReturnValue:
    user = queries.user(db(), user_id)
    shown = form or RolesForm(roles=sorted(user.roles))
    trail = audit.trail(db(), user.reference)
    who = namer(db(), (event.actor for event in trail))
    page = render_template(
        "people/person.html",
        user=user,
        form=shown,
        trail=trail,
        who=who,
        kinds=kinds(),
        own=actor().user_id == user_id,
        piles=leaving.in_hand(db(), leaving.rooms(current_app), user_id),
        refusals=unreachable.refusals(db(), user_id),
    )
    return page, shown.status


def _move(user_id: int, form: MoveForm) -> ResponseReturnValue:
    page = render_template(
        "people/other_team.html",
        user=queries.user(db(), user_id),
        form=form.offer(queries.organisations(db())),
        piles=leaving.in_hand(db(), leaving.rooms(current_app), user_id),
    )
    return page, form.status


def _confirm(user_id: int, form: DisableForm | HandOverForm) -> ResponseReturnValue:
    user = queries.user(db(), user_id)
    taking = leaving.colleagues(db(), user)
    page = render_template(
        "people/confirm_disable.html" if isinstance(form, DisableForm) else "people/hand_over.html",
        user=user,
        form=form.offer(taking),
        piles=leaving.in_hand(db(), leaving.rooms(current_app), user_id),
        taking=taking,
    )
    return page, form.status

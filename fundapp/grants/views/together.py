"""The second word on a request: signing it too, an emergency, the panel's vote, taking it back, opening it again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import awards, queries, steps, telling
from fundapp.grants.deciding_forms import PanelForm, VoteForm
from fundapp.grants.forms import ActForm, WordsForm
from fundapp.grants.lifecycle import Action, Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps
from fundapp.grants.together import panel, signing
from fundapp.grants.views.acting import act
from fundapp.grants.views.decision_page import address, again
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.session import db

READERS = (Role.APPROVER, Role.PANEL, Role.FINANCE, Role.AUDITOR)

blueprint = Blueprint("together", __name__, url_prefix="/decisions")
guard(blueprint, *READERS)

Reasoned = Callable[..., GrantRequest]


@blueprint.get("/emergencies")
@only(Role.APPROVER, Role.FINANCE, Role.AUDITOR)
def emergencies() -> ResponseReturnValue:
    """What two people agreed in an emergency, the newest first."""
    page = paging.page_of(db(), queries.emergencies(), number=paging.asked())
    return render_template("grants/emergencies.html", page=page, tags=telling.DESK_TAGS)


@blueprint.post("/<int:request_id>/countersign")
@only(Role.APPROVER, Role.FINANCE)
def countersign(request_id: int) -> ResponseReturnValue:
    """Sign what somebody else has signed."""
    form = ActForm()
    done = form.validate() and act(
        form,
        lambda: signing.countersign(db(), actor=actor(), request_id=request_id, version=form.shown_for),
        good=_("Signed, and with that agreed. The money is set aside, and the key worker is told. Somebody else pays it."),
        then=address(request_id),
    )
    return done or again(request_id, Action.COUNTERSIGN, form)


@blueprint.post("/<int:request_id>/agree-urgently")
@only(Role.APPROVER, Role.FINANCE)
def agree_urgently(request_id: int) -> ResponseReturnValue:
    """Agree in an emergency, as the second of two."""
    good = _("Agreed as an emergency. Auditors and finance are told of it.")
    return _reasoned(request_id, Action.AGREE_URGENTLY, signing.agree_urgently, good)


@blueprint.post("/<int:request_id>/disagree")
@only(Role.APPROVER, Role.FINANCE)
def disagree(request_id: int) -> ResponseReturnValue:
    """Take what was signed, or put to the panel, back to be decided anew."""
    return _reasoned(
        request_id, Action.DISAGREE, signing.disagree, _("Taken back. Nothing stands signed, and it waits to be decided anew.")
    )


@blueprint.post("/<int:request_id>/reopen")
@only(Role.APPROVER, Role.FINANCE)
def reopen(request_id: int) -> ResponseReturnValue:
    """Open an agreed request again, because something changed."""
    return _reasoned(request_id, Action.REOPEN, signing.reopen, _("Opened again. The money went back, and it waits to be decided anew."))


@blueprint.post("/<int:request_id>/lift-cap")
@only(Role.APPROVER, Role.FINANCE)
def lift_cap(request_id: int) -> ResponseReturnValue:
    """Let a request over a cap, with a reason."""
    return _reasoned(request_id, Action.LIFT_CAP, caps.lift, _("It may go over the cap. Somebody else agrees it."))


@blueprint.post("/<int:request_id>/put-to-panel")
@only(Role.APPROVER)
def put_to_panel(request_id: int) -> ResponseReturnValue:
    """Put all that is asked to the panel."""
    found, form = steps.seen(db(), request_id, actor())[0], PanelForm()
    form.offer(awards.fund_choices(db(), found.asked_pence or 0))
    done = form.validate() and act(
        form,
        lambda: panel.put_to_panel(
            db(), actor=actor(), request_id=request_id, version=form.shown_for, terms=form.terms(found), reason=form.said
        ),
        good=_("Put to the panel. Its members are told, and vote."),
        then=address(request_id),
    )
    return done or again(request_id, Action.PUT_TO_PANEL, form)


@blueprint.post("/<int:request_id>/vote")
@only(Role.PANEL)
def vote(request_id: int) -> ResponseReturnValue:
    """Vote, once."""
    form = VoteForm()
    done = form.validate() and act(
        form,
        lambda: panel.vote(db(), actor=actor(), request_id=request_id, version=form.shown_for, agrees=form.agrees),
        good=_voted_words,
        then=address(request_id),
    )
    return done or again(request_id, Action.VOTE, form)


def _reasoned(request_id: int, action: Action, do: Reasoned, good: str) -> ResponseReturnValue:
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: do(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=good,
        then=address(request_id),
    )
    return done or again(request_id, action, form)


def _voted_words(done: GrantRequest) -> str:
    if done.status is Status.PANEL:
        return _("Your vote is in. How anybody voted is shown to nobody.")
    return _("Your vote is in, and with it the panel has decided.")

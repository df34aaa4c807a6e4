"""Deciding: the queue, and one request with all that the decision needs on one page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import awards, deciding, listing, queries, reading, steps, telling, waiting
from fundapp.grants.deciding_forms import AgreeForm, DeclineForm, FundsForm, part_form
from fundapp.grants.forms import MaybeWordsForm, OpenForm, WordsForm
from fundapp.grants.lifecycle import PENDING, Action, Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.views.acting import act, closed_page
from fundapp.grants.views.decision_page import address, again, shown
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.needs import work
from fundapp.web.session import db

READERS = (Role.APPROVER, Role.PANEL, Role.FINANCE, Role.AUDITOR)

blueprint = Blueprint("decisions", __name__, url_prefix="/decisions")
guard(blueprint, *READERS)
nav_item(blueprint, marked("Decisions"), "decisions.queue", READERS, 20, waiting=waiting.count_decisions)
work(blueprint, marked("Decisions"), "decisions.queue", (Role.APPROVER, Role.PANEL, Role.FINANCE), 20, waiting.decisions)


@blueprint.get("")
def queue() -> ResponseReturnValue:
    """What waits for an answer, the oldest first; below it what was answered."""
    me = actor()
    looks_back = me.has(Role.APPROVER, Role.AUDITOR)
    past = request.args.get("show") == "answered" and looks_back
    statement = queries.decided() if past else queries.undecided()
    if not me.has(Role.APPROVER, Role.PANEL, Role.AUDITOR):
        # A finance officer comes to a decision as the second.
        statement = statement.where(GrantRequest.status.in_(PENDING))
    page = paging.page_of(db(), statement, number=paging.asked(), show="answered" if past else "")
    return render_template(
        "grants/queue.html",
        page=page,
        past=past,
        looks_back=looks_back,
        searches=me.has(*listing.DESK),
        teams=people.team_names(db(), [row.team_id for row in page]),
        conflicted=queries.conflicted(db(), me, [row.id for row in page]),
        team_id=me.team_id,
        decides=me.has(Role.APPROVER),
        sees_emergencies=me.has(Role.APPROVER, Role.FINANCE, Role.AUDITOR),
        waiting=queries.waiting_count(db()),
        tags=telling.DESK_TAGS,
    )


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One request, for whoever decides on it or reads it. Each reading is written down; an auditor first says why."""
    with transaction(db()):
        found, ties = steps.seen(db(), request_id, actor())
        is_open = reading.begin(db(), found, actor(), ties, works=reading.SIGNERS)
    return shown(found, ties) if is_open else closed_page(found, OpenForm(formdata=None), "decisions")


@blueprint.post("/<int:request_id>/open")
@only(Role.AUDITOR)
def open_to_read(request_id: int) -> ResponseReturnValue:
    """Open a request to be read until midnight, with a reason."""
    form = OpenForm()
    place = "payouts" if request.form.get("place") == "payouts" else "decisions"
    if form.validate():
        with form.refusals():
            with transaction(db()):
                reading.open_to_read(db(), actor=actor(), request_id=request_id, words=form.words.data or "")
            return redirect(url_for(f"{place}.show", request_id=request_id), 303)
    return closed_page(steps.seen(db(), request_id, actor())[0], form, place)


@blueprint.post("/<int:request_id>/agree")
@only(Role.APPROVER)
def agree(request_id: int) -> ResponseReturnValue:
    """Agree all of it: at once, or as the first who signs."""
    return _give_word(request_id, Action.AGREE, AgreeForm())


@blueprint.post("/<int:request_id>/agree-part")
@only(Role.APPROVER)
def agree_part(request_id: int) -> ResponseReturnValue:
    """Agree less, with a reason."""
    return _give_word(request_id, Action.AGREE_PART, part_form(steps.seen(db(), request_id, actor())[0])())


@blueprint.post("/<int:request_id>/question")
@only(Role.APPROVER)
def ask_question(request_id: int) -> ResponseReturnValue:
    """Ask one question."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.ask_question(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("Asked. It comes back here with the answer."),
        then=address(request_id),
    )
    return done or again(request_id, Action.ASK_QUESTION, form)


@blueprint.post("/<int:request_id>/decline")
@only(Role.APPROVER)
def decline(request_id: int) -> ResponseReturnValue:
    """Decline, with a reason."""
    form = DeclineForm()
    done = form.validate() and act(
        form,
        lambda: deciding.decline(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said, why=form.why),
        good=_("Declined. The key worker is told why, and can ask again with what changed."),
        then=address(request_id),
    )
    return done or again(request_id, Action.DECLINE, form)


@blueprint.post("/<int:request_id>/step-aside")
@only(Role.APPROVER, Role.PANEL, Role.FINANCE)
def step_aside(request_id: int) -> ResponseReturnValue:
    """Declare a conflict."""
    form = MaybeWordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.step_aside(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("You stepped aside. Somebody else decides on this one."),
        then=address(request_id),
    )
    return done or again(request_id, Action.STEP_ASIDE, form)


@blueprint.post("/<int:request_id>/release")
@only(Role.APPROVER)
def release_award(request_id: int) -> ResponseReturnValue:
    """Give an agreed grant that will not be spent back to its fund."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.release_award(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=_("Given back to its fund. The key worker is told why."),
        then=address(request_id),
    )
    return done or again(request_id, Action.RELEASE_AWARD, form)


def _give_word(request_id: int, action: Action, form: FundsForm) -> ResponseReturnValue:
    found = steps.seen(db(), request_id, actor())[0]
    form.offer(awards.fund_choices(db(), found.asked_pence or 0))
    done = form.validate() and act(
        form,
        lambda: deciding.agree_on(
            db(), actor=actor(), request_id=request_id, version=form.shown_for, terms=form.terms(found), reason=form.said
        ),
        good=_given_words,
        then=address(request_id),
    )
    return done or again(request_id, action, form)


def _given_words(done: GrantRequest) -> str:
    """What came of somebody's word: it is agreed, all or in part, or somebody else signs next."""
    if done.status is Status.SIGNED:
        return _("Signed. Whoever signs next is told; the money is set aside once they have.")
    if done.agreed_pence == done.asked_pence:
        return _("Agreed. The money is set aside, and the key worker is told. Finance pays it.")
    return _("Agreed in part. The money is set aside, and the key worker is told why. Finance pays it.")

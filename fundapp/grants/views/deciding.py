"""Deciding: the queue, and one request with all that the decision needs on one page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import asking, awards, deciding, lifecycle, queries, reading, steps, telling, waiting
from fundapp.grants.awards import FundChoice
from fundapp.grants.forms import ActForm, AgreeForm, AgreePartForm, MaybeWordsForm, OpenForm, WordsForm, choices
from fundapp.grants.lifecycle import Action, Status, Tie
from fundapp.grants.matching import queries as matching
from fundapp.grants.models import GrantRequest
from fundapp.grants.views.acting import act, closed_page, named
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.needs import work
from fundapp.web.session import db

READERS = (Role.APPROVER, Role.PANEL, Role.AUDITOR)

blueprint = Blueprint("decisions", __name__, url_prefix="/decisions")
guard(blueprint, *READERS)
nav_item(blueprint, marked("Decisions"), "decisions.queue", READERS, 20, waiting=waiting.count_decisions)
work(blueprint, marked("Decisions"), "decisions.queue", (Role.APPROVER, Role.PANEL), 20, waiting.decisions)

FORMS: dict[Action, type[ActForm]] = {
    Action.AGREE: AgreeForm,
    Action.AGREE_PART: AgreePartForm,
    Action.ASK_QUESTION: WordsForm,
    Action.DECLINE: WordsForm,
    Action.STEP_ASIDE: MaybeWordsForm,
    Action.RELEASE_AWARD: WordsForm,
}
# What an approver would do here, in the order in which bars are told to somebody who may not.
_ANSWERS = (Action.AGREE, Action.DECLINE)


@blueprint.get("")
def queue() -> ResponseReturnValue:
    """What waits for an answer, the oldest first; below it what was answered."""
    me = actor()
    past = request.args.get("show") == "answered" and me.has(Role.APPROVER, Role.AUDITOR)
    statement = queries.decided() if past else queries.undecided()
    page = paging.page_of(db(), statement, number=paging.asked(), show="answered" if past else "")
    return render_template(
        "grants/queue.html",
        page=page,
        past=past,
        teams=people.team_names(db(), [row.team_id for row in page]),
        conflicted=queries.conflicted(db(), me, [row.id for row in page]),
        team_id=me.team_id,
        decides=me.has(Role.APPROVER),
        waiting=queries.waiting_count(db()),
        tags=telling.DESK_TAGS,
    )


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One request, for whoever decides on it or reads it. Each reading is written down; an auditor first says why."""
    with transaction(db()):
        found, ties = steps.seen(db(), request_id, actor())
        is_open = reading.begin(db(), found, actor(), ties, works=reading.DECIDERS)
    return _shown(found, ties) if is_open else closed_page(found, OpenForm(formdata=None), "decisions")


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
    """Agree all of it."""
    form = AgreeForm()
    form.fund.choices = _fund_names()
    done = form.validate() and act(
        form,
        lambda: deciding.agree(db(), actor=actor(), request_id=request_id, version=form.shown_for, fund_code=form.fund.data),
        good=_("Agreed. The money is set aside, and the key worker is told. Finance pays it."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.AGREE, form)


@blueprint.post("/<int:request_id>/agree-part")
@only(Role.APPROVER)
def agree_part(request_id: int) -> ResponseReturnValue:
    """Agree less, with a reason."""
    form = AgreePartForm()
    form.fund.choices = _fund_names()
    done = form.validate() and act(
        form,
        lambda: deciding.agree_part(
            db(),
            actor=actor(),
            request_id=request_id,
            version=form.shown_for,
            fund_code=form.fund.data,
            amount_pence=form.amount.data,
            reason=form.said,
        ),
        good=_("Agreed in part. The money is set aside, and the key worker is told why. Finance pays it."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.AGREE_PART, form)


@blueprint.post("/<int:request_id>/question")
@only(Role.APPROVER)
def ask_question(request_id: int) -> ResponseReturnValue:
    """Ask one question."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.ask_question(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("Asked. It comes back here with the answer."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.ASK_QUESTION, form)


@blueprint.post("/<int:request_id>/decline")
@only(Role.APPROVER)
def decline(request_id: int) -> ResponseReturnValue:
    """Decline, with a reason."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.decline(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=_("Declined. The key worker is told why, and can ask again with what changed."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.DECLINE, form)


@blueprint.post("/<int:request_id>/step-aside")
@only(Role.APPROVER)
def step_aside(request_id: int) -> ResponseReturnValue:
    """Declare a conflict."""
    form = MaybeWordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.step_aside(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("You stepped aside. Somebody else decides on this one."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.STEP_ASIDE, form)


@blueprint.post("/<int:request_id>/release")
@only(Role.APPROVER)
def release_award(request_id: int) -> ResponseReturnValue:
    """Give an agreed grant that will not be spent back to its fund."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.release_award(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=_("Given back to its fund. The key worker is told why."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.RELEASE_AWARD, form)


def _page(request_id: int, sent: Action, form: ActForm) -> ResponseReturnValue:
    return _shown(*steps.seen(db(), request_id, actor()), sent, form)


def _shown(found: GrantRequest, ties: frozenset[Tie], sent: Action | None = None, form: ActForm | None = None) -> ResponseReturnValue:
    me = actor()
    can = lifecycle.allowed(found.status, me.roles - {Role.KEY_WORKER, Role.FINANCE}, ties)
    funds = awards.fund_choices(db(), found.asked_pence or 0)
    forms = {action: _blank(action, found, funds) for action in can if action in FORMS}
    if sent is not None and form is not None:
        forms[sent] = named(form, sent)
    page = render_template(
        "grants/decision.html",
        asked=found,
        can=can,
        form=form,
        forms={action.value: one for action, one in forms.items()},
        funds=funds,
        some_fund_can_pay=any(fund.can_pay for fund in funds),
        chosen_fund=forms[Action.AGREE].fund.data if Action.AGREE in forms else None,
        why_not=_why_not(found, me.roles, ties),
        seen=queries.seen_of_person(db(), found),
        before=matching.help_before(db(), found) if me.has(Role.APPROVER) else None,
        story=telling.story(db(), found, me, desk=True),
        bills=queries.bills(db(), found.id),
        result=telling.result_words(db(), found),
        team=people.team_names(db(), [found.team_id]).get(found.team_id, ""),
        own_team=Tie.OWN_TEAM in ties,
        consents=asking.consent_words(),
        status_tag=telling.DESK_TAGS[found.status],
        open_form=sent.value if sent else "",
    )
    return page, form.status if form is not None else 200


def _blank(action: Action, found: GrantRequest, funds: list[FundChoice]) -> ActForm:
    proposed = next((fund.code for fund in funds if fund.proposed), None)
    form = FORMS[action](formdata=None, data={"version": found.version, "fund": proposed})
    if isinstance(form, AgreeForm | AgreePartForm):
        form.fund.choices = choices({fund.code: fund.name for fund in funds})
    return named(form, action)


def _fund_names() -> list[Any]:
    return choices({fund.code: fund.name for fund in awards.fund_choices(db(), 0)})


def _why_not(found: GrantRequest, roles: frozenset[Role], ties: frozenset[Tie]) -> str:
    """Why an approver has no answer to give here, as a sentence; empty where there is nothing left to answer."""
    if found.status not in {Status.WAITING, Status.QUESTION} or Role.APPROVER not in roles:
        return ""
    rules = [lifecycle.rule(found.status, action) for action in _ANSWERS]
    return next((lifecycle.why_not(one, roles, ties) or "" for one in rules if one is not None), "")


def _address(request_id: int) -> str:
    return url_for("decisions.show", request_id=request_id)

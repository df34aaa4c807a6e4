"""A key worker's requests: what needs me, the list, and one request with its next step."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import asking, awards, confirming, covering, queries, search, steps, telling, waiting
from fundapp.grants.confirming import Result
from fundapp.grants.forms import ActForm, BillForm, MaybeWordsForm, OutcomeForm, WordsForm
from fundapp.grants.lifecycle import COMMITTED, Action, allowed
from fundapp.grants.models import GrantRequest
from fundapp.grants.views.acting import act, named
from fundapp.grants.views.slips import voice
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.needs import work
from fundapp.web.searching import search_source
from fundapp.web.session import db

blueprint = Blueprint("requests", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)
nav_item(blueprint, marked("Requests"), "requests.home", [Role.KEY_WORKER], 10, waiting=waiting.count_requests)
work(blueprint, marked("Your requests"), "requests.home", [Role.KEY_WORKER], 10, waiting.requests)
search_source(blueprint, "requests", marked("Requests"), search.HINT, search.READERS, 10, search.find, names=search.NAMES)

# Over how long "a usual answer" is taken.
USUAL = timedelta(days=90)
FORMS: dict[Action, type[ActForm]] = {
    Action.ANSWER: WordsForm,
    Action.CONFIRM: BillForm,
    Action.TELL_OUTCOME: OutcomeForm,
    Action.WITHDRAW: MaybeWordsForm,
}


@blueprint.get("")
def home() -> ResponseReturnValue:
    """What is left and how fast, what needs me, then the list."""
    me, now = actor(), clock.now()
    whose = "team" if request.args.get("whose") == "team" else "mine"
    state = request.args.get("state", "")
    state = state if state in queries.STATES else ""
    page = paging.page_of(db(), queries.team_requests(me, whose=whose, state=state), number=paging.asked(), whose=whose, state=state)
    return render_template(
        "grants/home.html",
        page=page,
        whose=whose,
        state=state,
        needs=queries.needs_worker(db(), me) if page.number == 1 else [],
        left_pence=awards.left_to_ask_pence(db()),
        times=queries.answer_times(db(), now - USUAL, now),
        greeting=_greeting(),
        tags=telling.TAGS,
    )


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One request: where it stands, what to do next, its story."""
    return _page(request_id)


@blueprint.post("/<int:request_id>/answer")
def answer(request_id: int) -> ResponseReturnValue:
    """Answer the approver's question."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: asking.answer_question(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("Answered. It waits for an approver again."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.ANSWER, form)


@blueprint.post("/<int:request_id>/withdraw")
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take a request back. Where money was set aside for it, the table of steps asks for a reason."""
    found, _ties = steps.seen(db(), request_id, actor())
    form = WordsForm() if found.status in COMMITTED else MaybeWordsForm()
    done = form.validate() and act(
        form,
        lambda: asking.withdraw(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("Withdrawn. You can ask again any time."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.WITHDRAW, form)


@blueprint.post("/<int:request_id>/confirm")
def confirm(request_id: int) -> ResponseReturnValue:
    """Show the bill."""
    form = BillForm()
    bill = _scanned(form)
    done = bill and act(
        form,
        lambda: confirming.confirm(db(), actor=actor(), request_id=request_id, version=form.shown_for, bill=bill),
        good=_("Thank you, the bill is here."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.CONFIRM, form)


@blueprint.post("/<int:request_id>/bill/to-cover")
def cover(request_id: int) -> ResponseReturnValue:
    """Take a photo of the bill in, of which parts are to be covered before anybody else sees it."""
    form = BillForm()
    photo = _scanned(form)
    done = photo and act(
        form,
        lambda: covering.take_in(db(), actor=actor(), request_id=request_id, version=form.shown_for, photo=photo),
        good=_("Your photo is here. Nobody else sees it yet."),
        then=url_for("covering.show", request_id=request_id),
    )
    return done or _page(request_id, Action.CONFIRM, form)


@blueprint.post("/<int:request_id>/outcome")
def tell_outcome(request_id: int) -> ResponseReturnValue:
    """Say what came of it."""
    form = OutcomeForm()
    done = form.validate() and act(
        form,
        lambda: confirming.tell_outcome(
            db(),
            actor=actor(),
            request_id=request_id,
            version=form.shown_for,
            result=Result(form.result.data),
            words=form.said,
        ),
        good=_("Thank you. That is all there is to do."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.TELL_OUTCOME, form)


def _page(request_id: int, sent: Action | None = None, form: ActForm | None = None) -> ResponseReturnValue:
    me = actor()
    found, ties = steps.seen(db(), request_id, me)
    can = allowed(found.status, me.roles & {Role.KEY_WORKER}, ties)
    forms = {action: _blank(action, found) for action in can if action in FORMS}
    if sent is not None and form is not None:
        forms[sent] = named(form, sent)
    if found.status in COMMITTED and Action.WITHDRAW in forms:
        # Money was set aside for it, so here the table asks for a reason.
        forms[Action.WITHDRAW].words.label.text = _("Why?")
    came = telling.came_of_it(db(), found)
    page = render_template(
        "grants/request.html",
        asked=found,
        ties=ties,
        can=can,
        form=form,
        forms={action.value: one for action, one in forms.items()},
        story=telling.story(db(), found, me, desk=False),
        bills=came.bills,
        result=came.words,
        missing=asking.missing(found),
        voice=voice(found, me),
        status_tag=telling.TAGS[found.status],
        Action=Action,
    )
    return page, form.status if form is not None else 200


def _scanned(form: BillForm) -> bytes:
    """The file that was sent, once no virus was found in it; nothing where the form says why not. Outside any transaction."""
    sent = form.bill.upload.content if form.validate() and form.bill.upload else b""
    with form.refusals():
        gateways.current().scanner.look_at(sent)
        return sent
    return b""


def _blank(action: Action, found: GrantRequest) -> ActForm:
    return named(FORMS[action](formdata=None, data={"version": found.version}), action)


def _address(request_id: int) -> str:
    return url_for("requests.show", request_id=request_id)


def _greeting() -> str:
    hour = clock.london(clock.now()).hour
    return _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")

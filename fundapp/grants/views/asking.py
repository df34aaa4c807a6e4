"""Asking, one question a page. Each page saves the draft, whole or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import asking, asking_again, awards, circumstances, persons, queries, screening, steps, things, usual
from fundapp.grants.asking import Answers
from fundapp.grants.asking_forms import (
    ConsentForm,
    GoalForm,
    GroupForm,
    PaidForm,
    PriceForm,
    StepForm,
    UnblocksForm,
    WhatForm,
    WhenForm,
    WhoForm,
)
from fundapp.grants.forms import ActForm, choices
from fundapp.grants.lifecycle import Status, Tie
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import standing
from fundapp.grants.thing_models import MOST_THINGS, RequestThing
from fundapp.grants.views.acting import act
from fundapp.web.filters import time_of_day
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("asking", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)
blueprint.add_app_template_filter(circumstances.needed_for)
blueprint.add_app_template_filter(circumstances.paid_how)

# What every request needs, one question a page; and what may be said besides, which its last page leads to.
STEPS = ("what", "who", "goal", "unblocks", "price", "check")
BESIDES = ("when", "paid", "group")
ADDRESS = f"/<int:request_id>/ask/<any({', '.join(STEPS + BESIDES)}):step>"
FORMS: dict[str, Callable[..., StepForm]] = {
    "what": WhatForm,
    "who": WhoForm,
    "goal": GoalForm,
    "unblocks": UnblocksForm,
    "price": PriceForm,
    "when": WhenForm,
    "paid": PaidForm,
    "group": GroupForm,
}
# Over how long "a usual answer" is taken.
USUAL = timedelta(days=90)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """What is left, what is usually agreed and how fast; and the first question. Nothing is written yet."""
    form = offer(WhatForm(formdata=None))
    form.form_key.data = str(uuid4())
    return _question(form, "what", None)


@blueprint.post("/new")
def start() -> ResponseReturnValue:
    """Start a draft with the first answer."""
    form = offer(WhatForm())
    if not whole(form):
        return _question(form, "what", None)
    with form.refusals():
        with transaction(db()):
            draft = asking.start_request(
                db(), actor=actor(), form_key=key_of(form.form_key.data), item_id=form.item.data, detail_words=form.detail.data or ""
            )
        return _onwards("what", draft.id)
    return _question(form, "what", None)


@blueprint.get(ADDRESS)
def ask(request_id: int, step: str) -> ResponseReturnValue:
    """One question, with what the draft says already."""
    draft, ties = steps.seen(db(), request_id, actor())
    if draft.status != Status.DRAFT:
        return redirect(url_for("requests.show", request_id=request_id), 303)
    if step == "check":
        return _check(draft, ties, ConsentForm(formdata=None, data={"version": draft.version}))
    form = _form(step, filled=False)
    form.fill(draft)
    return _question(form, step, draft)


@blueprint.post(ADDRESS)
def answer(request_id: int, step: str) -> ResponseReturnValue:
    """Save one answer, whole or not, and go on, back, or home; or stay, where the page saves what is being typed."""
    draft, _ties = steps.seen(db(), request_id, actor())
    if step == "check":
        return redirect(url_for("asking.ask", request_id=request_id, step="check"), 303)
    form, way = _form(step, filled=True), request.form.get("go")
    passes = whole(form)
    try:
        with transaction(db()):
            draft = _save(form, request_id, typing=way == "keep")
    except Conflict as told:
        if way == "keep":
            return {"said": told.sentence}, 409
        flash(told.sentence, "warn")
        return redirect(url_for("requests.show", request_id=request_id), 303)
    if way == "keep":
        return {"said": _("Saved %(time)s") % {"time": time_of_day(draft.saved_at)}}
    if way == "later":
        flash(_("Kept. It is under “Needs you” whenever you come back to it."), "good")
        return redirect(url_for("requests.home"), 303)
    if way == "back":
        return _backwards(step, request_id)
    return _onwards(step, request_id) if passes and not form.errors else _question(form, step, draft)


@blueprint.post("/<int:request_id>/send")
def send(request_id: int) -> ResponseReturnValue:
    """Send it, once the person has agreed."""
    draft, _ties = steps.seen(db(), request_id, actor())
    form = ActForm() if asking.consented(draft) else ConsentForm()
    done = form.validate() and act(
        form,
        lambda: _send(request_id, form),
        good=_("Sent. You get a mail as soon as there is an answer."),
        then=url_for("requests.show", request_id=request_id),
    )
    return done or _check(*steps.seen(db(), request_id, actor()), form)


def _send(request_id: int, form: ActForm) -> None:
    if isinstance(form, ConsentForm):
        asking.save_answers(db(), actor=actor(), request_id=request_id, answers=form.answers())
    asking.send(db(), actor=actor(), request_id=request_id, version=form.shown_for)


@blueprint.get("/people/new")
def new_person() -> ResponseReturnValue:
    """Say what a code is before one is issued."""
    for_request = request.args.get("for_request", type=int)
    return render_template("grants/new_person.html", form=CsrfForm(), for_request=for_request)


@blueprint.post("/people/new")
def issue_person() -> ResponseReturnValue:
    """Issue a code; if a draft waits for one, put it there."""
    for_request = request.args.get("for_request", type=int)
    with transaction(db()):
        person = persons.issue_code(db(), actor=actor())
        if for_request is not None:
            asking.save_answers(db(), actor=actor(), request_id=for_request, answers=Answers(person_id=person.id, typed={"code": ""}))
    return redirect(url_for("asking.show_person", person_id=person.id, for_request=for_request), 303)


@blueprint.get("/people/<int:person_id>")
def show_person(person_id: int) -> ResponseReturnValue:
    """Show a code, so that it can be written down."""
    person = persons.own_person(db(), actor=actor(), person_id=person_id)
    for_request = request.args.get("for_request", type=int)
    return render_template("grants/person.html", person_id=person.id, person_code=person.code, for_request=for_request)


def _form(step: str, *, filled: bool) -> StepForm:
    form = FORMS[step]() if filled else FORMS[step](formdata=None)
    form.thing_id = request.args.get("thing", type=int)
    if isinstance(form, WhatForm):
        offer(form)
    if isinstance(form, WhoForm):
        form.offer({one.id: one.code for one in persons.team_persons(db(), actor())})
    return form


def offer(form: WhatForm) -> WhatForm:
    """Let the kinds of help be chosen that are offered now."""
    items = queries.catalogue(db())
    form.item.choices = choices({item.id: item.name for item in items})
    return form


def whole(form: StepForm) -> bool:
    """Whether the answer passes. What the catalogue must know of "other" is asked here, since the form alone does not know."""
    valid = bool(form.validate())
    if isinstance(form, WhatForm) and form.item.data:
        item = next((one for one in queries.catalogue(db()) if one.id == form.item.data), None)
        if item is not None and item.asks_what and not form.detail.data:
            form.detail.errors = [_("Say what it is, in a few words.")]
            return False
    return valid


def _save(form: StepForm, request_id: int, *, typing: bool) -> GrantRequest:
    """Save what one page says. A code is made only when the page is sent, never while somebody is still choosing."""
    if isinstance(form, WhoForm) and form.is_new:
        if typing:
            return asking.save_answers(db(), actor=actor(), request_id=request_id, answers=Answers())
        draft, is_made = asking_again.name_somebody_new(db(), actor=actor(), request_id=request_id, instead_of=form.shown_for)
        if is_made and draft.person_id is not None:
            person = persons.own_person(db(), actor=actor(), person_id=draft.person_id)
            flash(_("Person %(code)s is theirs alone. Write it in your own case notes now.") % {"code": person.code}, "good")
        return draft
    answers = _who(form) if isinstance(form, WhoForm) else form.answers()
    return asking.save_answers(db(), actor=actor(), request_id=request_id, answers=answers)


def _who(form: WhoForm) -> Answers:
    """Whom a page names: a code of the list, or one that was typed and that this team issued."""
    if form.chosen_id is not None:
        return Answers(person_id=form.chosen_id, typed={"code": ""})
    typed = form.code.data or ""
    person = persons.own_person_by_code(db(), actor=actor(), code=typed) if typed else None
    if person is not None:
        return Answers(person_id=person.id, typed={"code": ""})
    if typed:
        form.code.errors = [_("Your team has issued no such code. Check it, or issue a new one.")]
    else:
        form.code.errors = [_("Choose a code, write one, or issue a new one.")]
    return Answers(typed={"code": typed})


def key_of(text: str | None) -> UUID:
    """The key a form carries; another one where it was tampered with."""
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()


def _onwards(step: str, request_id: int) -> ResponseReturnValue:
    to_check = step in BESIDES or request.args.get("then") == "check"
    following = "check" if to_check else STEPS[STEPS.index(step) + 1]
    return redirect(url_for("asking.ask", request_id=request_id, step=following), 303)


def _backwards(step: str, request_id: int) -> ResponseReturnValue:
    if step in BESIDES or request.args.get("then") == "check":
        return redirect(url_for("asking.ask", request_id=request_id, step="check"), 303)
    if step == STEPS[0]:
        return redirect(url_for("requests.home"), 303)
    return redirect(url_for("asking.ask", request_id=request_id, step=STEPS[STEPS.index(step) - 1]), 303)


def _question(form: StepForm, step: str, draft: GrantRequest | None) -> ResponseReturnValue:
    items = {item.id: item for item in queries.catalogue(db())} if step == "what" else {}
    number = STEPS.index(step) + 1 if step in STEPS else 0
    facts = {"thing": _thing(form, draft), "usually": usual.usually(db()) if items else {}, **(_before() if draft is None else {})}
    page = render_template(f"grants/ask_{step}.html", form=form, draft=draft, number=number, of=len(STEPS), items=items, **facts)
    return page, form.status


def _thing(form: StepForm, draft: GrantRequest | None) -> RequestThing | None:
    return things.of(draft, form.thing_id) if draft is not None else None


def _before() -> dict[str, object]:
    """What is told before somebody writes: how much is left, how fast answers come, and how much is agreed by whose word."""
    now = clock.now()
    return {
        "left_pence": awards.left_to_ask_pence(db()),
        "times": queries.answer_times(db(), now - USUAL, now),
        "policy": standing.now(db()),
    }


def _check(draft: GrantRequest, ties: frozenset[Tie], form: ActForm) -> ResponseReturnValue:
    page = render_template(
        "grants/ask_check.html",
        form=form,
        draft=draft,
        ties=ties,
        number=len(STEPS),
        of=len(STEPS),
        consents=asking.consent_words(),
        consented=asking.consented(draft),
        missing=asking.missing(draft),
        lacks={thing.id: things.lacks(thing) for thing in draft.things},
        tells=screening.tells_more(asking.written(draft)),
        most_things=MOST_THINGS,
        besides={
            "group": circumstances.said(circumstances.GROUPS, draft.person_group),
            "locality": circumstances.said(circumstances.LOCALITIES, draft.locality),
        },
    )
    return page, form.status

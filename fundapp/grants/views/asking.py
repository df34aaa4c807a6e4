"""Asking, one question a page. Each page saves the draft, whole or not."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import asking, persons, queries, screening, steps
from fundapp.grants.asking import Answers
from fundapp.grants.forms import (
    ActForm,
    ConsentForm,
    GoalForm,
    PriceForm,
    StepForm,
    UnblocksForm,
    WhatForm,
    WhoForm,
    choices,
)
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.views.acting import act
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("asking", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)

STEPS = ("what", "who", "goal", "unblocks", "price", "consent", "check")
ADDRESS = f"/<int:request_id>/ask/<any({', '.join(STEPS)}):step>"


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The first question. Nothing is written yet."""
    form = _offer(WhatForm(formdata=None))
    form.form_key.data = str(uuid4())
    return _question(form, "what", None)


@blueprint.post("/new")
def start() -> ResponseReturnValue:
    """Start a draft with the first answer."""
    form = _offer(WhatForm())
    if not _whole(form):
        return _question(form, "what", None)
    with form.refusals():
        with transaction(db()):
            draft = asking.start_request(
                db(), actor=actor(), form_key=_key(form.form_key.data), item_id=form.item.data, detail_words=form.detail.data or ""
            )
        return _onwards("what", draft.id)
    return _question(form, "what", None)


@blueprint.get(ADDRESS)
def ask(request_id: int, step: str) -> ResponseReturnValue:
    """One question, with what the draft says already."""
    draft, _ties = steps.seen(db(), request_id, actor())
    if draft.status != Status.DRAFT:
        return redirect(url_for("requests.show", request_id=request_id), 303)
    if step == "check":
        return _check(draft, ActForm(formdata=None, data={"version": draft.version}))
    form = _form(step, filled=False)
    form.fill(draft)
    return _question(form, step, draft)


@blueprint.post(ADDRESS)
def answer(request_id: int, step: str) -> ResponseReturnValue:
    """Save one answer, whole or not, and go on, back, or home."""
    draft, _ties = steps.seen(db(), request_id, actor())
    if step == "check":
        return redirect(url_for("asking.ask", request_id=request_id, step="check"), 303)
    form = _form(step, filled=True)
    whole = _whole(form)
    answers = _who(form) if isinstance(form, WhoForm) else form.answers()
    try:
        with transaction(db()):
            draft = asking.save_answers(db(), actor=actor(), request_id=request_id, answers=answers)
    except Conflict as told:
        flash(told.sentence, "warn")
        return redirect(url_for("requests.show", request_id=request_id), 303)
    way = request.form.get("go")
    if way == "later":
        flash(_("Kept. It is under “Needs you” whenever you come back to it."), "good")
        return redirect(url_for("requests.home"), 303)
    if way == "back":
        return _backwards(step, request_id)
    return _onwards(step, request_id) if whole and not form.errors else _question(form, step, draft)


@blueprint.post("/<int:request_id>/send")
def send(request_id: int) -> ResponseReturnValue:
    """Send it."""
    form = ActForm()
    form.validate()
    done = act(
        form,
        lambda: asking.send(db(), actor=actor(), request_id=request_id, version=form.shown_for),
        good=_("Sent. You get a mail as soon as there is an answer."),
        then=url_for("requests.show", request_id=request_id),
    )
    return done or _check(steps.seen(db(), request_id, actor())[0], form)


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
    kinds: dict[str, Callable[..., StepForm]] = {
        "what": WhatForm,
        "who": WhoForm,
        "goal": GoalForm,
        "unblocks": UnblocksForm,
        "price": PriceForm,
        "consent": ConsentForm,
    }
    form = kinds[step]() if filled else kinds[step](formdata=None)
    if isinstance(form, WhatForm):
        _offer(form)
    if isinstance(form, WhoForm):
        form.offer({one.id: one.code for one in persons.team_persons(db(), actor())})
    return form


def _offer(form: WhatForm) -> WhatForm:
    items = queries.catalogue(db())
    form.item.choices = choices({item.id: item.name for item in items})
    return form


def _whole(form: StepForm) -> bool:
    """Whether the answer passes. What the catalogue must know of "other" is asked here, since the form alone does not know."""
    valid = bool(form.validate())
    if isinstance(form, WhatForm) and form.item.data:
        item = next((one for one in queries.catalogue(db()) if one.id == form.item.data), None)
        if item is not None and item.asks_what and not form.detail.data:
            form.detail.errors = [_("Say what it is, in a few words.")]
            return False
    return valid


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


def _key(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()


def _onwards(step: str, request_id: int) -> ResponseReturnValue:
    following = "check" if request.args.get("then") == "check" else STEPS[STEPS.index(step) + 1]
    return redirect(url_for("asking.ask", request_id=request_id, step=following), 303)


def _backwards(step: str, request_id: int) -> ResponseReturnValue:
    if request.args.get("then") == "check":
        return redirect(url_for("asking.ask", request_id=request_id, step="check"), 303)
    if step == STEPS[0]:
        return redirect(url_for("requests.home"), 303)
    return redirect(url_for("asking.ask", request_id=request_id, step=STEPS[STEPS.index(step) - 1]), 303)


def _question(form: StepForm, step: str, draft: GrantRequest | None) -> ResponseReturnValue:
    items = {item.id: item for item in queries.catalogue(db())} if step == "what" else {}
    page = render_template(f"grants/ask_{step}.html", form=form, draft=draft, number=STEPS.index(step) + 1, of=len(STEPS), items=items)
    return page, form.status


def _check(draft: GrantRequest, form: ActForm) -> ResponseReturnValue:
    facts = {"missing": asking.missing(draft), "tells": screening.tells_more(asking.written(draft))}
    page = render_template(
        "grants/ask_check.html", form=form, draft=draft, number=len(STEPS), of=len(STEPS), consents=asking.consent_words(), **facts
    )
    return page, form.status

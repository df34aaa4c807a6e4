"""The page of whoever has a slip: what was asked in their name; pause it, answer, stop a story, end the slip. No account, no cookie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.core.keys import random_token
from fundapp.grants.matching import queries as matching
from fundapp.grants.matching import service as comparing
from fundapp.grants.slips import codes, pausing, service, talking, telling
from fundapp.grants.slips.forms import AnswerForm, CodeForm
from fundapp.grants.slips.models import PersonSlip
from fundapp.web import paging
from fundapp.web.app import keys
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.language import translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("person", __name__, url_prefix="/person")
guard(blueprint, PUBLIC)
translated(blueprint)
blueprint.after_request(keep_private)

KEY = "slip-form"
LASTS = timedelta(days=1)
# In the address after an answer: without a cookie there is no other way to say that it came.
ANSWERED = "answered"
BY_CODE = "the slip's code in the address, which no other site knows"
# Whoever tries so many wrong ones in ten minutes is answered nothing, not even a right one: a code is never needed that often.
WATCHED = noticed("persons", most=20, everywhere=200, closes=True)


@blueprint.get("")
def door() -> ResponseReturnValue:
    """Where a code is typed."""
    return _door(CodeForm(formdata=None))


@blueprint.post("")
@without_token("it changes nothing, and leads to the page that the code opens")
@limited("slip-code", most=30)
def enter() -> ResponseReturnValue:
    """On to the page of the code. Whether it opens anything is not told here."""
    form = CodeForm()
    if form.validate():
        return redirect(url_for(".page", code=codes.normalise(form.code.data or "")), 303)
    return _door(form)


@blueprint.get("/<string:code>")
@WATCHED
def page(code: str) -> ResponseReturnValue:
    """What was asked in their name."""
    return _opened(code, _page)


@blueprint.post("/<string:code>/requests/<int:request_id>/pause")
@without_token(BY_CODE)
@limited("slip-act", most=30)
@WATCHED
def pause(code: str, request_id: int) -> ResponseReturnValue:
    """Stop a request for now."""
    return _opened(code, lambda slip: _act(code, slip, lambda: pausing.pause(db(), slip=slip, request_id=request_id)))


@blueprint.post("/<string:code>/questions/<int:question_id>/answer")
@without_token(BY_CODE)
@limited("slip-act", most=30)
@WATCHED
def answer(code: str, question_id: int) -> ResponseReturnValue:
    """Answer one's key worker."""
    form = AnswerForm()

    def answered(slip: PersonSlip) -> ResponseReturnValue:
        if form.validate():
            with form.refusals():
                with transaction(db()):
                    talking.answer(db(), slip=slip, question_id=question_id, words=form.words.data or "")
                return _back(code, told=ANSWERED)
        return _page(slip, code, answering=(question_id, form))

    return _opened(code, answered)


@blueprint.post("/<string:code>/no-story")
@without_token(BY_CODE)
@limited("slip-act", most=30)
@WATCHED
def stop_story(code: str) -> ResponseReturnValue:
    """Want nothing told of oneself."""
    return _opened(code, lambda slip: _act(code, slip, lambda: talking.stop_story(db(), slip=slip)))


@blueprint.post("/<string:code>/ask-me-for-a-story")
@without_token(BY_CODE)
@limited("slip-act", most=30)
@WATCHED
def allow_story(code: str) -> ResponseReturnValue:
    """Take that back."""
    return _opened(code, lambda slip: _act(code, slip, lambda: talking.allow_story(db(), slip=slip)))


@blueprint.post("/<string:code>/end-comparing")
@without_token(BY_CODE)
@limited("slip-act", most=30)
@WATCHED
def end_comparing(code: str) -> ResponseReturnValue:
    """No longer be compared between agencies."""
    return _opened(code, lambda slip: _act(code, slip, lambda: comparing.forget_own(db(), slip=slip)))


@blueprint.post("/<string:code>/end")
@without_token(BY_CODE)
@limited("slip-act", most=30)
@WATCHED
def end(code: str) -> ResponseReturnValue:
    """Make one's own slip void."""

    def ended(slip: PersonSlip) -> ResponseReturnValue:
        with transaction(db()):
            service.end_own(db(), slip=slip)
        return render_template("person/ended.html")

    return _opened(code, ended)


def _opened(code: str, show: Callable[..., ResponseReturnValue]) -> ResponseReturnValue:
    """A page for whoever's code is good. Wrong, void, mistyped and somebody else's thing are one and the same answer."""
    try:
        slip = service.by_code(db(), keys(), code)
        return show(slip, code) if show is _page else show(slip)
    except NotFound:
        return render_template("person/unknown.html"), 404


def _act(code: str, slip: PersonSlip, do: Callable[[], object]) -> ResponseReturnValue:
    try:
        with transaction(db()):
            do()
    except (Conflict, Refused) as told:
        return _page(slip, code, sentence=told.sentence)
    return _back(code)


def _back(code: str, told: str | None = None) -> ResponseReturnValue:
    return redirect(url_for(".page", code=codes.normalise(code), told=told), 303)


def _page(slip: PersonSlip, code: str, *, sentence: str = "", answering: tuple[int, AnswerForm] | None = None) -> ResponseReturnValue:
    requests = paging.page_of(db(), telling.shown(slip.person_id), number=paging.asked())
    questions = talking.waiting(db(), [one.id for one in requests])
    wrong = answering[1] if answering else None
    mine = answering[0] if answering else 0
    forms = {one.id: _named(wrong if wrong and one.id == mine else AnswerForm(formdata=None), one.id) for one in questions.values()}
    body = render_template(
        "person/page.html",
        code=codes.normalise(code),
        page=requests,
        told=[telling.told(one, questions.get(one.id)) for one in requests],
        forms=forms,
        form=wrong,
        sentence=sentence,
        is_answered=request.args.get("told") == ANSWERED,
        key=_key(),
        issued_at=slip.issued_at,
        is_marked=matching.is_marked(db(), slip.person_id),
        no_story=talking.is_stopped(db(), slip.person_id),
    )
    return body, wrong.status if wrong else 409 if sentence else 200


def _named(form: AnswerForm, question_id: int) -> AnswerForm:
    form.words.id = f"words-{question_id}"
    return form


def _door(form: CodeForm) -> ResponseReturnValue:
    form.form_key.data = _key()
    return render_template("person/door.html", form=form), form.status


def _key() -> str:
    return keys().sign(KEY, random_token(), clock.now() + LASTS)

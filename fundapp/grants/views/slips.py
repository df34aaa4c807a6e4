"""Slips as key workers give them out; what the person said with one; taking a paused request up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, Refused
from fundapp.core.language import LANGUAGES, speaking
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.gateways.documents.slip import slip_pdf
from fundapp.grants import persons
from fundapp.grants.forms import ActForm
from fundapp.grants.lifecycle import ENDED
from fundapp.grants.matching import queries as matching
from fundapp.grants.models import GrantRequest, Person
from fundapp.grants.slips import codes, pausing, service, talking
from fundapp.grants.slips.forms import PaperForm, QuestionForm, VoidForm
from fundapp.grants.slips.models import PersonSlip, SlipQuestion
from fundapp.grants.views.acting import act
from fundapp.people import queries as people
from fundapp.web.app import keys, settings
from fundapp.web.forms import CsrfForm, Form
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("slips", __name__, url_prefix="/requests")
guard(blueprint, Role.KEY_WORKER)


@dataclass(frozen=True, slots=True)
class Voice:
    """What a request's page says of the person's own voice."""

    slip: PersonSlip | None
    asked: Sequence[SlipQuestion]
    may_ask: bool
    no_story: bool
    form: QuestionForm


def voice(request: GrantRequest, reader: Actor) -> Voice | None:
    """The person's own voice on a request's page, for the team that asked."""
    if request.person_id is None or request.team_id != reader.team_id or not reader.has(Role.KEY_WORKER):
        return None
    slip, asked = service.standing(db(), request.person_id), talking.asked(db(), request.id)
    may_ask = slip is not None and request.sent_at is not None and request.status not in ENDED and all(one.answered_at for one in asked)
    return Voice(slip, asked, may_ask, talking.is_stopped(db(), request.person_id), _named(QuestionForm(formdata=None)))


@blueprint.get("/people/<int:person_id>/slip")
def show(person_id: int) -> ResponseReturnValue:
    """Whether a slip stands, since when, and giving out another."""
    return _page(persons.own_person(db(), actor=actor(), person_id=person_id))


@blueprint.post("/people/<int:person_id>/slip")
def issue(person_id: int) -> ResponseReturnValue:
    """Give out a slip. Its code is in this answer and nowhere else."""
    form = CsrfForm()
    if not form.validate():
        return _page(persons.own_person(db(), actor=actor(), person_id=person_id), form)
    with transaction(db()):
        issued = service.issue(db(), actor=actor(), keys=keys(), person_id=person_id)
        person = persons.own_person(db(), actor=actor(), person_id=person_id)
        shown = {"person_id": person.id, "person_code": person.code}
    paper = PaperForm(formdata=None, data={"code": issued.code})
    address = f"{settings().base_url}{url_for('person.door')}".partition("://")[2]
    return render_template(
        "grants/slip_new.html", code=codes.grouped(issued.code), address=address, form=paper, languages=LANGUAGES, **shown
    )


@blueprint.post("/people/<int:person_id>/slip/paper")
def paper(person_id: int) -> ResponseReturnValue:
    """The slip to print, while its code is still on the page it was shown on."""
    form = PaperForm()
    person = persons.own_person(db(), actor=actor(), person_id=person_id)
    code = codes.normalise(form.code.data or "")
    slip = service.standing(db(), person.id)
    if not form.validate() or slip is None or slip.code_hash != codes.hash_of(keys(), code):
        flash(_("That slip is void by now, so it is not printed. Give out a new one."), "warn")
        return redirect(url_for(".show", person_id=person_id), 303)
    holder, link = people.fund_holder(db()), settings().base_url + url_for("person.page", code=code)
    door = (settings().base_url + url_for("person.door")).partition("://")[2]
    with speaking(form.language.data or ""):
        content = slip_pdf(
            code=codes.grouped(code),
            url=link,
            address_words=door,
            contact=holder.phone or holder.email or "",
            charity_name=holder.charity_name,
        )
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": 'attachment; filename="slip.pdf"'})


@blueprint.post("/people/<int:person_id>/slip/void")
def void(person_id: int) -> ResponseReturnValue:
    """Make it void."""
    form = VoidForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                service.void(db(), actor=actor(), person_id=person_id, why=form.why.data or "")
            flash(_("The slip is void: its code opens nothing any more."), "good")
            return redirect(url_for(".show", person_id=person_id), 303)
    return _page(persons.own_person(db(), actor=actor(), person_id=person_id), form)


@blueprint.post("/<int:request_id>/ask-them")
def ask_them(request_id: int) -> ResponseReturnValue:
    """Put a question to the person, on the page of their slip."""
    form, then = QuestionForm(), url_for("requests.show", request_id=request_id)
    try:
        if not form.validate():
            raise Refused(" ".join(str(words) for words in form.words.errors) or _("Write the question."))
        with transaction(db()):
            talking.ask(db(), actor=actor(), request_id=request_id, words=form.words.data or "")
        flash(_("Asked. It is on the page of their slip; you get a mail once they have answered."), "good")
    except (Refused, Conflict) as told:
        flash(told.sentence, "warn")
    return redirect(then + "#their-voice", 303)


@blueprint.post("/<int:request_id>/resume")
def resume(request_id: int) -> ResponseReturnValue:
    """Take a request up again that the person had paused."""
    form, then = ActForm(), url_for("requests.show", request_id=request_id)
    form.validate()
    done = act(
        form,
        lambda: pausing.resume(db(), actor=actor(), request_id=request_id, version=form.shown_for),
        good=_("Taken up again. It goes on from where it stood."),
        then=then,
    )
    return done or redirect(then, 303)


def _page(person: Person, form: Form | None = None) -> ResponseReturnValue:
    void_form = form if isinstance(form, VoidForm) else VoidForm(formdata=None)
    page = render_template(
        "grants/slip.html",
        person_id=person.id,
        person_code=person.code,
        slip=service.standing(db(), person.id),
        form=form,
        void_form=void_form,
        is_marked=matching.is_marked(db(), person.id),
    )
    return page, form.status if form is not None else 200


def _named(form: QuestionForm) -> QuestionForm:
    form.words.id = "their-question"
    return form

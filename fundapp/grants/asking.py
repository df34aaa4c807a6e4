"""Asking: starting a request, saving each answer of a draft, sending it, answering a question, withdrawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import letters, persons, screening, steps, things
from fundapp.grants.clocks import service as clocks
from fundapp.grants.lifecycle import Action, Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import agreeing, flags
from fundapp.grants.thing_models import RequestThing
from fundapp.grants.together import moving

# How long an answer may be, in letters, before a draft counts as whole. More than this is a report, not an answer.
LONGEST = {"goal_words": 600, "unblocks_words": 600, **things.LONGEST}
# Whose words are looked through for what leads to somebody.
SCREENED = ("goal_words", "unblocks_words")
# What belongs to one thing of a request rather than to all of it.
_OF_THING = frozenset({"detail_words", "supplier"})
CONSENTS = {"in_person": marked("face to face"), "phone": marked("on the phone"), "written": marked("in writing")}


def consent_words() -> dict[str, str]:
    """How somebody can agree, in the reader's language."""
    return {how: _(words) for how, words in CONSENTS.items()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What one page of the form says. None leaves a field as it is."""

    # Which thing the kind, the words, the price and the place are of; None for the first.
    thing_id: int | None = None
    item_id: int | None = None
    detail_words: str | None = None
    person_id: int | None = None
    goal_words: str | None = None
    unblocks_words: str | None = None
    price_pence: int | None = None
    supplier: str | None = None
    consent_how: str | None = None
    # Whether the worker ticks that the person agrees; None when the page did not ask.
    consents: bool | None = None
    # What may be said besides, as codes (circumstances.py); an empty one takes back what was said.
    person_group: str | None = None
    locality: str | None = None
    paid_how: str | None = None
    # The reason goes with the day: where it is given, both are.
    needed_by: date | None = None
    needed_for: str | None = None
    # Fields of the page as typed, where they do not pass yet; a field that passes now is named with an empty text.
    typed: Mapping[str, str] = field(default_factory=dict)
    # The same, of the thing.
    thing_typed: Mapping[str, str] = field(default_factory=dict)


def start_request(session: Session, *, actor: Actor, form_key: UUID, item_id: int, detail_words: str = "") -> GrantRequest:
    """Start a draft for one thing of the catalogue. The same form key again is the same draft.

    Raises NotAllowed for anybody but a key worker, Refused when that kind of help is not offered now.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None or actor.organisation_id is None:
        raise NotAllowed(_("Key workers ask."))
    # Two clicks wait for one another here, so that the second finds the draft of the first.
    turns.take(session, f"form:{form_key}")
    earlier = session.scalar(select(GrantRequest).where(GrantRequest.form_key == form_key))
    if earlier is not None:
        return save_answers(session, actor=actor, request_id=earlier.id, answers=Answers(item_id=item_id, detail_words=detail_words))
    at = clock.now()
    request = GrantRequest(
        form_key=form_key,
        asked_by=actor.user_id,
        team_id=actor.team_id,
        organisation_id=actor.organisation_id,
        goal_words="",
        unblocks_words="",
        consent_how="",
        typed={},
        released_pence=0,
        status=Status.DRAFT,
        version=0,
        started_at=at,
        saved_at=at,
        things=[things.blank(things.offered(session, item_id), detail_words, position=1)],
    )
    session.add(request)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.REQUEST_DRAFTED, subject=request.subject)
    return request


def save_answers(session: Session, *, actor: Actor, request_id: int, answers: Answers) -> GrantRequest:
    """Save what one page says into the draft, whole or not.

    Raises NotFound for another team's request, Conflict when it was sent meanwhile.
    """
    request = _own_draft(session, actor, request_id)
    thing = things.of(request, answers.thing_id)
    if answers.item_id is not None and answers.item_id != thing.item_id:
        thing.item = things.offered(session, answers.item_id)
        # They agreed to something else: ask them again.
        request.consent_at = None
    if answers.person_id is not None:
        request.person_id = persons.own_person(session, actor=actor, person_id=answers.person_id).id
    for name in (*LONGEST, "consent_how"):
        words = getattr(answers, name)
        if words is not None:
            setattr(thing if name in _OF_THING else request, name, words.strip()[: steps.LONGEST_WORDS])
    if answers.price_pence is not None:
        thing.price_pence = answers.price_pence
    for name in ("person_group", "locality", "paid_how"):
        code = getattr(answers, name)
        if code is not None:
            setattr(request, name, code or None)
    if answers.needed_for is not None:
        request.needed_by, request.needed_for = answers.needed_by, answers.needed_for or None
    if answers.consents is not None:
        request.consent_at = (request.consent_at or clock.now()) if answers.consents else None
    request.typed = _still_typed(request.typed, answers.typed)
    thing.typed = _still_typed(thing.typed, answers.thing_typed)
    return _saved(session, request)


def _still_typed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    kept = {**before, **{name: words[: steps.LONGEST_WORDS] for name, words in now.items()}}
    return {name: words for name, words in kept.items() if words}


def put_thing(session: Session, *, actor: Actor, request_id: int, position: int, item_id: int, detail_words: str = "") -> RequestThing:
    """Ask for one thing more, or for something else in the stead of the one at that place; see `things.put`.

    Raises NotFound for another team's request, Conflict when it was sent meanwhile, Refused when it is full.
    """
    request = _own_draft(session, actor, request_id)
    before = [thing.item_id for thing in request.things]
    thing = things.put(session, request, item_id, detail_words, position=position)
    session.flush()
    if [one.item_id for one in request.things] != before:
        # They agreed to something else: ask them again.
        request.consent_at = None
    _saved(session, request)
    return thing


def take_out_thing(session: Session, *, actor: Actor, request_id: int, thing_id: int) -> GrantRequest:
    """Leave one thing out of a draft. Raises as `put_thing` does, and Refused for the only one."""
    request = _own_draft(session, actor, request_id)
    things.take_out(session, request, thing_id)
    return _saved(session, request)


def _saved(session: Session, request: GrantRequest) -> GrantRequest:
    request.saved_at = clock.now()
    session.flush()
    return request


def written(request: GrantRequest) -> list[str]:
    """What was written of the person and the things, to be looked through for what tells too much."""
    return [*(getattr(request, name) for name in SCREENED), *(thing.detail_words for thing in request.things)]


def consented(request: GrantRequest) -> bool:
    """Whether it is written down that the person agrees, and how they said so."""
    return request.consent_at is not None and request.consent_how in CONSENTS


def missing(request: GrantRequest) -> list[str]:
    """The steps of the form that have no whole answer yet, by name, in the form's order. Consent is asked for when all is said."""
    lacking = {step for thing in request.things for step in things.lacks(thing)}
    written = {name: getattr(request, name) for name in SCREENED}
    # A shop has an address and a telephone; a person's words have neither.
    fits = {name: bool(words) and len(words) <= LONGEST[name] and screening.says_who(words) is None for name, words in written.items()}
    answered = {
        "what": "what" not in lacking,
        "who": request.person_id is not None or request.group_id is not None,
        "goal": fits["goal_words"],
        "unblocks": fits["unblocks_words"],
        "price": "price" not in lacking,
    }
    return [step for step, done in answered.items() if not done]


def send(session: Session, *, actor: Actor, request_id: int, version: int) -> GrantRequest:
    """Send a draft to the approvers. What is sent is no longer changed.

    Raises Refused when an answer is missing, AlreadyDone on a double click.
    """
    held = steps.hold(session, request_id=request_id, action=Action.SEND, actor=actor, version=version)
    request = held.request
    if missing(request):
        raise Refused(_("Some answers are missing. Go through them, then send it."))
    if not consented(request):
        raise Refused(_("Ask them first. It is sent once they agree."))
    request.asked_pence = request.priced_pence
    request.typed = {}
    for thing in request.things:
        thing.typed = {}
    flags.write(session, request)
    steps.move(session, held, facts={"item": request.things[0].item.code, "asked_pence": request.asked_pence or 0})
    clocks.start(session, request)
    if not agreeing.agree_at_once(session, request):
        letters.post_to_approvers(session, request)
    return request


def answer_question(session: Session, *, actor: Actor, request_id: int, version: int, words: str) -> GrantRequest:
    """Answer the approver's question; the request waits again."""
    held = steps.hold(session, request_id=request_id, action=Action.ANSWER, actor=actor, version=version)
    steps.move(session, held, reason=words)
    clocks.answered(session, held.request)
    letters.post_to_approvers(session, held.request)
    return held.request


def withdraw(session: Session, *, actor: Actor, request_id: int, version: int, words: str = "") -> GrantRequest:
    """Take a request back. What is set aside for it goes back to its fund; what was paid stays paid."""
    held = steps.hold(session, request_id=request_id, action=Action.WITHDRAW, actor=actor, version=version)
    moved = moving.free(session, held.request)
    steps.move(session, held, reason=words)
    moving.give_back(session, held.request, moved, actor=actor, reason="withdrawn")
    return held.request


def _own_draft(session: Session, actor: Actor, request_id: int) -> GrantRequest:
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id, GrantRequest.team_id == actor.team_id)
        .options(joinedload(GrantRequest.person))
        .with_for_update(of=GrantRequest)
        .execution_options(populate_existing=True)
    )
    if request is None or not actor.has(Role.KEY_WORKER):
        raise NotFound
    if request.status != Status.DRAFT:
        raise Conflict(_("This was sent already, so its answers stay as they are. You can withdraw it and ask again."))
    return request

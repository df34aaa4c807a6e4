"""Asking: starting a request, saving each answer of a draft, sending it, answering a question, withdrawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants import awards, letters, persons, screening, steps
from fundapp.grants.lifecycle import Action, Status
from fundapp.grants.models import CatalogueItem, GrantRequest

# How long an answer may be, in letters, before a draft counts as whole. More than this is a report, not an answer.
LONGEST = {"detail_words": 80, "goal_words": 600, "unblocks_words": 600, "supplier": 120}
# Whose words are looked through for what leads to somebody.
SCREENED = ("detail_words", "goal_words", "unblocks_words")
CONSENTS = {"in_person": marked("face to face"), "phone": marked("on the phone"), "written": marked("in writing")}


def consent_words() -> dict[str, str]:
    """How somebody can agree, in the reader's language."""
    return {how: _(words) for how, words in CONSENTS.items()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What one page of the form says. None leaves a field as it is."""

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
    # Fields of the page as typed, where they do not pass yet; a field that passes now is named with an empty text.
    typed: Mapping[str, str] = field(default_factory=dict)


def start_request(session: Session, *, actor: Actor, form_key: UUID, item_id: int, detail_words: str = "") -> GrantRequest:
    """Start a draft for one thing of the catalogue. The same form key again is the same draft.

    Raises NotAllowed for anybody but a key worker, Refused when that kind of help is not offered now.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None or actor.organisation_id is None:
        raise NotAllowed(_("Key workers ask."))
    # Two clicks wait for one another here, so that the second finds the draft of the first.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7))"), {"key": str(form_key)})
    earlier = session.scalar(select(GrantRequest).where(GrantRequest.form_key == form_key))
    if earlier is not None:
        return save_answers(session, actor=actor, request_id=earlier.id, answers=Answers(item_id=item_id, detail_words=detail_words))
    at = clock.now()
    request = GrantRequest(
        form_key=form_key,
        item_id=_offered(session, item_id).id,
        asked_by=actor.user_id,
        team_id=actor.team_id,
        organisation_id=actor.organisation_id,
        detail_words=detail_words.strip(),
        goal_words="",
        unblocks_words="",
        supplier="",
        consent_how="",
        typed={},
        released_pence=0,
        status=Status.DRAFT,
        version=0,
        started_at=at,
        saved_at=at,
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
    if answers.item_id is not None and answers.item_id != request.item_id:
        request.item_id = _offered(session, answers.item_id).id
        # They agreed to something else: ask them again.
        request.consent_at = None
    if answers.person_id is not None:
        request.person_id = persons.own_person(session, actor=actor, person_id=answers.person_id).id
    for name in ("detail_words", "goal_words", "unblocks_words", "supplier", "consent_how"):
        words = getattr(answers, name)
        if words is not None:
            setattr(request, name, words.strip()[: steps.LONGEST_WORDS])
    if answers.price_pence is not None:
        request.price_pence = answers.price_pence
    if answers.consents is not None:
        request.consent_at = (request.consent_at or clock.now()) if answers.consents else None
    kept = {**request.typed, **{name: words[: steps.LONGEST_WORDS] for name, words in answers.typed.items()}}
    request.typed = {name: words for name, words in kept.items() if words}
    request.saved_at = clock.now()
    session.flush()
    return request


def missing(request: GrantRequest) -> list[str]:
    """The steps of the form that have no whole answer yet, by name, in the form's order."""
    fits = {name: len(getattr(request, name)) <= longest for name, longest in LONGEST.items()}
    # A shop has an address and a telephone; a person's words have neither.
    fits |= {name: fits[name] and screening.says_who(getattr(request, name)) is None for name in SCREENED}
    answered = {
        "what": fits["detail_words"] and (bool(request.detail_words) or not request.item.asks_what),
        "who": request.person_id is not None,
        "goal": fits["goal_words"] and bool(request.goal_words),
        "unblocks": fits["unblocks_words"] and bool(request.unblocks_words),
        "price": fits["supplier"] and bool(request.price_pence and request.supplier) and not request.typed.get("price"),
        "consent": request.consent_at is not None and request.consent_how in CONSENTS,
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
    request.asked_pence = request.price_pence
    request.typed = {}
    steps.move(session, held, facts={"item": request.item.code, "asked_pence": request.asked_pence or 0})
    letters.post_to_approvers(session, request)
    return request


def answer_question(session: Session, *, actor: Actor, request_id: int, version: int, words: str) -> GrantRequest:
    """Answer the approver's question; the request waits again."""
    held = steps.hold(session, request_id=request_id, action=Action.ANSWER, actor=actor, version=version)
    steps.move(session, held, reason=words)
    letters.post_to_approvers(session, held.request)
    return held.request


def withdraw(session: Session, *, actor: Actor, request_id: int, version: int, words: str = "") -> GrantRequest:
    """Take a request back. What is set aside for it goes back to its fund; what was paid stays paid."""
    held = steps.hold(session, request_id=request_id, action=Action.WITHDRAW, actor=actor, version=version)
    left_pence = held.request.set_aside_pence
    held.request.released_pence += left_pence
    steps.move(session, held, reason=words)
    if left_pence:
        awards.give_back(session, held.request, actor=actor, amount_pence=left_pence, reason="withdrawn")
    return held.request


def _own_draft(session: Session, actor: Actor, request_id: int) -> GrantRequest:
    request = session.scalar(
        select(GrantRequest)
        .where(GrantRequest.id == request_id, GrantRequest.team_id == actor.team_id)
        .options(joinedload(GrantRequest.item), joinedload(GrantRequest.person))
        .with_for_update(of=GrantRequest)
        .execution_options(populate_existing=True)
    )
    if request is None or not actor.has(Role.KEY_WORKER):
        raise NotFound
    if request.status != Status.DRAFT:
        raise Conflict(_("This was sent already, so its answers stay as they are. You can withdraw it and ask again."))
    return request


def _offered(session: Session, item_id: int) -> CatalogueItem:
    item = session.get(CatalogueItem, item_id)
    if item is None or not item.active:
        raise Refused(_("That is not offered just now. Choose something else, or “other”."))
    return item

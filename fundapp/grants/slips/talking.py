"""A question put to the person by their key worker, and its answer; and what they never want told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import letters, screening, steps
from fundapp.grants.lifecycle import ENDED
from fundapp.grants.models import GrantRequest
from fundapp.grants.slips import service
from fundapp.grants.slips.models import PersonSlip, SlipQuestion, StoryStop

LONGEST = 600


def ask(session: Session, *, actor: Actor, request_id: int, words: str) -> SlipQuestion:
    """Put a question to the person, on the page of their slip. One at a time.

    Raises NotFound for another team's request, Refused without words, with words that lead to somebody, where no slip stands or the
    request has ended, and Conflict while another waits.
    """
    request, _ties = steps.seen(session, request_id, actor)
    if not actor.has(Role.KEY_WORKER) or request.team_id != actor.team_id or actor.user_id is None:
        raise NotAllowed(_("Their key worker asks them."))
    if request.sent_at is None or request.status in ENDED or request.person_id is None:
        raise Refused(_("Nothing is going on with this request, so there is nothing to ask about it."))
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise Refused(_("Write the question, in up to %(most)d letters.") % {"most": LONGEST})
    leads = screening.says_who(said)
    if leads:
        raise Refused(leads)
    if service.standing(session, request.person_id) is None:
        raise Refused(_("They have no slip now, so they could not read it. Give them one first."))
    if waiting(session, [request_id]):
        raise Conflict(_("A question already waits for them. Wait for the answer, or ask them yourself."))
    question = SlipQuestion(request_id=request_id, asked_by=actor.user_id, asked_at=clock.now(), words=said, answer="")
    session.add(question)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.PERSON_ASKED, subject=request.subject, facts={"question": question.id})
    return question


def answer(session: Session, *, slip: PersonSlip, question_id: int, words: str) -> SlipQuestion:
    """Answer a question with one's slip; the key worker is told. The same answer again is the same answer.

    Raises NotFound for somebody else's question, Refused without words, Conflict when it was answered otherwise.
    """
    statement = (
        select(SlipQuestion)
        .join(GrantRequest, GrantRequest.id == SlipQuestion.request_id)
        .where(SlipQuestion.id == question_id, GrantRequest.person_id == slip.person_id)
        .with_for_update(of=SlipQuestion)
        .execution_options(populate_existing=True)
    )
    question = session.scalar(statement)
    session.refresh(slip)
    if question is None or slip.void_at is not None:
        raise NotFound
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise Refused(_("Write your answer, in up to %(most)d letters.") % {"most": LONGEST})
    if question.answered_at is not None:
        if question.answer == said:
            return question
        raise Conflict(_("This was answered already. Tell your key worker what has changed."))
    question.answer, question.answered_at = said, clock.now()
    session.flush()
    request = session.get_one(GrantRequest, question.request_id)
    audit.record(
        session, actor=service.holder(slip), kind=AuditKind.PERSON_ANSWERED, subject=request.subject, facts={"question": question.id}
    )
    letters.post_to_asker(session, request, "they-answered")
    return question


def waiting(session: Session, request_ids: Sequence[int]) -> dict[int, SlipQuestion]:
    """The question that waits for the person, by request, of these requests."""
    open_ones = select(SlipQuestion).where(SlipQuestion.request_id.in_(request_ids), SlipQuestion.answered_at.is_(None))
    return {one.request_id: one for one in session.scalars(open_ones)}


def asked(session: Session, request_id: int) -> Sequence[SlipQuestion]:
    """What the person was asked about a request, and what they said: the oldest first."""
    return session.scalars(select(SlipQuestion).where(SlipQuestion.request_id == request_id).order_by(SlipQuestion.id)).all()


def stop_story(session: Session, *, slip: PersonSlip) -> None:
    """Want nothing told of oneself, ever. Said twice it is said once."""
    session.refresh(slip)
    if slip.void_at is not None:
        raise NotFound
    values = {"person_id": slip.person_id, "stopped_at": clock.now()}
    made = session.scalar(insert(StoryStop).values(**values).on_conflict_do_nothing().returning(StoryStop.person_id))
    if made is not None:
        audit.record(session, actor=service.holder(slip), kind=AuditKind.STORY_STOPPED, subject=slip.subject)


def allow_story(session: Session, *, slip: PersonSlip) -> None:
    """Take that back. A story is still asked for first."""
    session.refresh(slip)
    if slip.void_at is not None:
        raise NotFound
    stop = session.get(StoryStop, slip.person_id)
    if stop is not None:
        session.delete(stop)
        session.flush()
        audit.record(session, actor=service.holder(slip), kind=AuditKind.STORY_ALLOWED, subject=slip.subject)


def is_stopped(session: Session, person_id: int) -> bool:
    """Whether nothing may be told of somebody. Whoever publishes a story asks this."""
    return session.get(StoryStop, person_id) is not None

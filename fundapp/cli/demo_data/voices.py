"""The people's own voice in the demonstration: slips that were given out, a question that waits, one answered, and a request paused."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.slips import pausing, service, talking
from fundapp.people import queries as people

ASKED = "Would a used one do, if it is here sooner?"
ANSWERED = ("Do you still need it by Friday?", "Not now. I may get one from my sister. I will tell you.")


def speak(session: Session, keys: Keys) -> None:
    """Give slips to whom the oldest open requests are for; one is asked something, another has answered and paused theirs."""
    going = (Status.WAITING, Status.AGREED)
    statement = select(GrantRequest).where(GrantRequest.status.in_(going), GrantRequest.person_id.is_not(None))
    requests = {one.person_id: one for one in session.scalars(statement.order_by(GrantRequest.id.desc()).limit(12))}
    for place, request in enumerate(list(requests.values())[:3]):
        worker = people.user(session, request.asked_by).actor
        slip = service.issue(session, actor=worker, keys=keys, person_id=request.person_id or 0).slip
        if place == 0:
            talking.ask(session, actor=worker, request_id=request.id, words=ASKED)
        if place == 1:
            question = talking.ask(session, actor=worker, request_id=request.id, words=ANSWERED[0])
            talking.answer(session, slip=slip, question_id=question.id, words=ANSWERED[1])
            pausing.pause(session, slip=slip, request_id=request.id)
        if place == 2:
            talking.stop_story(session, slip=slip)

"""Deciding: agreeing, agreeing a part, asking one question, declining, stepping aside, giving an award back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants import awards, letters, steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import Conflict, GrantRequest


def agree(session: Session, *, actor: Actor, request_id: int, version: int, fund_code: str) -> GrantRequest:
    """Agree all that is asked, out of one fund. Agreed means set aside, not yet paid.

    Raises Refused when the fund cannot pay, NotAllowed when this person is barred, Conflict when somebody was first.
    """
    held = steps.hold(session, request_id=request_id, action=Action.AGREE, actor=actor, version=version)
    return _award(session, held, fund_code=fund_code, amount_pence=held.request.asked_pence or 0, reason="")


def agree_part(
    session: Session, *, actor: Actor, request_id: int, version: int, fund_code: str, amount_pence: int, reason: str
) -> GrantRequest:
    """Agree less than is asked, with a reason the worker can pass on."""
    held = steps.hold(session, request_id=request_id, action=Action.AGREE_PART, actor=actor, version=version)
    asked = held.request.asked_pence or 0
    if not 0 < amount_pence < asked:
        least = _("A part is more than nothing and less than %(amount)s. To agree all of it, use Agree.")
        raise Refused(least % {"amount": pounds(asked)})
    return _award(session, held, fund_code=fund_code, amount_pence=amount_pence, reason=reason)


def ask_question(session: Session, *, actor: Actor, request_id: int, version: int, words: str) -> GrantRequest:
    """Ask the key worker one question; the request waits for them."""
    held = steps.hold(session, request_id=request_id, action=Action.ASK_QUESTION, actor=actor, version=version)
    steps.move(session, held, reason=words)
    letters.post_to_asker(session, held.request, "question")
    return held.request


def decline(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Decline, with a reason the worker can pass on."""
    held = steps.hold(session, request_id=request_id, action=Action.DECLINE, actor=actor, version=version)
    steps.move(session, held, reason=reason)
    letters.post_to_asker(session, held.request, "declined")
    return held.request


def step_aside(session: Session, *, actor: Actor, request_id: int, version: int, words: str = "") -> GrantRequest:
    """Declare a conflict: from now on this person neither decides on this request nor pays it."""
    held = steps.hold(session, request_id=request_id, action=Action.STEP_ASIDE, actor=actor, version=version)
    session.add(Conflict(request_id=request_id, user_id=held.user_id, declared_at=clock.now()))
    steps.move(session, held, reason=words)
    return held.request


def release_award(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Give an agreed grant that will not be spent back to its fund, all of it."""
    held = steps.hold(session, request_id=request_id, action=Action.RELEASE_AWARD, actor=actor, version=version)
    return _give_back(session, held, reason=reason, news="released")


def release_rest(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Give back to its fund what is left of a grant that was paid in part. What was paid stays paid, and its bill is still shown."""
    held = steps.hold(session, request_id=request_id, action=Action.RELEASE_REST, actor=actor, version=version)
    return _give_back(session, held, reason=reason, news="rest-released")


def _give_back(session: Session, held: steps.Held, *, reason: str, news: str) -> GrantRequest:
    request, left_pence = held.request, held.request.set_aside_pence
    request.released_pence += left_pence
    steps.move(session, held, reason=reason, facts={"released_pence": left_pence})
    awards.give_back(session, request, actor=held.actor, amount_pence=left_pence, reason="not-needed")
    letters.post_to_asker(session, request, news)
    return request


def _award(session: Session, held: steps.Held, *, fund_code: str, amount_pence: int, reason: str) -> GrantRequest:
    request = held.request
    request.agreed_pence = amount_pence
    request.fund_code = fund_code
    awards.share_out(request, amount_pence)
    facts: dict[str, str | int] = {"agreed_pence": amount_pence, "fund": fund_code, "kind": request.things[0].item.code}
    steps.move(session, held, reason=reason, facts=facts)
    awards.set_aside(session, request, actor=held.actor, fund_code=fund_code, amount_pence=amount_pence)
    letters.post_to_asker(session, request, "agreed")
    return request

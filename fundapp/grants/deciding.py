"""Deciding: giving one's word for all or a part, asking one question, declining, stepping aside, giving an award back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor, standing_policy
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants import letters, steps
from fundapp.grants.demand import declining
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.lifecycle import PENDING, Action
from fundapp.grants.models import Conflict, GrantRequest
from fundapp.grants.policy import standing as policy_standing
from fundapp.grants.policy.tiers import Policy, Signers
from fundapp.grants.together import agreeing, moving, panel, proposing, signing
from fundapp.grants.together import standing as together
from fundapp.grants.together.proposing import Terms
from fundapp.grants.together.signers import takes_more


def agree(session: Session, *, actor: Actor, request_id: int, version: int, fund_code: str) -> GrantRequest:
    """Give one's word for all that is asked, out of one fund. Raises as `agree_on` does."""
    return agree_on(session, actor=actor, request_id=request_id, version=version, terms=Terms((fund_code,)))


def agree_part(
    session: Session, *, actor: Actor, request_id: int, version: int, fund_code: str, amount_pence: int, reason: str
) -> GrantRequest:
    """Give one's word for less than is asked, the things in their order, with a reason the worker can pass on."""
    held = steps.hold(session, request_id=request_id, action=Action.AGREE_PART, actor=actor, version=version)
    if amount_pence <= 0:
        raise _no_part(held.request)
    return _give_word(session, held, Terms((fund_code,), pence=proposing.part_of(held.request, amount_pence)), reason)


def agree_on(session: Session, *, actor: Actor, request_id: int, version: int, terms: Terms, reason: str = "") -> GrantRequest:
    """Give one's word for what is to be given. Where the policy asks for one word it is agreed; where for more, it is signed.

    Raises Refused when a fund cannot pay, or for less than was asked without a reason; NotAllowed when this person is barred,
    Conflict when somebody was first.
    """
    held = steps.hold(session, request_id=request_id, action=Action.AGREE, actor=actor, version=version)
    return _give_word(session, held, terms, reason)


def agree_by_policy(session: Session, request: GrantRequest, *, policy: Policy, fund_code: str) -> GrantRequest:
    """Agree all that is asked by the standing policy itself, which found that it allows this. It stays within the caller's lock."""
    actor = standing_policy(policy.number or 0)
    held = steps.hold(session, request_id=request.id, action=Action.AGREE_BY_POLICY, actor=actor, version=request.version)
    award = proposing.draw_up(session, held.request, Terms((fund_code,)), signers=Signers.POLICY, policy=policy)
    proposing.sign(session, award, actor, "policy")
    return agreeing.agree(session, held, award)


def ask_question(session: Session, *, actor: Actor, request_id: int, version: int, words: str) -> GrantRequest:
    """Ask the key worker one question; the request waits for them."""
    held = steps.hold(session, request_id=request_id, action=Action.ASK_QUESTION, actor=actor, version=version)
    steps.move(session, held, reason=words)
    letters.post_to_asker(session, held.request, "question")
    return held.request


def decline(session: Session, *, actor: Actor, request_id: int, version: int, reason: str, why: Reason = Reason.OTHER) -> GrantRequest:
    """Decline, with a reason the worker can pass on, and the code by which it is counted."""
    held = steps.hold(session, request_id=request_id, action=Action.DECLINE, actor=actor, version=version)
    steps.move(session, held, reason=reason)
    declining.note_decline(session, held.request, why)
    letters.post_to_asker(session, held.request, "declined")
    return held.request


def step_aside(session: Session, *, actor: Actor, request_id: int, version: int, words: str = "") -> GrantRequest:
    """Declare a conflict: from now on this person neither decides on this request nor pays it.

    What they signed, and what waits for another's word, stands no longer: it is decided anew.
    """
    held = steps.hold(session, request_id=request_id, action=Action.STEP_ASIDE, actor=actor, version=version)
    if held.request.status in PENDING and held.user_id in together.signers(session, held.request).signed:
        taken_back = words.strip() or _("Whoever signed it has stepped aside.")
        signing.disagree(session, actor=actor, request_id=request_id, version=version, reason=taken_back)
        held = steps.hold(session, request_id=request_id, action=Action.STEP_ASIDE, actor=actor, version=held.request.version)
    session.add(Conflict(request_id=request_id, user_id=held.user_id, declared_at=clock.now()))
    steps.move(session, held, reason=words)
    # With one member less, the votes may say something already.
    panel.settle(session, held.request)
    return held.request


def release_award(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Give an agreed grant that will not be spent back to its funds, all of it."""
    held = steps.hold(session, request_id=request_id, action=Action.RELEASE_AWARD, actor=actor, version=version)
    return _give_back(session, held, reason=reason, news="released")


def release_rest(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Give back to its funds what is left of a grant that was paid in part. What was paid stays paid, and its bill is still shown."""
    held = steps.hold(session, request_id=request_id, action=Action.RELEASE_REST, actor=actor, version=version)
    return _give_back(session, held, reason=reason, news="rest-released")


def _give_back(session: Session, held: steps.Held, *, reason: str, news: str) -> GrantRequest:
    request = held.request
    moved = moving.free(session, request)
    steps.move(session, held, reason=reason, facts={"released_pence": sum(one.pence for one in moved)})
    moving.give_back(session, request, moved, actor=held.actor, reason="not-needed")
    letters.post_to_asker(session, request, news)
    return request


def _give_word(session: Session, held: steps.Held, terms: Terms, reason: str) -> GrantRequest:
    """The first word for an award: whose words it takes besides follows from the policy and the amount."""
    request = held.request
    pence = sum(proposing.wanted(request, terms).values())
    if terms.pence is not None and pence >= (request.asked_pence or 0):
        raise _no_part(request)
    if terms.pence is not None and not reason.strip():
        raise Refused(_("Say why not all of it, so that they can pass it on."))
    policy = policy_standing.now(session)
    tier = policy.tier_for(pence)
    award = proposing.draw_up(session, request, terms, signers=tier.signers, policy=policy)
    proposing.sign(session, award, held.actor, "approver")
    if takes_more(tier.signers):
        steps.move(session, steps.instead(held, Action.SIGN), reason=reason, facts=proposing.facts_of(award))
        letters.post_to_approvers(session, request)
        return request
    whole = Action.AGREE if pence == request.asked_pence else Action.AGREE_PART
    return agreeing.agree(session, steps.instead(held, whole), award, reason=reason)


def _no_part(request: GrantRequest) -> Refused:
    least = _("A part is more than nothing and less than %(amount)s. To agree all of it, use Agree.")
    return Refused(least % {"amount": pounds(request.asked_pence or 0)})

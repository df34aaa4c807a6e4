"""The standing policy agrees what it allows, in the same act in which a request is sent; what it does not allow, people decide."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock, turns
from fundapp.grants import awards, deciding
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps, looks, standing, standing_tier, week
from fundapp.grants.policy.models import PolicyAnswer
from fundapp.grants.policy.standing_tier import Priced, WhyNot
from fundapp.grants.policy.tiers import Policy
from fundapp.ledger.gate import pass_gates


def agree_at_once(session: Session, request: GrantRequest) -> bool:
    """Agree a request that was sent just now, if the policy that holds allows it. Answers whether it did.

    What is small enough and yet goes on to people leaves the reason behind. Nothing of it is a refusal: the request is sent.
    """
    policy = standing.now(session)
    if policy.number is None or not 0 < (request.asked_pence or 0) <= policy.at_once_pence:
        return False
    # It agrees one request at a time, so that each sees what the one before it left of the week.
    turns.take(session, "policy-week")
    caps.take_turn(session, request)
    fund_code = ""
    reason = _why_not(session, policy, request)
    if reason is None:
        fund_code, reason = _fund(session, policy, request)
    answer = PolicyAnswer(request_id=request.id, policy_number=policy.number, worker_id=request.asked_by, agreed_pence=0, at=clock.now())
    if reason is not None:
        answer.why_not = reason.value
        session.add(answer)
        session.flush()
        return False
    answer.fund_code, answer.agreed_pence = fund_code, request.asked_pence or 0
    answer.draw = looks.draw(session, policy_number=policy.number, request_id=request.id, one_in=policy.look_at_one_in)
    deciding.agree_by_policy(session, request, policy=policy, fund_code=fund_code)
    session.add(answer)
    session.flush()
    looks.plan(session, answer)
    return True


def _why_not(session: Session, policy: Policy, request: GrantRequest) -> WhyNot | None:
    things = [Priced(one.price_pence or 0, one.item.guide_high_pence, one.item.active and not one.item.asks_what) for one in request.things]
    return standing_tier.why_not(
        policy,
        things,
        is_for_a_person=request.person_id is not None,
        is_over_cap=caps.standing_of(session, request).over_pence > 0,
        week=week.of(session, worker_id=request.asked_by, person_ids=caps.persons(session, request)),
    )


def _fund(session: Session, policy: Policy, request: GrantRequest) -> tuple[str, WhyNot | None]:
    """The best fund that can pay all of it and whose week is not full. Its gate is held: what is read of it stays true."""
    asked_pence = request.asked_pence or 0
    able = [one.code for one in awards.fund_choices(session, asked_pence) if one.can_pay]
    if not able:
        return "", WhyNot.NO_FUND
    used = week.by_fund(session)
    able = [code for code in able if used.get(code, 0) + asked_pence <= policy.weekly_fund_pence]
    if not able:
        return "", WhyNot.FUND_WEEK
    pass_gates(session.connection(), able)
    found = next((one.code for one in awards.fund_choices(session, asked_pence) if one.can_pay and one.code in able), None)
    return (found, None) if found else ("", WhyNot.NO_FUND)

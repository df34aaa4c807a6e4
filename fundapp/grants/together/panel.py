"""The panel decides: an approver puts an award to it, its members vote in secret, and the votes settle it.

Whoever has a conflict, or whose team asked, is no member for this request: their vote is neither taken nor counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor, the_panel
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import letters, lifecycle, steps
from fundapp.grants.clocks import service as clocks
from fundapp.grants.demand import declining
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.lifecycle import Action, Status, Tie
from fundapp.grants.models import Conflict, GrantRequest
from fundapp.grants.policy import standing as policy_standing
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together import agreeing, proposing, signing, standing
from fundapp.grants.together.models import Award, PanelVote
from fundapp.grants.together.proposing import Terms
from fundapp.grants.together.signers import Standing
from fundapp.grants.together.voting import Outcome, outcome
from fundapp.people import queries as people

# How long the panel has. Until the request's own clock runs out, if that is later.
OPEN_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Count:
    """How a vote stands, counting nobody with a conflict."""

    votes_for: int
    votes_against: int
    still_to_vote: frozenset[int]

    def says(self, quorum: int, *, closed: bool) -> Outcome:
        """What the votes say."""
        left = len(self.still_to_vote)
        return outcome(votes_for=self.votes_for, votes_against=self.votes_against, still_to_vote=left, quorum=quorum, closed=closed)

    @property
    def facts(self) -> proposing.Facts:
        """The count, once it is settled."""
        return {"votes_for": self.votes_for, "votes_against": self.votes_against}


def put_to_panel(session: Session, *, actor: Actor, request_id: int, version: int, terms: Terms, reason: str = "") -> GrantRequest:
    """Put to the panel what is to be given. Raises Refused where the policy asks no panel, or too few of it could vote."""
    held = steps.hold(session, request_id=request_id, action=Action.PUT_TO_PANEL, actor=actor, version=version)
    request, policy = held.request, policy_standing.now(session)
    pence = sum(proposing.wanted(request, terms).values())
    if pence < (request.asked_pence or 0) and not reason.strip():
        raise Refused(_("Say why not all of it, so that they can pass it on."))
    if policy.tier_for(pence).signers is not Signers.TWO_APPROVERS_OR_PANEL:
        raise Refused(_("The policy asks no panel for so little. Agree it, or sign it."))
    signers, closes_at = Signers.TWO_APPROVERS_OR_PANEL, max(clock.now() + OPEN_FOR, request.due_at or clock.now())
    award = proposing.draw_up(session, request, terms, signers=signers, policy=policy, votes_close_at=closes_at)
    proposing.sign(session, award, actor, Role.APPROVER.value)
    steps.move(session, held, reason=reason, facts=proposing.facts_of(award))
    if count(session, request, award).says(policy.panel_quorum, closed=False) is Outcome.LAPSED:
        told = {"quorum": policy.panel_quorum}
        raise Refused(_("Fewer than %(quorum)d of the panel could vote on this one. Another approver signs it instead.") % told)
    letters.post_to_approvers(session, request)
    return request


def vote(session: Session, *, actor: Actor, request_id: int, version: int, agrees: bool) -> GrantRequest:
    """Vote on what is to be given, once. The vote that settles it settles it at once."""
    held = steps.hold(session, request_id=request_id, action=Action.VOTE, actor=actor, version=version)
    award = signing.standing_award(session, held.request)
    session.add(PanelVote(award_id=award.id, user_id=held.user_id, agrees=agrees, voted_at=clock.now()))
    steps.move(session, held, facts={"award": award.id})
    settle(session, held.request)
    return held.request


def settle(session: Session, request: GrantRequest, *, closed: bool = False) -> Outcome:
    """Do what the votes say, under the request's lock. Nothing while they say nothing yet."""
    award = standing.award(session, request)
    if request.status is not Status.PANEL or award is None:
        return Outcome.OPEN
    counted = count(session, request, award)
    says = counted.says(policy_standing.now(session).panel_quorum, closed=closed)
    if says is Outcome.AGREED:
        _agree(session, request, award, counted)
    elif says is Outcome.DECLINED:
        _decline(session, request, award, counted)
    elif says is Outcome.LAPSED:
        _lapse(session, request, award, counted)
    return says


def close_votes(session: Session) -> None:
    """Settle every vote whose time is over; one that is paused waits."""
    due = (
        select(GrantRequest.id)
        .join(Award, (Award.request_id == GrantRequest.id) & Award.void_at.is_(None))
        .where(GrantRequest.status == Status.PANEL, GrantRequest.paused_at.is_(None), Award.votes_close_at <= clock.now())
        .order_by(GrantRequest.id)
    )
    for request_id in session.scalars(due).all():
        request = session.scalar(
            select(GrantRequest)
            .where(GrantRequest.id == request_id)
            .with_for_update(of=GrantRequest)
            .execution_options(populate_existing=True)
        )
        if request is not None and request.paused_at is None:
            settle(session, request, closed=True)


def count(session: Session, request: GrantRequest, award: Award) -> Count:
    """How the vote stands. Only its outcome is ever shown, and only once it is settled."""
    # Who voted and has stepped aside since is not counted.
    has_left = exists().where(Conflict.request_id == request.id, Conflict.user_id == PanelVote.user_id)
    votes = session.execute(select(PanelVote.user_id, PanelVote.agrees, has_left).where(PanelVote.award_id == award.id)).all()
    counted = [agrees for _user_id, agrees, left in votes if not left]
    may_vote = members(session, request, standing.signers(session, request))
    return Count(sum(counted), len(counted) - sum(counted), may_vote - {user_id for user_id, _agrees, _left in votes})


def members(session: Session, request: GrantRequest, stands: Standing) -> frozenset[int]:
    """Who of the panel may vote on this one and has not. `stands`: who has had their say on it."""
    found = lifecycle.rule(Status.PANEL, Action.VOTE)
    if found is None:
        return frozenset()
    panel = people.actors(session, Role.PANEL)
    stand = zip(panel, steps.ties_of(session, request, panel, stands), strict=True)
    may = (one.user_id for one, ties in stand if lifecycle.why_not(found, one.roles, ties - {Tie.PAUSED}) is None)
    return frozenset(user_id for user_id in may if user_id is not None)


def _agree(session: Session, request: GrantRequest, award: Award, counted: Count) -> None:
    """Agree it; where a fund or a cap no longer allows it, it waits anew, so that the vote that settled it is not lost on it."""
    held = _held(session, request, award, Action.PANEL_AGREE)
    try:
        with session.begin_nested():
            proposing.sign(session, award, held.actor, "panel")
            agreeing.agree(session, held, award, more=counted.facts)
    except Refused:
        session.refresh(request)
        _lapse(session, request, award, counted)


def _decline(session: Session, request: GrantRequest, award: Award, counted: Count) -> None:
    held = _held(session, request, award, Action.PANEL_DECLINE)
    steps.move(session, held, facts={"award": award.id, **counted.facts})
    declining.note_decline(session, request, Reason.PANEL)
    letters.post_to_asker(session, request, "declined")


def _lapse(session: Session, request: GrantRequest, award: Award, counted: Count) -> None:
    held = _held(session, request, award, Action.PANEL_LAPSE)
    steps.move(session, held, facts={"award": award.id, **counted.facts})
    clocks.start(session, request)
    letters.post_to_approvers(session, request)


def _held(session: Session, request: GrantRequest, award: Award, action: Action) -> steps.Held:
    return steps.hold(session, request_id=request.id, action=action, actor=the_panel(award.id), version=request.version)

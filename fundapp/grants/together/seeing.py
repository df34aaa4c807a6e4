"""What the page of a decision shows of it: who has signed, who is still needed, how the vote stands, which fund gives what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import standing as policy_standing
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together import panel, standing
from fundapp.grants.together.models import Award, PanelVote, Signature
from fundapp.grants.together.signers import SEATS
from fundapp.ledger import queries as ledger

_SIGNED = {
    "approver": marked("An approver signed"),
    "finance": marked("A finance officer signed"),
    "policy": marked("The standing policy agreed it"),
    "panel": marked("The panel agreed it"),
}
_NEEDED = {Role.APPROVER: marked("An approver is needed"), Role.FINANCE: marked("A finance officer is needed")}
_WHO = {
    Signers.POLICY: marked("The standing policy agrees it"),
    Signers.APPROVER: marked("One approver answers"),
    Signers.APPROVER_AND_FINANCE: marked("An approver and a finance officer sign"),
    Signers.TWO_APPROVERS_OR_PANEL: marked("Two approvers sign, or the panel votes"),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """One name under an award."""

    words: str
    at: datetime
    is_own: bool
    stands_in: bool
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What one fund gives for one thing."""

    what: str
    fund: str
    pence: int


@dataclass(frozen=True, slots=True)
class Votes:
    """How many have voted of how many who may, and until when. How they voted is shown nowhere."""

    cast: int
    of: int
    closes_at: datetime | None
    has_own: bool


@dataclass(frozen=True, slots=True)
class Together:
    """How a decision by several stands."""

    # Whose word it takes, in words.
    who: str
    takes_more: bool
    may_go_to_panel: bool
    signed: Sequence[Signed] = ()
    # Seats that are still needed, each in words, and whether it is the reader's own.
    needed: Sequence[tuple[str, bool]] = ()
    given: Sequence[Given] = ()
    pence: int = 0
    votes: Votes | None = None


def of(session: Session, request: GrantRequest, viewer: Actor) -> Together:
    """How the decision on a request stands, as one reader sees it."""
    award = standing.award(session, request)
    tier = Signers(award.signers) if award else policy_standing.now(session).tier_for(request.asked_pence or 0).signers
    who, more, to_panel = _(_WHO[tier]), len(SEATS[tier]) > 1, tier is Signers.TWO_APPROVERS_OR_PANEL
    if award is None:
        return Together(who, more, to_panel)
    stands = standing.signers(session, request)
    needed = [(_(_NEEDED[seat]), viewer.has(seat) and viewer.user_id not in stands.signed) for seat in stands.needed]
    return Together(
        who,
        more,
        to_panel,
        signed=_signed(session, award, viewer),
        needed=needed if request.status is Status.SIGNED else (),
        given=_given(session, request, award),
        pence=award.agreed_pence,
        votes=_votes(session, request, award, viewer) if request.status is Status.PANEL else None,
    )


def _signed(session: Session, award: Award, viewer: Actor) -> list[Signed]:
    rows = session.scalars(select(Signature).where(Signature.award_id == award.id).order_by(Signature.id))
    return [
        Signed(
            words=_(_SIGNED[row.seat]),
            at=row.signed_at,
            is_own=row.actor == viewer.reference,
            stands_in=row.for_user_id is not None,
            is_urgent=row.is_urgent,
        )
        for row in rows
    ]


def _given(session: Session, request: GrantRequest, award: Award) -> list[Given]:
    things = {thing.id: thing.what for thing in request.things}
    funds = {fund.code: fund.name for fund in ledger.funds(session)}
    return [Given(things[one.thing_id], funds[one.fund_code], one.agreed_pence) for one in standing.parts(session, award)]


def _votes(session: Session, request: GrantRequest, award: Award, viewer: Actor) -> Votes:
    voted = set(session.scalars(select(PanelVote.user_id).where(PanelVote.award_id == award.id)))
    left = panel.count(session, request, award).still_to_vote
    return Votes(len(voted), len(voted | left), award.votes_close_at, viewer.user_id in voted)

"""What the page of a decision shows of it: who has signed, who is still needed, how the vote stands, which fund gives what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy.tiers import Policy, Signers
from fundapp.grants.together import panel, standing
from fundapp.grants.together.models import AwardPart, Signature
from fundapp.grants.together.signers import takes_more
from fundapp.grants.together.standing import Whole
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


# It ended without anybody's word.
UNDONE = Together("", takes_more=False, may_go_to_panel=False)


def of(session: Session, request: GrantRequest, viewer: Actor, policy: Policy | None) -> Together:
    """How the decision on a request stands, as one reader sees it. `policy` is what holds while the answer is still to come."""
    found = standing.whole(session, request)
    if found is None:
        return _untouched(policy.tier_for(request.asked_pence or 0).signers) if policy is not None else UNDONE
    said = found.said
    needed = [(_(_NEEDED[seat]), viewer.has(seat) and viewer.user_id not in said.signed) for seat in said.needed]
    return replace(
        _untouched(Signers(found.award.signers)),
        signed=[_signed(row, viewer) for row in found.signatures],
        needed=needed if request.status is Status.SIGNED else (),
        given=_given(session, request, found.parts),
        pence=found.award.agreed_pence,
        votes=_votes(session, request, found, viewer) if request.status is Status.PANEL else None,
    )


def _untouched(tier: Signers) -> Together:
    """Before anybody has signed."""
    return Together(_(_WHO[tier]), takes_more(tier), tier is Signers.TWO_APPROVERS_OR_PANEL)


def _signed(row: Signature, viewer: Actor) -> Signed:
    return Signed(
        words=_(_SIGNED[row.seat]),
        at=row.signed_at,
        is_own=row.actor == viewer.reference,
        stands_in=row.for_user_id is not None,
        is_urgent=row.is_urgent,
    )


def _given(session: Session, request: GrantRequest, parts: Sequence[AwardPart]) -> list[Given]:
    things = {thing.id: thing.what for thing in request.things}
    funds = {fund.code: fund.name for fund in ledger.funds(session)}
    return [Given(things[one.thing_id], funds[one.fund_code], one.agreed_pence) for one in parts]


def _votes(session: Session, request: GrantRequest, found: Whole, viewer: Actor) -> Votes:
    may = found.voted | panel.members(session, request, found.said)
    return Votes(len(found.voted), len(may), found.award.votes_close_at, viewer.user_id in found.voted)

"""The award that stands on a request: its parts, who has signed it, who has voted, whose seat is still needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.grants.models import Conflict, GrantRequest
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together.models import Award, AwardPart, PanelVote, Signature
from fundapp.grants.together.signers import NOBODY_YET, Standing, still_needed


def award(session: Session, request: GrantRequest) -> Award | None:
    """The award that stands on a request, agreed or not."""
    return session.scalar(select(Award).where(Award.request_id == request.id, Award.void_at.is_(None)))


def signers(session: Session, request: GrantRequest) -> Standing:
    """Who has had their say on the award that stands."""
    found = award(session, request)
    if found is None:
        return NOBODY_YET
    signed = session.execute(select(Signature.user_id, Signature.seat).where(Signature.award_id == found.id)).all()
    voted = session.scalars(select(PanelVote.user_id).where(PanelVote.award_id == found.id))
    needed = still_needed(Signers(found.signers), [Role(row.seat) for row in signed if row.seat in set(Role)])
    return Standing(frozenset(row.user_id for row in signed if row.user_id is not None), frozenset(voted), needed)


def parts(session: Session, found: Award) -> Sequence[AwardPart]:
    """What each fund gives for each thing, in the order in which payments clear it."""
    return session.scalars(select(AwardPart).where(AwardPart.award_id == found.id).order_by(AwardPart.position)).all()


def void(session: Session, request: GrantRequest) -> None:
    """Make the award that stands void, with every signature on it: it is to be decided anew, or not at all."""
    found = award(session, request)
    if found is not None:
        found.void_at = clock.now()
        session.flush()


def conflicted(session: Session, request: GrantRequest, user_ids: Collection[int]) -> set[int]:
    """Of these people, those who stepped aside from a request."""
    mine = (Conflict.request_id == request.id, Conflict.user_id.in_(user_ids))
    return set(session.scalars(select(Conflict.user_id).where(*mine)))

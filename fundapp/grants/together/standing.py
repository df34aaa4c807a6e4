"""The award that stands on a request: who has signed it, who has voted, whose seat is still needed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together.models import Award, PanelVote, Signature
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

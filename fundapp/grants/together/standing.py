"""The award that stands on a request: its parts, who has signed it, who has voted, whose seat is still needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together.models import Award, AwardPart, PanelVote, Signature
from fundapp.grants.together.signers import NOBODY_YET, Standing, still_needed

# Who of the panel has voted on an award.
_VOTED = select(func.array_agg(PanelVote.user_id)).where(PanelVote.award_id == Award.id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Whole:
    """The award that stands with all that belongs to it."""

    award: Award
    # What each fund gives for each thing, in the order in which payments clear it.
    parts: Sequence[AwardPart]
    signatures: Sequence[Signature]
    # Who of the panel has voted. How they did is not read here.
    voted: frozenset[int]

    @property
    def said(self) -> Standing:
        """Who has had their say on it, and whose seat is still needed."""
        return _said(self.award.signers, [(one.user_id, one.seat) for one in self.signatures], self.voted)


def award(session: Session, request: GrantRequest) -> Award | None:
    """The award that stands on a request, agreed or not."""
    return session.scalar(select(Award).where(*_stands(request)))


def whole(session: Session, request: GrantRequest) -> Whole | None:
    """The award that stands on a request with its parts, signatures and voters, in one question."""
    rows = session.execute(
        select(Award, AwardPart, Signature, _VOTED)
        .outerjoin(AwardPart, AwardPart.award_id == Award.id)
        .outerjoin(Signature, Signature.award_id == Award.id)
        .where(*_stands(request))
        .order_by(AwardPart.position, Signature.id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    parts, signatures = (dict.fromkeys(row[column] for row in rows if row[column] is not None) for column in (1, 2))
    return Whole(rows[0][0], list(parts), list(signatures), frozenset(rows[0][3] or ()))


def signers(session: Session, request: GrantRequest) -> Standing:
    """Who has had their say on the award that stands."""
    rows = session.execute(
        select(Award.signers, _VOTED, Signature.user_id, Signature.seat)
        .outerjoin(Signature, Signature.award_id == Award.id)
        .where(*_stands(request))
    ).all()
    signed = [(user_id, seat) for _signers, _voted, user_id, seat in rows if seat is not None]
    return _said(rows[0][0], signed, rows[0][1] or ()) if rows else NOBODY_YET


def parts(session: Session, found: Award) -> Sequence[AwardPart]:
    """What each fund gives for each thing, in the order in which payments clear it."""
    return session.scalars(select(AwardPart).where(AwardPart.award_id == found.id).order_by(AwardPart.position)).all()


def void(session: Session, request: GrantRequest) -> None:
    """Make the award that stands void, with every signature on it: it is to be decided anew, or not at all."""
    found = award(session, request)
    if found is not None:
        found.void_at = clock.now()
        session.flush()


def _said(signers: str, signed: Sequence[tuple[int | None, str]], voted: Iterable[int]) -> Standing:
    needed = still_needed(Signers(signers), [Role(seat) for _user_id, seat in signed if seat in set(Role)])
    return Standing(frozenset(user_id for user_id, _seat in signed if user_id is not None), frozenset(voted), needed)


def _stands(request: GrantRequest) -> tuple[ColumnElement[bool], ...]:
    return Award.request_id == request.id, Award.void_at.is_(None)

"""An award is agreed: within the caps, unchanged since it was signed, and set aside in its funds, in one transaction with its step."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants import letters, steps
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps
from fundapp.grants.together import moving, proposing
from fundapp.grants.together.models import Award, Signature


def agree(session: Session, held: steps.Held, award: Award, *, reason: str = "", more: proposing.Facts | None = None) -> GrantRequest:
    """Agree what enough people have signed. Agreed means set aside, not yet paid.

    Raises Refused over a cap that nobody lifted, where something changed since it was signed, and where a fund cannot pay.
    """
    request = held.request
    given = proposing.by_thing(session, award)
    by_item: Counter[int] = Counter()
    for thing in request.things:
        by_item[thing.item_id] += given.get(thing.id, 0)
    caps.require(session, request, by_item, signed_by=_signers(session, award))
    proposing.require_unchanged(session, request, award)
    award.agreed_at = clock.now()
    request.agreed_pence = award.agreed_pence
    for thing in request.things:
        thing.agreed_pence = given.get(thing.id, 0)
    steps.move(session, held, reason=reason, facts={**proposing.facts_of(award), **(more or {})})
    moving.set_aside(session, request, award, actor=held.actor)
    letters.post_to_asker(session, request, "agreed")
    return request


def _signers(session: Session, award: Award) -> set[int]:
    """Everybody with an account who signed it."""
    signed = select(Signature.user_id).where(Signature.award_id == award.id, Signature.user_id.is_not(None))
    return {user_id for user_id in session.scalars(signed) if user_id is not None}

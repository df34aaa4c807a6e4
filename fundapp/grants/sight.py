"""What the Fund can see about a request besides what it says itself, gathered once for the page on which it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.roles import Role
from fundapp.grants import queries
from fundapp.grants.matching import queries as matching
from fundapp.grants.matching.queries import Before
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps, flags
from fundapp.grants.policy.caps import NO_CAPS
from fundapp.grants.policy.tiers import Policy
from fundapp.grants.queries import Seen


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands beside the person's own words."""

    # How it stands to its caps, while the answer is still to come; to none of them afterwards.
    caps: caps.Standing
    seen: Seen
    # What stood out when it was sent, in words.
    flags: Sequence[str]
    # Help under another code of the same person: told to an approver alone.
    before: Before | None


def of(session: Session, request: GrantRequest, viewer: Actor, policy: Policy | None) -> Sight:
    """What one reader is shown of it. `policy` is what holds while the answer is still to come; None once it has come."""
    is_told = viewer.has(Role.APPROVER)
    known_by = caps.persons(session, request) if policy is not None or is_told else set()
    return Sight(
        caps=caps.standing_under(session, request, caps.shares(request), policy, known_by) if policy is not None else NO_CAPS,
        seen=queries.seen_of_person(session, request),
        flags=flags.of(session, request.id),
        before=matching.help_before(session, request, known_by) if is_told else None,
    )

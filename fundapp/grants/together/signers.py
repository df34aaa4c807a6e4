"""Whose word an award still takes: pure, from its tier and who has signed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fundapp.core.roles import Role
from fundapp.grants.policy.tiers import Signers

# The seats whose words a tier takes, one for each signature. For a panel its votes take the second's place.
SEATS: dict[Signers, tuple[Role, ...]] = {
    Signers.POLICY: (),
    Signers.APPROVER: (Role.APPROVER,),
    Signers.APPROVER_AND_FINANCE: (Role.APPROVER, Role.FINANCE),
    Signers.TWO_APPROVERS_OR_PANEL: (Role.APPROVER, Role.APPROVER),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has signed or voted on the award that stands, and whose seat is still needed."""

    signed: frozenset[int] = frozenset()
    voted: frozenset[int] = frozenset()
    needed: tuple[Role, ...] = ()


NOBODY_YET = Standing()


def still_needed(signers: Signers, signed: Sequence[Role]) -> tuple[Role, ...]:
    """The seats whose words are still missing."""
    missing = list(SEATS[signers])
    for seat in signed:
        if seat in missing:
            missing.remove(seat)
    return tuple(missing)


def takes_more(signers: Signers) -> bool:
    """Whether it takes more than one person's word."""
    return len(SEATS[signers]) > 1

"""Who does an act, as the services, the ledger and the audit trail know them."""

from __future__ import annotations

from dataclasses import dataclass, field

from fundapp.core.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """An opaque reference and the seats behind it. `reference` is what the ledger keeps."""

    reference: str
    user_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    organisation_id: int | None = None
    team_id: int | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of these roles."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system")
DONOR = Actor("donor")
STRIPE = Actor("stripe")


def standing_policy(number: int) -> Actor:
    """The policy itself, which agrees small requests that it allows: two approvers signed it."""
    return Actor(f"policy:{number}")


def the_panel(award_id: int) -> Actor:
    """The panel as a whole, whose votes settled what to do with an award: nobody's single vote did."""
    return Actor(f"panel:{award_id}")


def slip_holder(slip_id: int) -> Actor:
    """Whoever holds a paper slip: the person whom a request is for."""
    return Actor(f"slip:{slip_id}")

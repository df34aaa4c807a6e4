"""Whether the people in their seats could decide and pay whatever is asked under a policy, and which seat is empty where they could not.

Pure, but for `held`. Whoever signs does not pay, a payment has two people, nobody decides on or pays what their own team asked for,
and an administrator's account does neither (contract: "Roles, teams, seats"). Somebody with several seats sits in one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.language import marked, ngettext
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants.policy.tiers import Policy, Signers, Tier
from fundapp.people import queries as people
from fundapp.people.models import User, UserRole

_PAYERS = (Role.FINANCE, Role.FINANCE)
# How many more of a seat are needed, as a sentence says it.
_MORE = {
    Role.APPROVER: (marked("%(num)d more approver"), marked("%(num)d more approvers")),
    Role.FINANCE: (marked("%(num)d more finance officer"), marked("%(num)d more finance officers")),
    Role.PANEL: (marked("%(num)d more panel member"), marked("%(num)d more panel members")),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in use, with their seats."""

    user_id: int
    team_id: int
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Gap:
    """A tier of which nobody could decide or pay what one team asks. `team_id` None: whichever team asks."""

    team_id: int | None
    tier: Tier
    above_pence: int
    # Each empty seat, as often as it is empty.
    seats: tuple[Role, ...]


def held(session: Session) -> list[Holder]:
    """Everybody in use with their seats, in one question."""
    rows = session.execute(select(User.id, User.team_id, UserRole.role).join(UserRole).where(User.disabled_at.is_(None)).order_by(User.id))
    roles: dict[tuple[int, int], set[Role]] = {}
    for user_id, team_id, role in rows:
        roles.setdefault((user_id, team_id), set()).add(Role(role))
    return [Holder(user_id, team_id, frozenset(found)) for (user_id, team_id), found in roles.items()]


def gaps(policy: Policy, holders: Sequence[Holder]) -> list[Gap]:
    """Every tier that nobody could decide or pay: for whichever team asks, or for one team alone."""
    asking: list[int | None] = [*sorted({one.team_id for one in holders if Role.KEY_WORKER in one.roles})]
    found: list[Gap] = []
    above = 0
    for tier in policy.human_tiers:
        everybody = _empty(tier, policy.panel_quorum, holders, None)
        teams: list[int | None] = [None] if everybody else asking
        lacking = [(team_id, everybody or _empty(tier, policy.panel_quorum, holders, team_id)) for team_id in teams]
        found += [Gap(team_id, tier, above, empty) for team_id, empty in lacking if empty]
        above = tier.up_to_pence or above
    return found


def sentences(session: Session, policy: Policy) -> list[str]:
    """What is empty, one sentence each; nothing where whatever is asked can be decided and paid."""
    found = gaps(policy, held(session))
    teams = people.team_names(session, [one.team_id for one in found])
    return [_told(one, teams.get(one.team_id, "") if one.team_id is not None else "") for one in found]


def _empty(tier: Tier, quorum: int, holders: Sequence[Holder], team_id: int | None) -> tuple[Role, ...]:
    """The seats that stay empty where the people are put as well as they can be; of several ways to decide, the one that lacks least."""
    able = [one for one in holders if one.team_id != team_id and Role.ADMIN not in one.roles]
    return min((_left_empty((*way, *_PAYERS), able) for way in _ways(tier.signers, quorum)), key=len)


def _ways(signers: Signers, quorum: int) -> tuple[tuple[Role, ...], ...]:
    """Whose words a tier takes, in each way there is."""
    if signers is Signers.APPROVER:
        return ((Role.APPROVER,),)
    if signers is Signers.APPROVER_AND_FINANCE:
        return ((Role.APPROVER, Role.FINANCE),)
    # An approver puts it to the panel.
    return ((Role.APPROVER, Role.APPROVER), (Role.APPROVER, *[Role.PANEL] * quorum))


def _left_empty(seats: Sequence[Role], able: Sequence[Holder]) -> tuple[Role, ...]:
    """Put one person into each seat; whoever sits already moves on if they can (Kuhn's matching)."""
    sits: dict[int, int] = {}

    def seat(nth: int, asked: set[int]) -> bool:
        for one in able:
            if seats[nth] in one.roles and one.user_id not in asked:
                asked.add(one.user_id)
                if one.user_id not in sits or seat(sits[one.user_id], asked):
                    sits[one.user_id] = nth
                    return True
        return False

    return tuple(role for nth, role in enumerate(seats) if not seat(nth, set()))


def _told(gap: Gap, team: str) -> str:
    facts = {"above": pounds(gap.above_pence), "seats": _seats(gap.seats), "team": team}
    if team and gap.above_pence:
        return _("Nobody could decide and pay what %(team)s asks above %(above)s: outside that team, %(seats)s must be there.") % facts
    if team:
        return _("Nobody could decide and pay what %(team)s asks: outside that team, %(seats)s must be there.") % facts
    if gap.above_pence:
        return _("Nobody could decide and pay what is asked above %(above)s: %(seats)s must be there.") % facts
    return _("Nobody could decide and pay what is asked: %(seats)s must be there.") % facts


def _seats(roles: Iterable[Role]) -> str:
    words = [ngettext(*_MORE[role], count) % {"num": count} for role, count in Counter(roles).items()]
    return _(" and ").join(words)

"""Which seats may be held where (contract: "Roles, teams, seats")."""

from __future__ import annotations

from collections.abc import Iterable

from fundapp.core.errors import Refused
from fundapp.core.roles import Role
from fundapp.people.models import Organisation

# Who decides, who pays and who appoints them sits in the charity that answers for the money.
FUND_HOLDER_ONLY = frozenset({Role.APPROVER, Role.FINANCE, Role.ADMIN})

# What a seat lets somebody do, as the pages say it.
DOES = {
    Role.KEY_WORKER: "Asks for help for the people they work with.",
    Role.APPROVER: "Decides on requests, but never on their own team’s.",
    Role.PANEL: "Has a vote on larger requests, and nothing else.",
    Role.FINANCE: "Pays what was agreed, two people to a payment, and keeps the books.",
    Role.AUDITOR: "Reads everything, changes nothing.",
    Role.ADMIN: "Looks after people, collection points and the catalogue. Neither decides nor pays.",
}

# How many people a seat needs before a request can go all the way. A payment has two people.
SEATS = {Role.KEY_WORKER: 1, Role.APPROVER: 1, Role.FINANCE: 2, Role.ADMIN: 1}

# Where each seat begins its day.
HOMES = (
    (Role.KEY_WORKER, "/requests"),
    (Role.APPROVER, "/decisions"),
    (Role.PANEL, "/decisions"),
    (Role.FINANCE, "/finance"),
    (Role.AUDITOR, "/finance"),
    (Role.ADMIN, "/admin"),
)


def homes(roles: Iterable[Role]) -> list[str]:
    """Where somebody with these seats begins their day: one page for each kind of work, each once."""
    held = frozenset(roles)
    return list(dict.fromkeys(url for role, url in HOMES if role in held))


def has_several_homes(roles: Iterable[Role]) -> bool:
    """Whether somebody's work waits in several places, so that they begin where all of it is gathered."""
    return len(homes(roles)) > 1


def an(words: str) -> str:
    """The words with their article: "an approver"."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def require_seats(roles: Iterable[Role], organisation: Organisation) -> None:
    """Raises Refused when nobody in this organisation may hold one of these seats, or when there is none."""
    wanted = frozenset(roles)
    if not wanted:
        raise Refused("Choose at least one role.")
    barred = sorted(wanted & FUND_HOLDER_ONLY) if not organisation.is_fund_holder else []
    if barred:
        words = " or ".join(an(role.words) for role in barred)
        raise Refused(f"{organisation.name} is a partner, so nobody there can be {words}: the fund holder decides and pays.")

"""Which seats may be held where (contract: "Roles, teams, seats")."""

from __future__ import annotations

from collections.abc import Iterable

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people.models import Organisation

# Who decides, who pays and who appoints them sits in the charity that answers for the money.
FUND_HOLDER_ONLY = frozenset({Role.APPROVER, Role.FINANCE, Role.ADMIN})

# Who decides, pays, reads everything or appoints proves it with more than a password. Key workers may.
SECOND_FACTOR = frozenset({Role.APPROVER, Role.PANEL, Role.FINANCE, Role.AUDITOR, Role.ADMIN})

# What a seat lets somebody do, as the pages say it.
DOES = {
    Role.KEY_WORKER: marked("Asks for help for the people they work with."),
    Role.APPROVER: marked("Decides on requests, but never on their own team’s."),
    Role.PANEL: marked("Has a vote on larger requests, and nothing else."),
    Role.FINANCE: marked("Pays what was agreed, two people to a payment, and keeps the books."),
    Role.AUDITOR: marked("Reads everything, changes nothing."),
    Role.ADMIN: marked("Looks after people, collection points and the catalogue. Neither decides nor pays."),
}

# A seat with its article, as it stands in "nobody there can be an approver".
_ONE = {
    Role.KEY_WORKER: marked("a key worker"),
    Role.APPROVER: marked("an approver"),
    Role.PANEL: marked("a panel member"),
    Role.FINANCE: marked("a finance officer"),
    Role.AUDITOR: marked("an auditor"),
    Role.ADMIN: marked("an administrator"),
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


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Whether somebody with these seats may not come in with a password alone."""
    return not SECOND_FACTOR.isdisjoint(roles)


def what_they_do() -> dict[Role, str]:
    """What each seat lets somebody do, in the reader's language."""
    return {role: _(words) for role, words in DOES.items()}


def an(role: Role) -> str:
    """The seat with its article: "an approver"."""
    return _(_ONE[role])


def require_seats(roles: Iterable[Role], organisation: Organisation) -> None:
    """Raises Refused when nobody in this organisation may hold one of these seats, or when there is none."""
    wanted = frozenset(roles)
    if not wanted:
        raise Refused(_("Choose at least one role."))
    barred = sorted(wanted & FUND_HOLDER_ONLY) if not organisation.is_fund_holder else []
    if barred:
        words = _(" or ").join(an(role) for role in barred)
        sentence = _("%(name)s is a partner, so nobody there can be %(seats)s: the fund holder decides and pays.")
        raise Refused(sentence % {"name": organisation.name, "seats": words})

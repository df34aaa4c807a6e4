"""What the Fund holds about people, gathered from the rooms: each says it of its own tables (core/personal.py)."""

from __future__ import annotations

from collections.abc import Iterable

from fundapp.audit.personal import INVENTORY as AUDIT
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal import Basis, Holding, Inventory, Kept, Whose
from fundapp.finance.personal import INVENTORY as FINANCE
from fundapp.giving.personal import INVENTORY as GIVING
from fundapp.grants.personal import INVENTORY as GRANTS
from fundapp.jobs.personal import INVENTORY as JOBS
from fundapp.ledger.personal import INVENTORY as LEDGER
from fundapp.openbooks.personal import INVENTORY as OPENBOOKS
from fundapp.payouts.personal import INVENTORY as PAYOUTS
from fundapp.people.personal import INVENTORY as PEOPLE
from fundapp.points.personal import INVENTORY as POINTS
from fundapp.privacy.personal import INVENTORY as PRIVACY
from fundapp.rulebook.personal import INVENTORY as RULEBOOK
from fundapp.web.personal import INVENTORY as WEB

ALL: tuple[Inventory, ...] = (AUDIT, FINANCE, GIVING, GRANTS, JOBS, LEDGER, OPENBOOKS, PAYOUTS, PEOPLE, POINTS, PRIVACY, RULEBOOK, WEB)
_WHOSE = {
    Whose.HELPED: marked("The people who are helped"),
    Whose.STAFF: marked("Whoever works with the Fund"),
    Whose.DONOR: marked("Donors"),
    Whose.HOST: marked("Hosts of collection points"),
    Whose.READER: marked("Readers of checkpoints"),
    Whose.WRITER: marked("Whoever writes to the Fund"),
    Whose.PAYEE: marked("Whoever is paid"),
}
_BASIS = {
    Basis.CONSENT: marked("consent"),
    Basis.CONTRACT: marked("contract"),
    Basis.LEGAL_OBLIGATION: marked("a duty by law"),
    Basis.LEGITIMATE_INTEREST: marked("legitimate interest"),
}
_KEPT = {
    Kept.DRAFT: marked("drafts"),
    Kept.DECLINED: marked("declined requests"),
    Kept.IDENTITY: marked("the person’s own words"),
    Kept.DELIVERY: marked("where things were brought to"),
    Kept.MONEY: marked("what tells of money"),
    Kept.DONOR: marked("gifts"),
    Kept.ACCOUNT: marked("disabled accounts"),
    Kept.ACCESS: marked("sessions and invitations"),
    Kept.RIGHTS: marked("letters about data"),
    Kept.CONTACT: marked("contacts"),
    Kept.LEDGER: marked("as long as the ledger"),
}


def holdings() -> list[Holding]:
    """Every column that tells something about a person."""
    return [one for inventory in ALL for one in inventory.holdings]


def by_whose() -> list[tuple[str, list[Holding]]]:
    """The same, by whom they tell about, as a page shows them."""
    found = holdings()
    return [(_(_WHOSE[whose]), [one for one in found if one.whose is whose]) for whose in Whose]


def basis_words(basis: Basis) -> str:
    """The basis in law, in plain words."""
    return _(_BASIS[basis])


def kept_words(kept: Kept) -> str:
    """The rule of the retention schedule, in plain words."""
    return _(_KEPT[kept])


def purposes(found: Iterable[Holding]) -> list[tuple[str, Basis, Kept, list[str]]]:
    """What is held for one purpose, on one basis, for one time, with its columns together: a line of the record of processing."""
    lines: dict[tuple[str, Basis, Kept], list[str]] = {}
    for one in found:
        lines.setdefault((one.why, one.basis, one.kept), []).append(f"{one.table}.{one.column}")
    return [(*key, columns) for key, columns in lines.items()]

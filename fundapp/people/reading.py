"""How an event of the audit trail is read: in words, with the names of those who acted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people import queries

_OTHERS = {"system": marked("the Fund itself"), "donor": marked("a donor"), "stripe": "Stripe"}


def kinds() -> dict[str, str]:
    """Every kind of event with its words, in the reader's language."""
    return {kind.value: kind.words.capitalize() for kind in AuditKind}


def namer(session: Session, references: Iterable[str]) -> Callable[[str], str]:
    """A function from an actor's reference to a name, for these references, asked for at once."""
    wanted = {one.removeprefix("user:"): one for one in references if one.startswith("user:")}
    names = queries.names(session, map(int, wanted))

    def who(reference: str) -> str:
        number = reference.removeprefix("user:")
        if number.isdigit():
            return names.get(int(number), reference)
        return _(_OTHERS[reference]) if reference in _OTHERS else reference

    return who

"""How an event of the audit trail is read: in words, with the names of those who acted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent
from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people import queries

_OTHERS = {"system": marked("the Fund itself"), "donor": marked("a donor"), "stripe": "Stripe"}


def kinds() -> dict[str, str]:
    """Every kind of event with its words, in the reader's language."""
    return {kind.value: kind.words[:1].upper() + kind.words[1:] for kind in AuditKind}


def covered(session: Session, events: Iterable[AuditEvent], reader: Actor) -> set[int]:
    """Of these events, those whose words are about somebody who is helped, and that the reader has not opened today.

    Why somebody opened a request is never covered: it is what others look over.
    """
    closed = [one for one in events if one.words and audit.is_about_the_helped(one)]
    opened = audit.read_today(session, reader, {one.subject for one in closed})
    return {one.id for one in closed if one.subject not in opened}


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

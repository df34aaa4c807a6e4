"""Taking the books away through the interface: who did is written down, then they are sent as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.db import Database
from fundapp.core.spreadsheet import BYTE_ORDER_MARK
from fundapp.finance.exports.books import Books
from fundapp.finance.exports.registry import Export


def note_taking(session: Session, *, actor: Actor, export: Export, as_of: date | None) -> None:
    """Write into the audit trail who took the books, in which form and up to which day."""
    facts = {"as_of": as_of.isoformat() if as_of else "newest"}
    audit.record(session, actor=actor, kind=AuditKind.BOOKS_TAKEN, subject=f"books:{export.name}", facts=facts)


def stream(database: Database, export: Export, as_of: date | None) -> Iterator[bytes]:
    """The file, a chunk at a time. Whoever stops asking and closes it gives the connection back."""
    with database.snapshot() as session:
        if export.media_type == "text/csv":
            yield BYTE_ORDER_MARK
        yield from export.content(Books(session, as_of))

"""Taking turns at what no row stands for yet, and what is therefore locked by its name."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# A number of our own beside each name, so that no other advisory lock of this database means the same (PostgreSQL, advisory locks).
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 7))")


def take(session: Session, what: str) -> None:
    """Wait until nobody else has their turn at `what` ("form:3f2a…", "person:7"), and have it until the transaction ends, well or badly.

    It protects what is first looked for and then written, from two who do both at once and find nothing: of two clicks of one form,
    or two changes of one policy, the second finds what the first left. Nobody waits but those who name the same, so whatever needs
    protecting together is named alike, its kind first. Taken again in the same transaction it is the same turn; nothing gives it back
    before the end. Waiting too long for it is Busy, as for a row (`core/db.py`). Where a row is there already, lock the row.
    """
    session.execute(_TURN, {"what": what})

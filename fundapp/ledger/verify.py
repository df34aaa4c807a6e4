"""Recompute everything: does the ledger say what was written, and do its books hold together? (reference: ledger.md section 6)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy.orm import Session

from fundapp.ledger import guards
from fundapp.ledger.verifying import whole
from fundapp.ledger.verifying.books import Books
from fundapp.ledger.verifying.found import Fault, Progress, Step, Verified, readable
from fundapp.ledger.verifying.log import Log, read_keys
from fundapp.ledger.verifying.outside import Outside
from fundapp.ledger.verifying.periods import Periods, read_seals
from fundapp.ledger.verifying.walk import Walk, log_size

__all__ = ["Fault", "Outside", "Progress", "Step", "Verified", "verify"]


def verify(
    session: Session,
    *,
    origin: str | None = None,
    outside: Sequence[Outside] = (),
    since: Outside | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Check every entry, every seal, every balance and every guard. `progress` is told now and then how far it is.

    `origin`: the name that checkpoints must bear; without it, the one that the first bears. `outside`: checkpoints that others hold.
    `since`: a checkpoint that the caller trusts. Its root is made again out of the log's hashes, and each entry under it must be
    there with the fingerprint that the log has; those are not hashed again, and the books go on from what they add up to.
    While others write, call it in a transaction at REPEATABLE READ: several statements then see one state.
    """
    found = Verified()
    reading = _Reading(session, found, progress)
    reading.entries(origin, [*outside, since] if since else outside, since.checkpoint.size if since else 0)
    reading.rest()
    return found


class _Reading:
    """One verification, part by part. A part that the database cannot read is a fault, and the next part follows."""

    def __init__(self, session: Session, found: Verified, progress: Progress | None) -> None:
        self.session, self.found, self.progress = session, found, progress
        self.periods: Periods | None = None

    def entries(self, origin: str | None, outside: Sequence[Outside], trusted: int) -> None:
        """The log and the queue, entry by entry."""
        session, found = self.session, self.found
        with readable(session, found, "The ledger's entries"):
            seals = read_seals(session, found)
            found.kinds.update(whole.kinds(session))
            books = Books(found, sorted({seal.ends_on for seal in seals}))
            self.periods = Periods(session, seals, books)
            log = Log(session, found, read_keys(session, found), outside, origin)
            # What is longer than this log says nothing about it.
            trusted = trusted if trusted <= log_size(session) else 0
            if trusted:
                books.begin(session, trusted)
                self.periods.begin(trusted)
            walk = Walk(session, found, books=books, log=log, periods=self.periods, trusted=trusted, progress=self.progress)
            walk.sealed()
            walk.waiting()

    def rest(self) -> None:
        """What is looked at as a whole."""
        session, found = self.session, self.found
        parts: dict[str, Callable[[], Iterable[tuple[str, int | None]]]] = {
            "Reversals": lambda: whole.entries(session),
            "The queue, and what was published": lambda: whole.log(session, found),
            "Closed periods": lambda: self.periods.whole() if self.periods else (),
            "Names": lambda: whole.names(session, found),
            "Balances": lambda: whole.books(session, found),
            "Triggers, rules and rights": lambda: ((sentence, None) for sentence in guards.faults(session.connection())),
        }
        for name, part in parts.items():
            if self.progress:
                self.progress(Step(name))
            with readable(session, found, name):
                for sentence, number in part():
                    found.add(sentence, number)

"""What a verification tells: faults in sentences, what was counted, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# As many faults as are kept in words. Of a ledger rewritten from the ground, the first thousand will do.
MOST_FAULTS = 1_000


class Step(NamedTuple):
    """How far a part is: entries of how many. The other parts are short, and only begin (`of` is 0)."""

    part: str
    done: int = 0
    of: int = 0


Progress = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written, or cannot be. `number`: the entry it was found at, if it was one."""

    sentence: str
    number: int | None = None


@dataclass(slots=True)
class Verified:
    """What was found. Totals are debits and credits, in pence, by account and fund, as recomputed from the transfers."""

    entries: int = 0
    transfers: int = 0
    totals: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    # Entries that took a fund below what it had, and said so.
    forced: int = 0
    available: dict[str, int] = field(default_factory=dict)
    # What each account is, and every fund's code in the order the funds were opened.
    kinds: dict[str, str] = field(default_factory=dict)
    funds: list[str] = field(default_factory=list)
    # Entries with a place in the log, and those that were not hashed again because a trusted checkpoint stands over them.
    sealed: int = 0
    trusted: int = 0
    # Checkpoints of our own whose root and signature were right, the largest of them, and how many of other people's fitted.
    checkpoints: int = 0
    signed: int = 0
    outside: int = 0
    snapshots: int = 0
    periods: int = 0
    faults: list[Fault] = field(default_factory=list)
    # How many were found beyond those.
    more_faults: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    @property
    def fault_count(self) -> int:
        """How many faults were found, those not kept among them."""
        return len(self.faults) + self.more_faults

    def add(self, sentence: str, number: int | None = None) -> None:
        """Keep a fault."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(sentence, number))
        else:
            self.more_faults += 1


@contextmanager
def readable(session: Session, found: Verified, what: str) -> Iterator[None]:
    """Read something in a savepoint. What cannot even be read (a damaged file, an absurd value) is a fault like any other."""
    try:
        with session.begin_nested():
            yield
    except (DBAPIError, ValueError, TypeError, LookupError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).splitlines() or ["no reason given"]
        found.add(f"{what} could not be read: {reason[0]}.")

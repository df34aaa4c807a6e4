"""What may be told of the kinds of help without picking anybody out: a pure function from counts to a table.

A kind is named only when K_PEOPLE different people and K_TEAMS teams had it. The rest is one line, "other help", in
pounds alone. That line must not give away what it hides: it is never a single kind (whoever knows the total could then
subtract their way to it), and it too stands for K_PEOPLE people and K_TEAMS teams, or else it takes in the smallest
named kind, and the next. When no named kind is left it is the total, which the open books tell anyway. (Primary and
complementary suppression, as in the Government Analysis Function's guidance on statistical disclosure control.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

K_PEOPLE = 5
K_TEAMS = 3


class Kind(Protocol):
    """What the grants room tells of one kind of help in a period."""

    @property
    def kind_code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def people(self) -> int: ...
    @property
    def teams(self) -> int: ...
    @property
    def spent_pence(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many different people, of how many teams, stand behind a figure; or must."""

    people: int
    teams: int

    def hides_everyone(self, least: Crowd) -> bool:
        """Whether it is large enough to be shown."""
        return self.people >= least.people and self.teams >= least.teams


LEAST = Crowd(K_PEOPLE, K_TEAMS)


@dataclass(frozen=True, slots=True)
class NamedKind:
    """A kind of help that may be named."""

    name: str
    people: int
    spent_pence: int


@dataclass(frozen=True, slots=True)
class HelpTable:
    """Kinds that may be named, what the rest cost, and what all of it cost."""

    named: tuple[NamedKind, ...]
    # None where nothing had to be held back.
    other_pence: int | None
    total_pence: int


CountTogether = Callable[[frozenset[str]], Crowd]


def at_least(kinds: Sequence[Kind]) -> CountTogether:
    """The surest lower bound on a crowd of several kinds, where the same people may have had all of them."""
    by_code = {kind.kind_code: kind for kind in kinds}

    def count(codes: frozenset[str]) -> Crowd:
        chosen = [by_code[code] for code in codes]
        return Crowd(max(kind.people for kind in chosen), max(kind.teams for kind in chosen))

    return count


def safe_table(kinds: Sequence[Kind], together: CountTogether | None = None, least: Crowd = LEAST) -> HelpTable:
    """The table of kinds of help that may be published, the most costly first.

    `together` tells how many different people and teams a set of kinds has; without it the surest lower bound is taken. `least` is
    the rule in force.
    """
    together = together or at_least(kinds)
    present = [kind for kind in kinds if kind.people or kind.spent_pence]
    total = sum(kind.spent_pence for kind in present)
    named = [kind for kind in present if Crowd(kind.people, kind.teams).hides_everyone(least)]
    other = [kind for kind in present if kind not in named]
    named.sort(key=lambda kind: (-kind.people, -kind.spent_pence, kind.kind_code))
    while other and named and not _hides(other, together, least):
        other.append(named.pop())
    shown = sorted(named, key=lambda kind: (-kind.spent_pence, kind.name))
    return HelpTable(
        named=tuple(NamedKind(kind.name, kind.people, kind.spent_pence) for kind in shown),
        other_pence=sum(kind.spent_pence for kind in other) if other else None,
        total_pence=total,
    )


def _hides(other: Sequence[Kind], together: CountTogether, least: Crowd) -> bool:
    if len(other) < 2:
        return False
    return together(frozenset(kind.kind_code for kind in other)).hides_everyone(least)

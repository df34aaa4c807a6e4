"""Which funds' use may be told with a quarter: a pure function (docs/decisions/0012-follow-your-gift.md).

What a fund used is published for K_PEOPLE people and K_TEAMS teams, and where what is left when it is subtracted from the Fund's own
totals hides as many. Otherwise it is carried: told with the next quarter, in one figure. The Fund's totals are public by the month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fundapp.openbooks.suppression import LEAST, Crowd

# A month, as 2026-07.
Month = str


@dataclass(frozen=True, slots=True)
class Moved:
    """What one request was awarded from one fund in one month, less what was given back, in pence."""

    fund: str
    month: Month
    request: str
    person: int | None
    team: int | None
    pence: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a fund used from the first day of one month to the last day of another, as it is or was published."""

    fund: str
    since: Month
    until: Month
    pence: int

    def covers(self, moved: Moved) -> bool:
        """Whether this is in the figure."""
        return self.fund == moved.fund and self.since <= moved.month <= self.until


def tellable(moves: Sequence[Moved], before: Sequence[Told], spans: Iterable[Told], least: Crowd = LEAST) -> list[Told]:
    """Of what funds used since they were told of last, what may be told now; by whom it hides, the most first.

    `before` is all that was ever told, `moves` all that was ever awarded or given back. `spans` are taken one after the other: what
    is told of one fund may leave too little to hide the next.
    """
    told = list(before)
    sized = [(_crowd([one for one in moves if span.covers(one)]), span) for span in spans]
    sized.sort(key=lambda one: (-one[0].people, one[1].fund))
    found = []
    for crowd, span in sized:
        if crowd.hides_everyone(least) and _leaves_nobody_alone(span, told, moves, least):
            told.append(span)
            found.append(span)
    return found


def _leaves_nobody_alone(new: Told, told: Sequence[Told], moves: Sequence[Moved], least: Crowd) -> bool:
    """Whether no subtraction of told figures from the Fund's totals leaves a few.

    For each set of months that figures cover together: what was awarded in them, less all figures that lie wholly in them. Where a
    fund awarded nothing in a month, its figure covers that month without being in the way: whoever knows it can subtract so far.
    """
    every = [*told, new]
    covered = {one: frozenset(moved.month for moved in moves if one.covers(moved)) for one in every}
    for months in _joined(covered[new], list(covered.values())):
        inside = [one for one in every if covered[one] <= months]
        rest = [moved for moved in moves if moved.month in months and not any(one.covers(moved) for one in inside)]
        if rest and not _crowd(rest).hides_everyone(least):
            return False
    return True


def _joined(start: frozenset[Month], others: Sequence[frozenset[Month]]) -> set[frozenset[Month]]:
    """These months, and what they grow to with each figure that overlaps them in part."""
    found, ahead = {start}, [start]
    while ahead:
        months = ahead.pop()
        grown = {months | other for other in others if other & months and not other <= months} - found
        found |= grown
        ahead += grown
    return found


def _crowd(moves: Sequence[Moved]) -> Crowd:
    """Who was given something by these, all in all: what was given back within them counts nobody."""
    sums: Counter[str] = Counter()
    for one in moves:
        sums[one.request] += one.pence
    given = [one for one in moves if sums[one.request] > 0]
    return Crowd(len({one.person for one in given} - {None}), len({one.team for one in given} - {None}))

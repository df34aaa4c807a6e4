"""What money that came in was used for: pure functions (docs/decisions/0012-follow-your-gift.md).

A fund's money is used in the order it came. What was used is told by releases, one after the other; each takes from the head of the
queue as it stood on its last day. A release depends on what is dated to that day and on the releases before it, and so never changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fundapp.core.money import split


@dataclass(frozen=True, slots=True)
class Parcel:
    """Money that came into a fund by one way: a gift, a contribution."""

    key: str
    # The day it came: from then on it stands in the queue.
    came_on: date
    # What it added to the fund's money, or took off again, and on which day, in pence: arrived, given back, taken back.
    moves: tuple[tuple[date, int], ...]

    def standing(self, until: date) -> int:
        """What stands of it at the end of a day."""
        return sum(pence for on, pence in self.moves if on <= until)

    def moves_after(self, day: date) -> bool:
        """Whether anything changes it later."""
        return any(on > day for on, _pence in self.moves)


@dataclass(frozen=True, slots=True)
class Release:
    """What a fund used of its money up to a day, beyond what was told before. Below nothing where more came back than went."""

    code: str
    until: date
    pence: int


class Used(NamedTuple):
    """What one parcel lost to one release, in pence."""

    key: str
    release: str
    pence: int


class Share(NamedTuple):
    """What an amount did: a kind of help by its name, or other help, which has none."""

    kind: str | None
    pence: int


def use_up(parcels: Sequence[Parcel], releases: Sequence[Release]) -> list[Used]:
    """Who lost what, release by release. Parcels come in the order of the queue, releases in the order of their days.

    Where the queue has too little, the next release takes the rest; where more came back than went, the next takes less.
    """
    taken: Counter[str] = Counter()
    found: list[Used] = []
    waiting: list[Parcel] = []
    coming, owed = 0, 0
    for release in releases:
        while coming < len(parcels) and parcels[coming].came_on <= release.until:
            waiting.append(parcels[coming])
            coming += 1
        owed += release.pence
        used, waiting = _take(waiting, taken, release, owed)
        owed -= sum(one.pence for one in used)
        found += used
    return found


def _take(waiting: Sequence[Parcel], taken: Counter[str], release: Release, owed: int) -> tuple[list[Used], list[Parcel]]:
    """What this release takes of the queue, and who stays in it: whoever has something left, or may have again."""
    found: list[Used] = []
    left: list[Parcel] = []
    for nth, parcel in enumerate(waiting):
        if owed <= 0:
            left += waiting[nth:]
            break
        free = max(0, parcel.standing(release.until) - taken[parcel.key])
        pence = min(free, owed)
        if pence:
            owed -= pence
            taken[parcel.key] += pence
            found.append(Used(parcel.key, release.code, pence))
        if pence < free or parcel.moves_after(release.until):
            left.append(parcel)
    return found, left


def shared(pence: int, kinds: Mapping[str | None, int]) -> list[Share]:
    """An amount shared over kinds of help as they were published, in proportion to what each cost, by the largest remainder.

    A kind to which more came back than went has no share. Where no kind is left, all of it is other help.
    """
    weights = {kind: weight for kind, weight in kinds.items() if weight > 0} or {None: 1}
    shares = split(pence, list(weights.values()))
    return [Share(kind, share) for kind, share in zip(weights, shares, strict=True) if share]


def together(shares: Iterable[Share]) -> list[Share]:
    """Shares of several releases as one list: each kind once, the largest first, other help last."""
    sums: Counter[str | None] = Counter()
    for share in shares:
        sums[share.kind] += share.pence
    return [Share(*one) for one in sorted(sums.items(), key=lambda one: (one[0] is None, -one[1], one[0] or ""))]

"""Somebody who wants to know what one person was given: reads all that is published, follows gifts, gives every day, and reckons.

All that is known are sums over cells: a month, a fund, a kind. The attacker writes each as an equation and eliminates, in many orders:
each row that is left is a sum with as few cells as there can be, so that whatever can be had by adding and subtracting is had. Then
prices are tried: which awards could make up a sum.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import NamedTuple

# Coefficients are kept in a field: exact, and quick.
_PRIME = (1 << 61) - 1


class Cell(NamedTuple):
    """What one fund agreed for one kind of help in one month."""

    month: str
    fund: str
    kind: str


class Award(NamedTuple):
    """The truth: one award, or what was given back of one."""

    cell: Cell
    request: str
    person: str
    team: str
    pence: int


class GiftSeen(NamedTuple):
    """A gift whose page the attacker can open: what stood of it, and what each release used, as the page told it."""

    fund: str
    # Its place among all money that came into the fund.
    nth: int
    net_pence: int
    used: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sum that the attacker has made out, and over which cells; or the prices in it."""

    cells: frozenset[Cell]
    pence: int
    prices: tuple[int, ...] = ()


@dataclass
class Seen:
    """All that was read. Months as 2026-07, quarters as 2026-Q3."""

    months: list[str]
    funds: list[str]
    kinds: list[str]
    # Funds have dates: in which months one agreed anything is taken as known.
    quiet: set[tuple[str, str]] = field(default_factory=set)
    by_month: dict[str, int] = field(default_factory=dict)
    # By quarter, what each kind cost that was named, and other help (None).
    by_kind: dict[str, dict[str | None, int]] = field(default_factory=dict)
    # Fund, first and last quarter, pence.
    by_fund: list[tuple[str, str, str, int]] = field(default_factory=list)
    gifts: list[GiftSeen] = field(default_factory=list)
    # What services paid in is known in the town: fund, place in the queue, pence.
    contributions: list[tuple[str, int, int]] = field(default_factory=list)
    # Common prices of each kind.
    prices: dict[str, list[int]] = field(default_factory=dict)


def quarter_of(month: str) -> str:
    """The quarter of a month, as the books name it."""
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def claims(seen: Seen, *, orders: int, seed: int = 7) -> list[Claim]:
    """All that the attacker makes out of what was seen."""
    equations = [*_totals(seen), *_kinds(seen), *_published_use(seen), *_use_by_traces(seen)]
    found = {Claim(cells, pence) for cells, pence in _subtracted([*equations, *_spans(seen)]) if cells}
    dice = random.Random(seed)
    blocks = _blocks(equations)
    for _ in range(orders):
        found |= _eliminated(equations, blocks, dice)
    return [*found, *(priced for one in sorted(found, key=lambda one: one.pence) for priced in _priced(one, seen))]


def wins(found: Iterable[Claim], truth: Sequence[Award], *, people: int, teams: int) -> list[Claim]:
    """Of the attacker's claims, those that are right and give somebody away: a few stand behind the sum, or their prices are known."""
    by_cell: dict[Cell, list[Award]] = defaultdict(list)
    for award in truth:
        by_cell[award.cell].append(award)
    return [one for one in found if _wins(one, [award for cell in one.cells for award in by_cell[cell]], people, teams)]


def _wins(claim: Claim, behind: Sequence[Award], people: int, teams: int) -> bool:
    if not claim.pence or sum(award.pence for award in behind) != claim.pence:
        return False
    sums = Counter[str]()
    for award in behind:
        sums[award.request] += award.pence
    given = [award for award in behind if sums[award.request] > 0]
    if claim.prices:
        return sorted(sums[award.request] for award in given) == sorted(claim.prices)
    return len({award.person for award in given}) < people or len({award.team for award in given}) < teams


Equation = tuple[frozenset[Cell], int]


def _cells(seen: Seen, *, months: Iterable[str], funds: Iterable[str], kinds: Iterable[str]) -> frozenset[Cell]:
    funds, kinds = list(funds), list(kinds)
    return frozenset(Cell(month, fund, kind) for month in months for fund in funds for kind in kinds if (fund, month) not in seen.quiet)


def _totals(seen: Seen) -> list[Equation]:
    return [(_cells(seen, months=[month], funds=seen.funds, kinds=seen.kinds), pence) for month, pence in seen.by_month.items()]


def _spans(seen: Seen) -> list[Equation]:
    """Months joined to quarters, and quarters to years: the totals of each stretch."""
    quarters = sorted({quarter_of(month) for month in seen.by_month})
    found: list[Equation] = []
    for first in range(len(quarters)):
        for last in range(first, len(quarters)):
            months = [month for month in seen.by_month if quarters[first] <= quarter_of(month) <= quarters[last]]
            found.append((_cells(seen, months=months, funds=seen.funds, kinds=seen.kinds), sum(seen.by_month[month] for month in months)))
    return found


def _subtracted(equations: Sequence[Equation]) -> set[Equation]:
    """Every sum less every sum that lies in it, and less one more."""
    order = sorted({cell for cells, _pence in equations for cell in cells})
    bits = {cell: 1 << nth for nth, cell in enumerate(order)}
    known = {(sum(bits[cell] for cell in cells), pence) for cells, pence in equations if cells}
    found, newest = set(known), known
    for _round in range(2):
        less = {(whole ^ part, pence - some) for whole, pence in newest for part, some in known if part != whole and part & whole == part}
        newest = less - found
        found |= newest
    return {(frozenset(cell for cell in order if bits[cell] & mask), pence) for mask, pence in found}


def _kinds(seen: Seen) -> list[Equation]:
    found: list[Equation] = []
    for quarter, kinds in seen.by_kind.items():
        months = [month for month in seen.months if quarter_of(month) == quarter]
        rest = [kind for kind in seen.kinds if kind not in kinds]
        for kind, pence in kinds.items():
            found.append((_cells(seen, months=months, funds=seen.funds, kinds=rest if kind is None else [kind]), pence))
    return found


def _published_use(seen: Seen) -> list[Equation]:
    return [(_of_fund(seen, fund, since, until), pence) for fund, since, until, pence in seen.by_fund]


def _of_fund(seen: Seen, fund: str, since: str, until: str) -> frozenset[Cell]:
    months = [month for month in seen.months if since <= quarter_of(month) <= until]
    return _cells(seen, months=months, funds=[fund], kinds=seen.kinds)


def _use_by_traces(seen: Seen) -> list[Equation]:
    """What a fund used, from traces alone: all before the last gift that was used in part was used wholly."""
    found: list[Equation] = []
    for fund in seen.funds:
        gifts = sorted((gift for gift in seen.gifts if gift.fund == fund), key=lambda gift: gift.nth)
        told = sorted({quarter for gift in gifts for quarter in gift.used})
        before, since = 0, quarter_of(seen.months[0])
        for quarter in told:
            reached = [gift for gift in gifts if any(code <= quarter for code in gift.used)]
            last = reached[-1]
            part = sum(pence for code, pence in last.used.items() if code <= quarter)
            if part == last.net_pence:
                # It ended with a whole gift, or in a contribution: only a bound.
                continue
            whole = sum(gift.net_pence for gift in gifts if gift.nth < last.nth)
            paid_in = sum(pence for of, nth, pence in seen.contributions if of == fund and nth < last.nth)
            found.append((_of_fund(seen, fund, since, quarter), whole + paid_in + part - before))
            before, since = whole + paid_in + part, _after(seen, quarter)
    return found


def _after(seen: Seen, quarter: str) -> str:
    return min((quarter_of(month) for month in seen.months if quarter_of(month) > quarter), default="9999-Q4")


def _blocks(equations: Sequence[Equation]) -> list[frozenset[Cell]]:
    """Cells that no equation tells apart."""
    kept: dict[tuple[int, ...], set[Cell]] = defaultdict(set)
    every: dict[Cell, list[int]] = defaultdict(list)
    for nth, (cells, _pence) in enumerate(equations):
        for cell in cells:
            every[cell].append(nth)
    for cell, nths in every.items():
        kept[tuple(nths)].add(cell)
    return [frozenset(cells) for cells in kept.values()]


def _eliminated(equations: Sequence[Equation], blocks: Sequence[frozenset[Cell]], dice: random.Random) -> set[Claim]:
    """The rows that are left when cells are eliminated in some order: those that are plain sums."""
    order = list(blocks)
    dice.shuffle(order)
    firsts = [next(iter(block)) for block in order]
    rows = [[int(first in cells) for first in firsts] + [pence % _PRIME] for cells, pence in equations]
    done = 0
    for column in range(len(order)):
        pivot = next((nth for nth in range(done, len(rows)) if rows[nth][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        inverse = pow(rows[done][column], _PRIME - 2, _PRIME)
        rows[done] = [value * inverse % _PRIME for value in rows[done]]
        for nth, row in enumerate(rows):
            if nth != done and row[column]:
                factor = row[column]
                rows[nth] = [(value - factor * other) % _PRIME for value, other in zip(row, rows[done], strict=True)]
        done += 1
    return {claim for row in rows[:done] if (claim := _plain(row, order))}


def _plain(row: Sequence[int], order: Sequence[frozenset[Cell]]) -> Claim | None:
    *values, pence = row
    if any(value not in (0, 1) for value in values):
        return None
    cells = frozenset(cell for value, block in zip(values, order, strict=True) if value for cell in block)
    return Claim(cells, pence if pence < _PRIME // 2 else pence - _PRIME)


# More awards than this make up a sum in too many ways to tell.
_MOST_AWARDS = 5


def _priced(claim: Claim, seen: Seen) -> list[Claim]:
    """The one way in which common prices make up a sum, if there is just one."""
    prices = sorted({price for kind in {cell.kind for cell in claim.cells} for price in seen.prices.get(kind, [])})
    found: list[tuple[int, ...]] = []
    for count in range(1, _MOST_AWARDS + 1):
        if claim.pence > count * max(prices, default=0):
            continue
        found += [chosen for chosen in combinations_with_replacement(prices, count) if sum(chosen) == claim.pence]
        if len(found) > 1:
            return []
    return [Claim(claim.cells, claim.pence, found[0])] if found else []

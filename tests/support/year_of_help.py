"""A year of a town's help and gifts, invented: who had what from which fund, who gave when."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from fundapp.giving.following.tracing import Parcel, Release, use_up
from fundapp.openbooks.fund_use import Moved, Told, tellable
from fundapp.openbooks.suppression import Crowd, safe_table
from tests.support.attacker import Award, Cell, GiftSeen, Seen, quarter_of

GIVING, GENERAL, GRANT = "public-giving", "general", "rough-sleepers"
FUNDS = (GRANT, GIVING, GENERAL)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
MONTHS = [f"2026-{number:02}" for number in range(1, 13)]
QUARTERS = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
# Each kind's common prices, and how often it is asked for.
KINDS: dict[str, tuple[list[int], int]] = {
    "phone": ([3999, 4999, 5999], 8),
    "documents": ([1200, 3400, 8250], 7),
    "furniture": ([6500, 9900, 14900], 5),
    "clothes": ([2500, 4000], 5),
    "travel": ([450, 1180, 2360], 5),
    "tools": ([3150, 7700], 2),
    "course": ([4500, 9000], 1),
    "glasses": ([5950], 1),
}


class Help(NamedTuple):
    """One award, or what came back of one (below nothing)."""

    on: date
    fund: str
    kind: str
    request: str
    person: str
    team: str
    pence: int


class Gift(NamedTuple):
    """One gift, and what the card company kept of it. The attacker's own and those whose pages they were shown are seen."""

    on: date
    fund: str
    pence: int
    fee: int


class PaidIn(NamedTuple):
    """What a service paid into a fund."""

    on: date
    fund: str
    pence: int


@dataclass
class Year:
    """All of it, each list in the order of its days."""

    help: list[Help] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    paid_in: list[PaidIn] = field(default_factory=list)

    def truth(self) -> list[Award]:
        """What nobody should find out."""
        return [Award(Cell(f"{one.on:%Y-%m}", one.fund, one.kind), one.request, one.person, one.team, one.pence) for one in self.help]


def lived(seed: int, *, gifts: int = 1_000, own_every: int = 1, a_month: int = 24) -> Year:
    """A year: most help from the service's grant, much from gifts, little from the general fund, and less in quiet months."""
    dice = random.Random(seed)
    year = Year(
        paid_in=[
            PaidIn(FIRST, GRANT, 2_000_000),
            PaidIn(FIRST, GENERAL, 2_000),
            PaidIn(LAST, GENERAL, 300_000),
            PaidIn(LAST, GIVING, 2_000_000),
        ]
    )
    year.paid_in += [PaidIn(date(2026, month, 9), GIVING, 90_000) for month in (1, 4, 7, 10)]
    for month in MONTHS:
        for _ in range(dice.randrange(a_month // 2, a_month * 3 // 2)):
            _help(year, dice, month, dice.choices(FUNDS, (55, 38, 7))[0])
    days = [FIRST + timedelta(days=number) for number in range(365)]
    own = [Gift(day, GIVING, 300, 25) for day in days[::own_every]]
    others = [_gift(dice, dice.choice(days)) for _ in range(gifts)]
    year.gifts = sorted([*own, *others], key=lambda gift: gift.on)
    year.help.sort(key=lambda one: one.on)
    return year


def plant(year: Year, fund: str, pence: int = 13_743) -> Help:
    """In summer, all that a fund awards is one thing that nobody else had. The rest of the help comes from another fund."""
    other = GIVING if fund == GRANT else GRANT
    of_summer = {one.request for one in year.help if one.fund == fund and quarter_of(f"{one.on:%Y-%m}") == "2026-Q3"}
    year.help = [one._replace(fund=other) if one.request in of_summer else one for one in year.help]
    planted = Help(date(2026, 8, 19), fund, "course", "planted", "planted person", "amber", pence)
    year.help = sorted([*year.help, planted], key=lambda one: one.on)
    return planted


def _help(year: Year, dice: random.Random, month: str, fund: str) -> None:
    kind = dice.choices(list(KINDS), [often for _prices, often in KINDS.values()])[0]
    price = dice.choice(KINDS[kind][0])
    pence = price if dice.random() < 0.5 else price + dice.randrange(-200, 400)
    number = len(year.help)
    # Some come back, and some of their money does.
    person = f"person{dice.randrange(number + 1) if dice.random() < 0.2 else number}"
    one = Help(
        date.fromisoformat(f"{month}-{dice.randrange(1, 28):02}"),
        fund,
        kind,
        f"request{number}",
        person,
        dice.choice(("amber", "north", "quay", "street")),
        pence,
    )
    year.help.append(one)
    if dice.random() < 0.08 and one.on < date(2026, 12, 1):
        back = pence if dice.random() < 0.3 else 150
        year.help.append(one._replace(on=one.on + timedelta(days=dice.randrange(1, 30)), pence=-back))


def _gift(dice: random.Random, on: date) -> Gift:
    pence = dice.choice((300, 500, 500, 1_000, 1_000, 2_000, 5_000))
    return Gift(on, GENERAL if dice.random() < 0.1 else GIVING, pence, (pence * 150 + 5_000) // 10_000 + 20)


class _Kind(NamedTuple):
    kind_code: str
    name: str
    people: int
    teams: int
    spent_pence: int


def published(year: Year, *, kinds_from: Crowd, use_from: Crowd) -> Seen:
    """What somebody sees who reads every page and every gift's page: by the product's own pure parts."""
    seen = blank(year)
    for month in MONTHS:
        seen.by_month[month] = sum(one.pence for one in year.help if f"{one.on:%Y-%m}" == month)
    told: list[Told] = []
    for quarter in QUARTERS:
        of_it = [one for one in year.help if quarter_of(f"{one.on:%Y-%m}") == quarter]
        seen.by_kind[quarter] = _table(of_it, kinds_from)
        moves = [_moved(one) for one in year.help if quarter_of(f"{one.on:%Y-%m}") <= quarter]
        for use in tellable(moves, told, _spans(moves, told, quarter), use_from):
            told.append(use)
            seen.by_fund.append((use.fund, quarter_of(use.since), quarter, use.pence))
    for fund in (GIVING, GENERAL):
        _follow(year, seen, fund)
    return seen


def blank(year: Year) -> Seen:
    """What everybody in town knows before reading anything: funds, kinds and their prices, when a fund is at rest."""
    moved = Counter[tuple[str, str]]()
    for one in year.help:
        moved[one.fund, f"{one.on:%Y-%m}"] += 1
    quiet = {(fund, month) for fund in FUNDS for month in MONTHS if not moved[fund, month]}
    seen = Seen(MONTHS, list(FUNDS), list(KINDS), quiet, prices={kind: prices for kind, (prices, _often) in KINDS.items()})
    for fund in FUNDS:
        for nth, one in enumerate(queue(year, fund)):
            if isinstance(one, PaidIn):
                seen.contributions.append((fund, nth, one.pence))
    return seen


def queue(year: Year, fund: str) -> list[Gift | PaidIn]:
    """The money of a fund in the order it came: on one day, what services paid in comes first."""
    return sorted([one for one in (*year.paid_in, *year.gifts) if one.fund == fund], key=lambda one: one.on)


def _table(of_it: Sequence[Help], least: Crowd) -> dict[str | None, int]:
    sums = Counter[tuple[str, str]]()
    for one in of_it:
        sums[one.kind, one.request] += one.pence

    def behind(codes: frozenset[str]) -> Crowd:
        given = [one for one in of_it if one.kind in codes and sums[one.kind, one.request] > 0]
        return Crowd(len({one.person for one in given}), len({one.team for one in given}))

    kinds = []
    for kind in KINDS:
        crowd = behind(frozenset([kind]))
        kinds.append(_Kind(kind, kind, crowd.people, crowd.teams, sum(one.pence for one in of_it if one.kind == kind)))
    table = safe_table(kinds, behind, least)
    named: dict[str | None, int] = {kind.name: kind.spent_pence for kind in table.named}
    return named if table.other_pence is None else named | {None: table.other_pence}


def _moved(one: Help) -> Moved:
    # The product knows people and teams by numbers; here any that differ will do.
    return Moved(one.fund, f"{one.on:%Y-%m}", one.request, hash(one.person), hash(one.team), one.pence)


def _spans(moves: Sequence[Moved], told: Sequence[Told], quarter: str) -> list[Told]:
    found = []
    last = MONTHS[3 * QUARTERS.index(quarter) + 2]
    for fund in (GIVING, GENERAL):
        since = next((month for month in MONTHS if all(month > one.until for one in told if one.fund == fund)), MONTHS[0])
        span = Told(fund, since, last, 0)
        of_it = [one.pence for one in moves if span.covers(one)]
        if of_it:
            found.append(Told(fund, since, last, sum(of_it)))
    return found


def _follow(year: Year, seen: Seen, fund: str) -> None:
    money = queue(year, fund)
    parcels = [Parcel(str(nth), one.on, ((one.on, net(one)),)) for nth, one in enumerate(money)]
    ends = {code: date(2026, 3 * nth + 3, 31 if nth in {0, 3} else 30) for nth, code in enumerate(QUARTERS)}
    releases = [Release(until, ends[until], pence) for of, _since, until, pence in seen.by_fund if of == fund]
    used: dict[int, dict[str, int]] = {}
    for key, code, pence in use_up(parcels, releases):
        used.setdefault(int(key), {})[code] = pence
    for nth, one in enumerate(money):
        if isinstance(one, Gift):
            seen.gifts.append(GiftSeen(fund, nth, net(one), used.get(nth, {})))


def net(one: Gift | PaidIn) -> int:
    """What reached the fund."""
    return one.pence - (one.fee if isinstance(one, Gift) else 0)

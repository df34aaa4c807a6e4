"""Which fund pays for which thing: the things in their order, out of the funds in the order chosen, one filled after the other. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Share(NamedTuple):
    """What one fund gives for one thing."""

    thing_id: int
    fund_code: str
    pence: int


class Part(NamedTuple):
    """What is left to pay of one part of an award."""

    part_id: int
    thing_id: int
    left_pence: int


def allocate(things: Sequence[tuple[int, int]], funds: Sequence[tuple[str, int]]) -> tuple[Share, ...] | None:
    """Lay things, each with its pence, over funds, each with the most it gives. None where the funds give less than it takes.

    Nothing is given twice and nothing is left over: a thing's shares add up to it, and no fund gives more than it does.
    """
    shares: list[Share] = []
    rooms = [(code, most) for code, most in funds if most > 0]
    for thing_id, pence in things:
        missing = pence
        while missing > 0:
            if not rooms:
                return None
            code, room = rooms[0]
            given = min(missing, room)
            shares.append(Share(thing_id, code, given))
            missing -= given
            rooms[:1] = [(code, room - given)] if room > given else []
    return tuple(shares)


def cut(things: Sequence[tuple[int, int]], amount_pence: int) -> dict[int, int]:
    """An amount over things with their prices: the things in their order, one filled after the other. What is beyond them is left out."""
    found = {}
    for thing_id, pence in things:
        found[thing_id] = min(pence, amount_pence)
        amount_pence -= found[thing_id]
    return found


def clear(parts: Sequence[Part], amount_pence: int, costs: Mapping[int, int] | None = None) -> dict[int, int] | None:
    """A payment over parts in their order; with `costs`, each thing's own over its own parts. None where they do not hold so much."""
    if costs is None:
        left = cut([(part.part_id, part.left_pence) for part in parts], amount_pence)
        return _some(left) if sum(left.values()) == amount_pence else None
    found: dict[int, int] = {}
    for thing_id, pence in costs.items():
        if pence < 0:
            return None
        own = cut([(part.part_id, part.left_pence) for part in parts if part.thing_id == thing_id], pence)
        if sum(own.values()) != pence:
            return None
        found |= own
    return _some(found) if sum(found.values()) == amount_pence else None


def _some(pence: Mapping[int, int]) -> dict[int, int]:
    return {part_id: one for part_id, one in pence.items() if one}

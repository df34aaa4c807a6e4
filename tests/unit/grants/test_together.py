"""Shares of an award, votes of the panel, and the number that freezes what was agreed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.roles import Role
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together.allocating import Part, Share, allocate, clear, cut
from fundapp.grants.together.frozen import digest
from fundapp.grants.together.signers import SEATS, still_needed, takes_more
from fundapp.grants.together.voting import Outcome, outcome

things = st.lists(st.integers(0, 5_000), min_size=1, max_size=6).map(lambda pence: list(enumerate(pence, 1)))
funds = st.lists(st.integers(-50, 9_000), max_size=4).map(lambda rooms: [(f"fund-{n}", room) for n, room in enumerate(rooms)])
AGREED = {
    "request_id": 417,
    "recipient": "person:7",
    "policy_number": 3,
    "signers": "approver",
    "kinds": [(1, "phone"), (2, "bedding")],
    "shares": [Share(1, "public-giving", 3_999), Share(2, "general", 500)],
}


@given(things, funds)
def test_every_penny_of_every_thing_comes_from_one_fund_and_no_fund_gives_more_than_it_has(
    things: list[tuple[int, int]], funds: list[tuple[str, int]]
) -> None:
    shares = allocate(things, funds)
    needed, there = sum(pence for _, pence in things), sum(max(0, room) for _, room in funds)
    assert (shares is None) == (needed > there)
    if shares is not None:
        by_thing, by_fund = Counter[int](), Counter[str]()
        for share in shares:
            by_thing[share.thing_id] += share.pence
            by_fund[share.fund_code] += share.pence
        assert all(share.pence > 0 for share in shares)
        assert all(by_thing[thing] == pence for thing, pence in things)
        assert all(by_fund[code] <= max(0, room) for code, room in funds)
        assert len({(share.thing_id, share.fund_code) for share in shares}) == len(shares)


@given(things, funds)
def test_a_fund_is_only_touched_once_the_one_before_it_is_used_up(things: list[tuple[int, int]], funds: list[tuple[str, int]]) -> None:
    shares = allocate(things, funds) or ()
    used = list(dict.fromkeys(share.fund_code for share in shares))
    rooms = [(code, room) for code, room in funds if room > 0]
    assert used == [code for code, _ in rooms[: len(used)]]
    given = Counter[str]()
    for share in shares:
        given[share.fund_code] += share.pence
    assert all(given[code] == room for code, room in rooms[: max(0, len(used) - 1)])


@given(things, st.integers(0, 30_000))
def test_a_part_fills_the_things_in_their_order(things: list[tuple[int, int]], amount: int) -> None:
    shares = cut(things, amount)
    assert sum(shares.values()) == min(amount, sum(pence for _, pence in things))
    short = [thing for thing, pence in things if shares[thing] < pence]
    assert all(shares[thing] == 0 for thing in short[1:])


parts = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2_000)), min_size=1, max_size=6).map(
    lambda rows: [Part(place, thing, left) for place, (thing, left) in enumerate(rows, 1)]
)


@given(parts, st.integers(0, 9_000))
def test_a_payment_clears_parts_in_order_and_never_more_than_is_left_of_one(parts: list[Part], amount: int) -> None:
    cleared = clear(parts, amount)
    left = {part.part_id: part.left_pence for part in parts}
    assert (cleared is None) == (amount > sum(left.values()))
    if cleared is not None:
        assert sum(cleared.values()) == amount
        assert all(0 < pence <= left[part] for part, pence in cleared.items())


@given(parts, st.dictionaries(st.integers(1, 4), st.integers(-5, 3_000), max_size=3))
def test_what_each_thing_cost_is_cleared_of_that_things_parts_alone(parts: list[Part], costs: dict[int, int]) -> None:
    cleared = clear(parts, sum(costs.values()), costs)
    held = Counter[int]()
    for part in parts:
        held[part.thing_id] += part.left_pence
    assert (cleared is None) == any(pence < 0 or pence > held[thing] for thing, pence in costs.items())
    if cleared is not None:
        things = {part.part_id: part.thing_id for part in parts}
        by_thing = Counter[int]()
        for part, pence in cleared.items():
            by_thing[things[part]] += pence
        assert all(by_thing[thing] == pence for thing, pence in costs.items())


def test_costs_that_do_not_add_up_to_the_payment_clear_nothing() -> None:
    assert clear([Part(1, 1, 900)], 800, {1: 700}) is None


@pytest.mark.parametrize(
    ("votes_for", "votes_against", "to_come", "closed", "says"),
    [
        (0, 0, 3, False, Outcome.OPEN),
        (1, 0, 1, False, Outcome.OPEN),
        (2, 0, 1, False, Outcome.AGREED),
        (2, 1, 0, False, Outcome.AGREED),
        (2, 1, 2, False, Outcome.OPEN),
        (1, 1, 0, False, Outcome.DECLINED),
        (1, 1, 1, False, Outcome.OPEN),
        (0, 2, 2, False, Outcome.DECLINED),
        (1, 1, 3, True, Outcome.DECLINED),
        (2, 1, 3, True, Outcome.AGREED),
        (1, 0, 3, True, Outcome.LAPSED),
        (1, 0, 0, False, Outcome.LAPSED),
        (0, 0, 1, False, Outcome.LAPSED),
    ],
)
def test_how_a_vote_stands(votes_for: int, votes_against: int, to_come: int, closed: bool, says: Outcome) -> None:
    votes = {"votes_for": votes_for, "votes_against": votes_against, "still_to_vote": to_come}
    assert outcome(**votes, quorum=2, closed=closed) is says


counts = st.integers(0, 9)


@given(counts, counts, counts, st.integers(2, 5))
def test_a_vote_that_is_settled_early_comes_out_the_same_however_the_rest_vote(yes: int, no: int, rest: int, quorum: int) -> None:
    early = outcome(votes_for=yes, votes_against=no, still_to_vote=rest, quorum=quorum, closed=False)
    if early in {Outcome.AGREED, Outcome.DECLINED}:
        for more in range(rest + 1):
            for against in range(rest - more + 1):
                votes = {"votes_for": yes + more, "votes_against": no + against, "still_to_vote": 0}
                assert outcome(**votes, quorum=quorum, closed=True) is early
    assert early is not Outcome.OPEN or rest > 0


@given(counts, counts, counts, st.integers(2, 5))
def test_no_vote_agrees_without_its_quorum_and_a_majority(yes: int, no: int, rest: int, quorum: int) -> None:
    for closed in (False, True):
        if outcome(votes_for=yes, votes_against=no, still_to_vote=rest, quorum=quorum, closed=closed) is Outcome.AGREED:
            assert yes > no
            assert yes + no >= quorum
    assert outcome(votes_for=yes, votes_against=no, still_to_vote=rest, quorum=quorum, closed=True) is not Outcome.OPEN


@pytest.mark.parametrize(
    "change",
    [
        {"request_id": 418},
        {"recipient": "person:8"},
        {"recipient": "group:7"},
        {"policy_number": 4},
        {"policy_number": None},
        {"signers": "policy"},
        {"kinds": [(2, "bedding"), (1, "phone")]},
        {"kinds": [(1, "phone"), (2, "bed")]},
        {"shares": [Share(1, "public-giving", 3_998), Share(2, "general", 501)]},
        {"shares": [Share(1, "general", 3_999), Share(2, "general", 500)]},
    ],
)
def test_whatever_of_an_award_changes_its_number_changes(change: dict[str, object]) -> None:
    assert digest(**{**AGREED, **change}) != digest(**AGREED)


def test_the_number_of_an_award_is_this_for_ever() -> None:
    """A test vector: what was frozen once is made again years later."""
    assert digest(**AGREED) == "f2e571ef0c400d798d2e1cbdf57d78dc2cbc8efc236f3cf16dc057f0ea09d01c"


@pytest.mark.parametrize("signers", list(Signers))
def test_who_has_signed_is_no_longer_needed_and_a_seat_counts_once_for_each_signature(signers: Signers) -> None:
    seats = SEATS[signers]
    assert still_needed(signers, []) == seats
    assert still_needed(signers, seats) == ()
    assert takes_more(signers) == (len(seats) > 1)


def test_a_finance_officers_word_does_not_stand_for_a_second_approvers() -> None:
    assert still_needed(Signers.TWO_APPROVERS_OR_PANEL, [Role.APPROVER, Role.FINANCE]) == (Role.APPROVER,)
    assert still_needed(Signers.APPROVER_AND_FINANCE, [Role.APPROVER, Role.APPROVER]) == (Role.FINANCE,)

"""What a policy says, what does not go together in it, and which seats it leaves empty: without a database."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.roles import Role
from fundapp.grants.policy import said
from fundapp.grants.policy.faults import faults
from fundapp.grants.policy.seats import Gap, Holder, gaps
from fundapp.grants.policy.tiers import FIRST_TIERS, UNSIGNED, Answer, Policy, Signers, Tier

SIGNED = replace(UNSIGNED, number=7)
OFFICE, AMBER, PARTNER = 1, 2, 3


def office(approvers: int = 2, finance: int = 3, panel: int = 0, *, worker_in: int = PARTNER) -> list[Holder]:
    """A worker in one team, and a fund office of its own."""
    roles = [Role.APPROVER] * approvers + [Role.FINANCE] * finance + [Role.PANEL] * panel
    return [
        Holder(1, worker_in, frozenset({Role.KEY_WORKER})),
        *(Holder(number, OFFICE, frozenset({role})) for number, role in enumerate(roles, start=2)),
    ]


@pytest.mark.parametrize(
    ("pence", "signers"),
    [
        (1, Signers.APPROVER),
        (10_000, Signers.APPROVER),
        (10_001, Signers.APPROVER_AND_FINANCE),
        (50_000, Signers.APPROVER_AND_FINANCE),
        (50_001, Signers.TWO_APPROVERS_OR_PANEL),
        (10**9, Signers.TWO_APPROVERS_OR_PANEL),
    ],
)
def test_each_amount_has_its_tier_to_the_penny(pence: int, signers: Signers) -> None:
    assert SIGNED.tier_for(pence).signers is signers


def test_nothing_is_agreed_by_a_policy_that_nobody_signed() -> None:
    assert UNSIGNED.at_once_pence == 0
    assert UNSIGNED.tier_for(100, by_policy=True).signers is Signers.APPROVER
    assert SIGNED.at_once_pence == 5_000
    assert SIGNED.tier_for(5_000, by_policy=True).signers is Signers.POLICY
    assert SIGNED.tier_for(5_001, by_policy=True).signers is Signers.APPROVER


def test_what_comes_with_the_software_goes_together() -> None:
    assert faults(UNSIGNED) == []


@pytest.mark.parametrize(
    ("changed", "said_so"),
    [
        ({"tiers": ()}, "The last step reaches"),
        ({"tiers": FIRST_TIERS[:1]}, "The last step reaches"),
        ({"tiers": FIRST_TIERS[:3]}, "The last step reaches"),
        ({"tiers": (FIRST_TIERS[3], FIRST_TIERS[3])}, "The last step reaches"),
        ({"tiers": (replace(FIRST_TIERS[1], up_to_pence=0), FIRST_TIERS[3])}, "ends between 1p"),
        ({"tiers": (replace(FIRST_TIERS[1], up_to_pence=-1), FIRST_TIERS[3])}, "ends between 1p"),
        ({"tiers": (replace(FIRST_TIERS[1], up_to_pence=10**9), FIRST_TIERS[3])}, "ends between 1p"),
        ({"tiers": (FIRST_TIERS[0], replace(FIRST_TIERS[1], up_to_pence=5_000), FIRST_TIERS[3])}, "further than the one before"),
        ({"tiers": (replace(FIRST_TIERS[2], up_to_pence=9_000), FIRST_TIERS[1], FIRST_TIERS[3])}, "the more people sign"),
        ({"tiers": (replace(FIRST_TIERS[1], answer=Answer.AT_ONCE), FIRST_TIERS[3])}, "nothing else is"),
        ({"tiers": (replace(FIRST_TIERS[0], answer=Answer.SAME_DAY), *FIRST_TIERS[1:])}, "nothing else is"),
        ({"weekly_fund_pence": 0}, "Each limit"),
        ({"person_cap_pence": -5}, "Each limit"),
        ({"group_cap_pence": 10**9}, "Each limit"),
        ({"look_at_one_in": 0}, "are looked at"),
        ({"panel_quorum": 1}, "of the panel must vote"),
        ({"panel_quorum": 10}, "of the panel must vote"),
    ],
)
def test_what_does_not_go_together_is_said(changed: dict[str, object], said_so: str) -> None:
    assert any(said_so in words for words in faults(replace(UNSIGNED, **changed)))  # type: ignore[arg-type]


def test_differences_name_what_changed_and_nothing_else() -> None:
    after = replace(SIGNED, person_cap_pence=60_000, tiers=(FIRST_TIERS[1], FIRST_TIERS[3]))
    told = {line.name: (line.before, line.after) for line in said.changes(SIGNED, after)}
    assert told["The most for one person in 12 months"] == ("£500.00", "£600.00")
    assert told["The policy itself"] == ("up to £50.00, at once", "not said")
    assert "One approver" not in told
    assert said.changes(SIGNED, replace(SIGNED, number=8)) == []


def test_the_offices_that_are_whole_leave_no_seat_empty() -> None:
    assert gaps(SIGNED, office()) == []
    assert gaps(SIGNED, office(approvers=1, panel=2)) == []
    assert gaps(SIGNED, office(approvers=2, finance=3, worker_in=AMBER)) == []


@pytest.mark.parametrize(
    ("holders", "seats", "above"),
    [
        (office(approvers=0), (Role.APPROVER,), 0),
        (office(finance=1), (Role.FINANCE,), 0),
        (office(finance=2), (Role.FINANCE,), 10_000),
        (office(approvers=1), (Role.APPROVER,), 50_000),
        (office(approvers=1, panel=1), (Role.APPROVER,), 50_000),
        ([], (Role.APPROVER, Role.FINANCE, Role.FINANCE), 0),
    ],
)
def test_an_empty_seat_is_named_with_the_amount_from_which_it_is_missed(holders: list[Holder], seats: tuple[Role, ...], above: int) -> None:
    found = gaps(SIGNED, holders)
    assert (found[0].seats, found[0].above_pence, found[0].team_id) == (seats, above, None)


def test_a_team_whose_own_people_hold_the_seats_is_the_one_that_misses_them() -> None:
    # The third finance officer sits in the team that asks.
    people = [
        *office(finance=2, worker_in=AMBER),
        Holder(90, AMBER, frozenset({Role.FINANCE})),
        Holder(91, PARTNER, frozenset({Role.KEY_WORKER})),
    ]
    assert gaps(SIGNED, people) == [Gap(AMBER, FIRST_TIERS[2], 10_000, (Role.FINANCE,))]


def test_an_administrators_account_fills_no_seat() -> None:
    people = [*office(approvers=1, panel=0), Holder(90, OFFICE, frozenset({Role.APPROVER, Role.ADMIN}))]
    assert [one.seats for one in gaps(SIGNED, people)] == [(Role.APPROVER,)]


def test_somebody_with_two_seats_sits_in_one_of_them() -> None:
    both = Holder(90, OFFICE, frozenset({Role.APPROVER, Role.FINANCE}))
    # They may be the second approver or the third finance officer, as each request needs it.
    assert gaps(SIGNED, [*office(approvers=1, finance=3), both]) == []
    assert gaps(SIGNED, [*office(approvers=2, finance=2), both]) == []
    assert [one.above_pence for one in gaps(SIGNED, [*office(approvers=1, finance=1), both])] == [10_000, 50_000]


def test_a_bigger_quorum_needs_more_of_the_panel() -> None:
    three = replace(SIGNED, panel_quorum=3)
    assert gaps(three, office(approvers=1, panel=3)) == []
    assert gaps(three, office(approvers=1, panel=2)) != []


PERSON = st.tuples(st.sampled_from((OFFICE, AMBER)), st.frozensets(st.sampled_from(list(Role)), min_size=1, max_size=3))


@given(st.lists(PERSON, max_size=6))
def test_a_tier_has_a_gap_just_where_no_seating_of_all_people_fills_it(drawn: list[tuple[int, frozenset[Role]]]) -> None:
    people = [Holder(number, team, roles) for number, (team, roles) in enumerate(drawn)]
    policy = Policy(1, (Tier(Signers.APPROVER_AND_FINANCE, Answer.TWO_DAYS),))
    seats = (Role.APPROVER, Role.FINANCE, Role.FINANCE, Role.FINANCE)

    def can_sit(able: list[Holder]) -> bool:
        return any(
            all(role in one.roles for role, one in zip(seats, order, strict=True))
            for four in combinations(able, 4)
            for order in permutations(four)
        )

    def able(team: int | None) -> list[Holder]:
        return [one for one in people if one.team_id != team and Role.ADMIN not in one.roles]

    asking = [None, *sorted({one.team_id for one in people if Role.KEY_WORKER in one.roles})]
    assert bool(gaps(policy, people)) == any(not can_sit(able(team)) for team in asking)

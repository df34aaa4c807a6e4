"""Nobody can be picked out of what is published."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.openbooks.suppression import K_PEOPLE, K_TEAMS, Crowd, safe_table


@dataclass(frozen=True)
class Help:
    """One kind of help in a period, as the grants room tells it."""

    kind_code: str
    people: int
    teams: int
    spent_pence: int

    @property
    def name(self) -> str:
        return self.kind_code.title()


@dataclass(frozen=True)
class Grant:
    """One thing bought for one person."""

    person: int
    kind: str
    pence: int

    @property
    def team(self) -> int:
        return self.person % 4


def told(grants: Sequence[Grant]) -> list[Help]:
    """What the grants room would count."""
    kinds = sorted({one.kind for one in grants})
    return [
        Help(
            kind,
            len({one.person for one in grants if one.kind == kind}),
            len({one.team for one in grants if one.kind == kind}),
            sum(one.pence for one in grants if one.kind == kind),
        )
        for kind in kinds
    ]


def crowd_of(grants: Sequence[Grant], kinds: frozenset[str]) -> Crowd:
    """The people who really stand behind some kinds."""
    chosen = [one for one in grants if one.kind in kinds]
    return Crowd(len({one.person for one in chosen}), len({one.team for one in chosen}))


def named(kinds: Sequence[Help]) -> list[str]:
    return [one.name for one in safe_table(kinds).named]


def test_a_kind_is_named_from_five_people_and_three_teams_on() -> None:
    assert named([Help("phone", 5, 3, 100)]) == ["Phone"]


@pytest.mark.parametrize(("people", "teams"), [(4, 3), (5, 2), (4, 2), (1, 1), (40, 2)])
def test_one_person_or_one_team_fewer_and_it_is_not_named(people: int, teams: int) -> None:
    table = safe_table([Help("phone", people, teams, 100), Help("bed", 9, 4, 900), Help("bus", 8, 4, 300)])
    assert "Phone" not in [one.name for one in table.named]
    assert table.total_pence == 1300


def test_a_single_hidden_kind_takes_the_smallest_named_one_with_it() -> None:
    table = safe_table([Help("phone", 4, 3, 100), Help("bed", 9, 4, 900), Help("bus", 6, 4, 300), Help("haircut", 7, 3, 50)])
    assert [one.name for one in table.named] == ["Bed", "Haircut"]
    assert table.other_pence == 400


def test_two_hidden_kinds_with_too_few_people_between_them_take_another_along() -> None:
    kinds = [Help("phone", 1, 1, 100), Help("tools", 1, 1, 70), Help("bed", 9, 4, 900), Help("bus", 6, 4, 300)]
    assert safe_table(kinds).other_pence == 470
    assert named(kinds) == ["Bed"]


def test_two_hidden_kinds_that_hide_each_other_leave_the_rest_alone() -> None:
    kinds = [Help("phone", 4, 2, 100), Help("tools", 4, 3, 70), Help("bed", 9, 4, 900), Help("bus", 6, 4, 300)]
    table = safe_table(kinds, lambda codes: Crowd(7, 3))
    assert [one.name for one in table.named] == ["Bed", "Bus"]
    assert table.other_pence == 170


def test_nothing_hidden_means_no_other_line() -> None:
    table = safe_table([Help("bed", 9, 4, 900), Help("bus", 6, 4, 300)])
    assert table.other_pence is None
    assert table.total_pence == 1200


def test_the_most_costly_kind_stands_first() -> None:
    assert named([Help("bus", 9, 4, 300), Help("bed", 6, 4, 900)]) == ["Bed", "Bus"]


def test_when_too_few_were_helped_there_is_one_line_without_a_kind() -> None:
    table = safe_table([Help("phone", 1, 1, 3999)])
    assert (table.named, table.other_pence, table.total_pence) == ((), 3999, 3999)


def test_no_help_is_an_empty_table() -> None:
    table = safe_table([Help("phone", 0, 0, 0)])
    assert (table.named, table.other_pence, table.total_pence) == ((), None, 0)


def test_money_given_back_is_not_lost_from_the_sum() -> None:
    table = safe_table([Help("phone", 0, 0, -500), Help("bed", 9, 4, 900), Help("bus", 6, 4, 300)])
    assert table.total_pence == 700
    assert sum(one.spent_pence for one in table.named) + (table.other_pence or 0) == 700


GRANTS = st.lists(st.builds(Grant, st.integers(0, 14), st.sampled_from(["bed", "bus", "haircut", "id", "phone"]), st.integers(1, 20000)))


@given(GRANTS, st.booleans())
def test_whatever_was_granted_the_lines_add_up_and_each_stands_for_a_crowd(grants: list[Grant], exact: bool) -> None:
    kinds = told(grants)
    table = safe_table(kinds, (lambda codes: crowd_of(grants, codes)) if exact else None)
    assert sum(one.spent_pence for one in table.named) + (table.other_pence or 0) == table.total_pence
    assert table.total_pence == sum(one.pence for one in grants)
    shown = {one.name.lower() for one in table.named}
    for kind in shown:
        crowd = crowd_of(grants, frozenset({kind}))
        assert crowd.people >= K_PEOPLE
        assert crowd.teams >= K_TEAMS
    hidden = frozenset(one.kind for one in grants) - shown
    if hidden and shown:
        crowd = crowd_of(grants, hidden)
        assert len(hidden) >= 2, "whoever knows the total could subtract their way to the one hidden kind"
        assert crowd.people >= K_PEOPLE
        assert crowd.teams >= K_TEAMS


@given(GRANTS)
def test_the_order_in_which_kinds_are_told_changes_nothing(grants: list[Grant]) -> None:
    kinds = told(grants)
    assert safe_table(kinds) == safe_table(kinds[::-1])

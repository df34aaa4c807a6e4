"""Which kinds of help of a quarter may be told, counted in the database: nobody can be picked out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.money import pounds
from fundapp.core.quarters import quarter_of
from fundapp.ledger import queries as ledger_queries
from fundapp.openbooks import publishing
from tests.builders import ledger
from tests.builders.openbooks import help_given

JULY = date(2026, 7, 10)


@pytest.fixture(autouse=True)
def books(session: Session) -> Iterator[None]:
    """On 21 November 2026 there is money, and nobody has been helped."""
    with clock.at(datetime(2026, 11, 21, 12, tzinfo=UTC)):
        ledger.open_books(session)
        ledger.pay_in(session, 1_000_000, on=date(2026, 1, 2))
        yield


def give(session: Session, kind: str, people: int, teams: int, pence: int = 1000, on: date = JULY) -> None:
    """The same help for several people, spread over several teams."""
    for number in range(people):
        help_given(session, kind, f"{kind}{number}", f"{kind}-team{number % teams}", pence, on)


def table(session: Session, on: date = JULY) -> list[str]:
    """The lines that the quarter of a day would be published with."""
    found = publishing.help_given(session, quarter_of(on))
    lines = [f"{kind.name} {kind.people} {pounds(kind.spent_pence)}" for kind in found.named]
    other = [] if found.other_pence is None else [f"Other help {pounds(found.other_pence)}"]
    return [*lines, *other, f"All {pounds(found.total_pence)}"]


def test_a_kind_stands_with_its_people_when_five_had_it_through_three_teams(session: Session) -> None:
    give(session, "phone", 5, 3)
    give(session, "bed", 6, 4, 2000)
    assert table(session) == ["Bed 6 £120.00", "Phone 5 £50.00", "All £170.00"]


@pytest.mark.parametrize(("people", "teams"), [(4, 3), (5, 2)])
def test_a_kind_with_one_person_or_team_too_few_is_not_named(session: Session, people: int, teams: int) -> None:
    give(session, "phone", people, teams)
    give(session, "bed", 6, 4, 2000)
    give(session, "bus", 5, 3, 300)
    assert table(session) == [
        "Bed 6 £120.00",
        f"Other help {pounds(people * 1000 + 1500)}",
        f"All {pounds(people * 1000 + 13_500)}",
    ]


def test_two_small_kinds_hide_behind_each_other_when_enough_different_people_had_them(session: Session) -> None:
    give(session, "bed", 6, 4, 2000)
    give(session, "phone", 4, 3)
    give(session, "bus", 3, 2, 300)
    assert table(session) == ["Bed 6 £120.00", "Other help £49.00", "All £169.00"]


def test_two_small_kinds_that_the_same_four_had_do_not_hide_each_other(session: Session) -> None:
    give(session, "bed", 6, 4, 2000)
    give(session, "phone", 4, 3)
    for number in range(4):
        help_given(session, "bus", f"phone{number}", f"phone-team{number % 3}", 300, JULY)
    assert table(session) == ["Other help £172.00", "All £172.00"]


def test_several_grants_to_the_same_five_people_count_five_once(session: Session) -> None:
    give(session, "phone", 5, 3)
    give(session, "phone", 4, 3)
    assert table(session)[0] == "Phone 5 £90.00"


def test_four_people_helped_five_times_are_still_four(session: Session) -> None:
    give(session, "phone", 4, 3)
    give(session, "phone", 1, 1)
    assert table(session) == ["Other help £50.00", "All £50.00"]


def test_a_quarter_is_its_london_days_and_no_other(session: Session) -> None:
    give(session, "phone", 9, 4, on=date(2026, 9, 30))
    give(session, "bed", 7, 3, on=date(2026, 6, 30))
    give(session, "bus", 6, 3, on=date(2026, 10, 1))
    assert table(session) == ["Phone 9 £90.00", "All £90.00"]
    assert table(session, date(2026, 5, 1)) == ["Bed 7 £70.00", "All £70.00"]


def test_the_lines_add_up_to_the_ledger_s_own_figure_for_the_quarter(session: Session) -> None:
    for kind, people, teams, pence in [("phone", 6, 3, 3999), ("bed", 8, 4, 15_999), ("tools", 2, 1, 777), ("bus", 1, 1, 305)]:
        give(session, kind, people, teams, pence)
    spent = sum(
        ledger_queries.balance_pence(session, account.code, since=date(2026, 7, 1), as_of=date(2026, 9, 30))
        for account in ledger_queries.accounts(session)
        if account.code.startswith("help-")
    )
    lines = table(session)
    pence = [int(line.rpartition("£")[2].replace(",", "").replace(".", "")) for line in lines]
    assert sum(pence[:-1]) == pence[-1] == spent


def test_what_came_later_changes_no_closed_quarter(session: Session) -> None:
    give(session, "phone", 6, 3)
    before = table(session)
    give(session, "phone", 9, 4, on=date(2026, 10, 5))
    give(session, "bed", 1, 1, on=date(2026, 11, 20))
    assert table(session) == before

"""Kinds of help on /open: by closed quarters, and so that nobody can be picked out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.money import pounds
from fundapp.ledger import queries as ledger_queries
from tests.builders import ledger
from tests.builders.openbooks import help_given
from tests.support.page import Page
from tests.support.web import Client

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


def table(page: Page, number: int = 0) -> list[str]:
    """The lines of one quarter's table."""
    rows = page.soup.select("table.kinds")[number].select("tbody tr, tfoot tr")
    return [" ".join(row.get_text(" ").split()) for row in rows]


def test_a_kind_stands_with_its_people_when_five_had_it_through_three_teams(session: Session, client: Client) -> None:
    give(session, "phone", 5, 3)
    give(session, "bed", 6, 4, 2000)
    assert table(client.get("/open")) == ["Bed 6 £120.00", "Phone 5 £50.00", "All help agreed £170.00"]


@pytest.mark.parametrize(("people", "teams"), [(4, 3), (5, 2)])
def test_a_kind_with_one_person_or_team_too_few_is_not_named(session: Session, client: Client, people: int, teams: int) -> None:
    give(session, "phone", people, teams)
    give(session, "bed", 6, 4, 2000)
    give(session, "bus", 5, 3, 300)
    page = client.get("/open")
    assert "Phone" not in page.text("#kinds")
    assert table(page) == [
        "Bed 6 £120.00",
        f"Other help – not told {pounds(people * 1000 + 1500)}",
        f"All help agreed {pounds(people * 1000 + 13_500)}",
    ]


def test_two_small_kinds_hide_behind_each_other_when_enough_different_people_had_them(session: Session, client: Client) -> None:
    give(session, "bed", 6, 4, 2000)
    give(session, "phone", 4, 3)
    give(session, "bus", 3, 2, 300)
    assert table(client.get("/open")) == ["Bed 6 £120.00", "Other help – not told £49.00", "All help agreed £169.00"]


def test_two_small_kinds_that_the_same_four_had_do_not_hide_each_other(session: Session, client: Client) -> None:
    give(session, "bed", 6, 4, 2000)
    give(session, "phone", 4, 3)
    for number in range(4):
        help_given(session, "bus", f"phone{number}", f"phone-team{number % 3}", 300, JULY)
    assert table(client.get("/open")) == ["Other help – not told £172.00", "All help agreed £172.00"]


def test_several_grants_to_the_same_five_people_count_five_once(session: Session, client: Client) -> None:
    give(session, "phone", 5, 3)
    give(session, "phone", 4, 3)
    assert table(client.get("/open"))[0] == "Phone 5 £90.00"


def test_four_people_helped_five_times_are_still_four(session: Session, client: Client) -> None:
    give(session, "phone", 4, 3)
    give(session, "phone", 1, 1)
    assert table(client.get("/open")) == ["Other help – not told £50.00", "All help agreed £50.00"]


def test_the_quarter_that_is_not_over_is_not_told(session: Session, client: Client) -> None:
    give(session, "phone", 9, 4, on=date(2026, 10, 1))
    assert "Phone" not in client.get("/open").text("#kinds")


def test_a_quarter_ends_on_london_s_last_day_and_the_one_before_stands_beside_it(session: Session, client: Client) -> None:
    give(session, "phone", 9, 4, on=date(2026, 9, 30))
    give(session, "bed", 7, 3, on=date(2026, 6, 30))
    page = client.get("/open")
    assert page.texts("#kinds h3") == ["July to September 2026", "April to June 2026"]
    assert (table(page, 0)[0], table(page, 1)[0]) == ("Phone 9 £90.00", "Bed 7 £70.00")


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        ("2026-03-31T22:59", "October to December 2025"),
        ("2026-03-31T23:00", "January to March 2026"),
        ("2026-09-30T22:59", "April to June 2026"),
        ("2026-09-30T23:00", "July to September 2026"),
        ("2026-12-31T23:59", "July to September 2026"),
        ("2027-01-01T00:00", "October to December 2026"),
    ],
)
def test_a_quarter_is_told_from_london_s_midnight_on(client: Client, moment: str, quarter: str) -> None:
    with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
        assert client.get("/open").texts("#kinds h3")[0] == quarter


def test_the_lines_add_up_to_the_ledger_s_own_figure_for_the_quarter(session: Session, client: Client) -> None:
    for kind, people, teams, pence in [("phone", 6, 3, 3999), ("bed", 8, 4, 15_999), ("tools", 2, 1, 777), ("bus", 1, 1, 305)]:
        give(session, kind, people, teams, pence)
    spent = sum(
        ledger_queries.balance_pence(session, account.code, since=date(2026, 7, 1), as_of=date(2026, 9, 30))
        for account in ledger_queries.accounts(session)
        if account.code.startswith("help-")
    )
    lines = table(client.get("/open"))
    pence = [int(line.rpartition("£")[2].replace(",", "").replace(".", "")) for line in lines]
    assert sum(pence[:-1]) == pence[-1] == spent


def test_what_came_later_changes_no_closed_quarter(session: Session, client: Client) -> None:
    give(session, "phone", 6, 3)
    before = table(client.get("/open"))
    give(session, "phone", 9, 4, on=date(2026, 10, 5))
    give(session, "bed", 1, 1, on=date(2026, 11, 20))
    assert table(client.get("/open")) == before

"""Follow your gift: used in the order it came, told once its quarter is published, to the penny, and never otherwise after."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.core.quarters import quarter_of
from fundapp.giving import queries
from fundapp.giving.following import did, releasing
from fundapp.giving.following.models import TraceUse
from fundapp.giving.models import Donation
from fundapp.ledger import published_quarters
from fundapp.ledger import service as ledger_service
from fundapp.openbooks import publishing
from tests.builders import ledger, people
from tests.builders.openbooks import close_books, help_given, publish
from tests.builders.traces import address, given, given_back
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import Client

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
JUNE, SEPTEMBER, DECEMBER = date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)


@pytest.fixture(scope="module")
def lived(cluster: Cluster) -> str:
    """Three quarters: gifts, a contribution between them, and help from what was given and from what a service gave. Nothing is closed.

    £10 is used in spring; in summer so few people are helped from gifts that it is carried.
    """
    name = f"followed_{uuid4().hex[:12]}"
    with cluster.growing_template(name) as database, database.session() as session:
        with clock.at(datetime(2026, 3, 31, 9, tzinfo=UTC)):
            ledger.open_books(session)
            people.fund_holder(session)
        with clock.at(NOW):
            ledger.pay_in(session, 1_000_000, "rough-sleepers", on=date(2026, 4, 1))
            given(session, 1_000, date(2026, 4, 2), fee=35)
            ledger.pay_in(session, 10_000, on=date(2026, 5, 2))
            given(session, 2_000, date(2026, 5, 3), fee=50)
            given(session, 50_000, date(2026, 6, 30), fee=700, settled=date(2026, 7, 2))
            for kind, many, pence, on, fund in (
                ("phone", 5, 200, date(2026, 5, 5), "public-giving"),
                ("bed", 9, 2_000, date(2026, 5, 6), "rough-sleepers"),
                ("tools", 2, 6_000, date(2026, 8, 5), "public-giving"),
                ("bed", 9, 2_000, date(2026, 8, 6), "rough-sleepers"),
                ("phone", 5, 900, date(2026, 11, 5), "public-giving"),
                ("bed", 9, 3_000, date(2026, 11, 6), "rough-sleepers"),
            ):
                for nth in range(many):
                    help_given(session, kind, f"{kind}{on:%m}{nth}", f"team{nth % 3}", pence, on, fund)
        session.commit()
    return name


@pytest.fixture
def own_database(cluster: Cluster, lived: str) -> Iterator[OwnDatabase]:
    """A copy of it, on 20 January 2027: each test closes books of its own."""
    with cluster.clone(lived) as database, clock.at(NOW):
        yield database


@pytest.fixture
def database(own_database: OwnDatabase) -> Database:
    """What the pages read."""
    return own_database


def gifts(session: Session) -> list[Donation]:
    return list(session.scalars(select(Donation).order_by(Donation.paid_at)))


def tell(session: Session, until: date) -> list[str]:
    """Close the books to a day, publish what can be, and release what was published."""
    close_books(session, until)
    publish(session)
    with transaction(session):
        return releasing.release_due(session)


def rows(session: Session) -> list[tuple[str, str, int]]:
    found = session.execute(
        select(TraceUse.donation_id, TraceUse.quarter, TraceUse.used_pence).order_by(TraceUse.quarter, TraceUse.used_pence)
    )
    return [(str(identity), quarter, pence) for identity, quarter, pence in found]


def used(session: Session) -> dict[str, list[tuple[str, str, int]]]:
    said = published_quarters.all_published(session, clock.today())
    return {one.code: [(use.fund, use.since, use.pence) for use in one.used] for one in said}


def test_a_gift_waits_until_its_quarter_is_published_and_is_then_told_to_the_penny(session: Session, client: Client) -> None:
    first, second, _third = gifts(session)
    page = client.get(address(first))
    assert "Waiting to be used" in page.text("#did")
    assert "after 30 June 2026 at the soonest" in page.text("#did")
    assert tell(session, JUNE) == ["2026-Q2"]
    page = client.get(address(first))
    assert page.text("#did h2") == "Your £10 did this"
    assert "It was used in April to June 2026" in page.text("#did")
    assert page.text("#did .sum") == "Bed £9.14 Phone £0.51 Card fee £0.35 Adds up to £10.00"
    # The second has not been reached: the same quarter is its example.
    page = client.get(address(second))
    assert "Waiting to be used" in page.text("#did")
    assert page.text("#did .sum") == "Bed £18.47 Phone £1.03 Card fee £0.50 Adds up to £20.00"


def test_what_too_few_people_had_is_carried_and_told_with_the_next_quarter(session: Session, client: Client) -> None:
    first, second, third = gifts(session)
    assert tell(session, SEPTEMBER) == ["2026-Q2"]
    assert used(session) == {"2026-Q2": [("public-giving", "2026-Q2", 1_000)], "2026-Q3": []}
    assert "Waiting to be used" in client.get(address(second)).text("#did")
    assert tell(session, DECEMBER) == ["2026-Q4"]
    assert used(session)["2026-Q4"] == [("public-giving", "2026-Q3", 16_500)]
    # £10 and £165 in all: what the service paid in stood between the gifts, and is used before them.
    assert rows(session) == [
        (str(first.id), "2026-Q2", 965),
        (str(second.id), "2026-Q4", 1_950),
        (str(third.id), "2026-Q4", 4_585),
    ]
    page = client.get(address(third))
    assert "It was used in July to December 2026" in page.text("#did")
    assert "£447.15 of it still waits to be used" in page.text("#did")
    assert page.text("#did .sum").endswith("Card fee £7.00 Waiting to be used £447.15 Adds up to £500.00")


def test_what_is_given_back_after_a_release_changes_no_trace(session: Session, client: Client) -> None:
    tell(session, JUNE)
    before = rows(session)
    first, second, third = gifts(session)
    with transaction(session):
        given_back(session, first, 1_000, date(2026, 7, 3))
        given_back(session, second, 500, date(2026, 7, 3))
    page = client.get(address(first))
    assert page.text("#did .sum") == "Bed £9.14 Phone £0.51 Card fee £0.35 Adds up to £10.00"
    assert "£10.00 of it was given or taken back after it had been used." in page.text("#did")
    tell(session, DECEMBER)
    assert [row for row in rows(session) if row[1] == "2026-Q2"] == before
    # Nobody pays for the hole: the second loses what it has left, the third the rest of what was used.
    assert rows(session)[1:] == [(str(second.id), "2026-Q4", 1_450), (str(third.id), "2026-Q4", 5_085)]
    assert "Given or taken back £5.00" in client.get(address(second)).text("#did .sum")


def test_what_is_kept_is_what_the_ledger_alone_makes(session: Session) -> None:
    tell(session, DECEMBER)
    made = releasing.traces(session, published_quarters.all_published(session, clock.today()))
    kept = [(f"donation:{identity}", quarter, pence) for identity, quarter, pence in rows(session)]
    assert sorted(one for one in made["public-giving"] if one.key.startswith("donation:")) == sorted(kept)
    told = sum(pence for uses in used(session).values() for _fund, _since, pence in uses)
    assert sum(one.pence for one in made["public-giving"]) == told == 17_500


def test_it_is_released_once_whoever_comes_twice_or_at_once(own_database: OwnDatabase, session: Session) -> None:
    close_books(session, DECEMBER)
    publish(session)

    def release(_nth: int) -> list[str]:
        with clock.at(NOW), own_database.session() as mine, transaction(mine):
            return releasing.release_due(mine)

    with ThreadPoolExecutor(4) as pool:
        found = [code for codes in pool.map(release, range(4)) for code in codes]
    assert sorted(found) == ["2026-Q2", "2026-Q4"]
    before = rows(session)
    assert release(0) == []
    assert rows(session) == before


def test_a_quarter_published_before_funds_were_told_reads_and_is_told_with_the_next(session: Session, client: Client) -> None:
    close_books(session, JUNE)
    spring = quarter_of(JUNE)
    with transaction(session):
        old = {"quarter": "2026-Q2", "kinds": [{"agreed_pence": 18_000, "name": "Bed", "people": 9}], "agreed_pence": 19_000}
        old |= {"other_agreed_pence": 1_000, "named_from_people": 5, "named_from_teams": 3}
        ledger_service.record(
            session,
            event_key=publishing.event_key(spring),
            kind=published_quarters.KIND,
            happened_on=clock.today(),
            actor="system",
            subject="quarter:2026-Q2",
            public=old,
        )
    assert tell(session, JUNE) == []
    assert "Bed" in client.get("/open").text("#kinds")
    assert tell(session, SEPTEMBER) == ["2026-Q3"], "seven people of spring and summer are told in one figure"
    assert used(session)["2026-Q3"] == [("public-giving", "2026-Q2", 13_000)]
    assert "It was used in April to September 2026" in client.get(address(gifts(session)[0])).text("#did")


def test_the_open_books_show_each_figure_that_traces_are_made_from(session: Session, client: Client) -> None:
    tell(session, DECEMBER)
    page = client.get("/open").text("#kinds")
    assert "Public giving, July to December 2026 £165.00" in page
    assert "How a gift is followed" in client.get("/open").text("#follow")


def test_the_page_asks_two_questions_for_it_however_much_was_given(session: Session, own_database: OwnDatabase) -> None:
    tell(session, DECEMBER)
    for donation in gifts(session):
        figures = queries.figures(session, donation)
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object, into: list[str] = asked) -> None:
            into.append(statement)

        event.listen(own_database.engine, "before_cursor_execute", note)
        told = did.did(session, donation, figures)
        event.remove(own_database.engine, "before_cursor_execute", note)
        assert len(asked) == 2
        assert sum(line.pence for line in told.lines) == donation.amount_pence


def test_nobody_changes_what_was_released(session: Session) -> None:
    tell(session, JUNE)
    for statement in ("UPDATE trace_use SET used_pence = 1", "DELETE FROM trace_use", "DELETE FROM trace_release"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(statement))
        session.rollback()

"""What /open tells equals the ledger at the last month end, in London time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.money import pounds
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line
from fundapp.openbooks import queries as openbooks
from tests.builders import ledger
from tests.support.web import Client

END = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The tests' day is 21 November 2026, and the books are open."""
    with clock.at(datetime(2026, 11, 21, 12, tzinfo=UTC)):
        yield


def gift(session: Session, pence: int, fee: int, on: date, key: str) -> None:
    """A gift by card, settled on the same day."""
    lines = [Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", pence)]
    service.post(
        session, event_key=f"charge:{key}", kind="gift.charged", happened_on=on, lines=lines, actor="stripe", subject=f"donation:{key}"
    )
    settled = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "public-giving", pence - fee),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "public-giving", fee),
    ]
    service.post(
        session, event_key=f"txn:{key}", kind="gift.settled", happened_on=on, lines=settled, actor="stripe", subject=f"donation:{key}"
    )


def pay(session: Session, pence: int, on: date, key: str) -> None:
    """A grant's payment out of the bank."""
    lines = [Line(chart.GRANTS_PAYABLE, chart.BANK, "public-giving", pence)]
    service.post(session, event_key=f"{key}:payment:1", kind="grant.paid", happened_on=on, lines=lines, actor="system", subject=key)


def history(session: Session) -> None:
    """A spring before the year, a year to October, and a November that nobody may see yet."""
    ledger.open_books(session)
    ledger.pay_in(session, 50_000, on=date(2026, 3, 31))
    ledger.pay_in(session, 1_500_000, on=date(2026, 4, 1))
    gift(session, 1000, 35, date(2026, 5, 2), "ch_may")
    gift(session, 2000, 50, END, "ch_october")
    ledger.award(session, 3999, on=date(2026, 9, 30), key="grant:1")
    pay(session, 3999, date(2026, 10, 2), "grant:1")
    ledger.award(session, 1250, on=END, key="grant:2")
    gift(session, 700_000, 9900, date(2026, 11, 1), "ch_november")
    ledger.award(session, 5000, on=date(2026, 11, 20), key="grant:3")
    pay(session, 1250, date(2026, 11, 3), "grant:2")


def test_open_equals_the_ledger_at_the_month_end_though_later_entries_exist(session: Session, client: Client) -> None:
    history(session)
    rows = queries.trial_balance(session, END)
    assets = sum(row.debits_pence - row.credits_pence for row in rows if row.kind == "asset")
    positions = queries.fund_positions(session, END)
    page = client.get("/open")
    assert page.status == 200
    assert page.texts("details table.sum")[0] == (
        "Money in and out, April to October 2026 There before £500.00 Services and grants +£15,000.00 Gifts from the public +£30.00"
        f" Help paid for −£39.99 Card fees −£0.85 Left on 31 October {pounds(assets)}"
    )
    assert assets == 1_548_916
    committed = sum(position.committed_pence for position in positions)
    balance = sum(position.balance_pence for position in positions)
    assert page.texts("details table.sum")[1].endswith(
        f"Agreed, not yet paid −£{committed / 100:.2f} Free for the next request {pounds(balance)}"
    )
    assert "7,000" not in page.words, "November is not over"


def test_the_year_is_told_in_one_sentence(session: Session, client: Client) -> None:
    history(session)
    assert client.get("/open").text("main .big") == (
        "Since 1 April 2026, 2 gifts and what services paid in brought in £15,030.00 . £39.99 has paid for help."
        " £15,489.16 is left, and £12.50 of that is already promised."
    )


def test_what_is_recorded_late_for_a_day_before_the_month_end_is_in_the_books(session: Session) -> None:
    history(session)
    before = openbooks.books(session, clock.today())
    gift(session, 500, 20, END, "ch_late")
    after = openbooks.books(session, clock.today())
    assert (after.gifts_pence - before.gifts_pence, after.left_pence - before.left_pence) == (500, 480)


def test_a_month_is_in_the_books_from_london_s_midnight(session: Session) -> None:
    history(session)
    with clock.at(datetime(2026, 6, 30, 22, 59, tzinfo=UTC)):
        assert openbooks.books(session, clock.today()).period.last == date(2026, 5, 31)
    with clock.at(datetime(2026, 6, 30, 23, 0, tzinfo=UTC)):
        assert openbooks.books(session, clock.today()).period.last == date(2026, 6, 30)


def test_a_gift_of_the_last_evening_of_march_london_time_belongs_to_the_year_that_ends(session: Session) -> None:
    ledger.open_books(session)
    for key, moment in (("ch_before", "2026-03-31T22:59"), ("ch_after", "2026-03-31T23:00")):
        gift(session, 1000, 0 + 1, clock.day_of(datetime.fromisoformat(moment).replace(tzinfo=UTC)), key)
    book = openbooks.books(session, date(2026, 5, 15))
    assert (book.opening_pence, book.gifts_pence) == (999, 1000)
    assert openbooks.gifts(session, book.period) == 1


def test_before_the_first_entry_the_page_says_what_will_come(client: Client) -> None:
    page = client.get("/open")
    assert "Nothing has come in yet" in page.words
    assert not page.soup.select("svg[role=img]")
    assert "No quarter is over yet" in page.words
    assert "being closed" not in page.words
    assert not page.soup.select("#months")


def test_the_plot_says_the_same_to_those_who_cannot_see_it(session: Session, client: Client) -> None:
    history(session)
    page = client.get("/open")
    assert len(page.soup.select("main svg[role=img]")) == 2
    desc = page.text("main svg[role=img] desc")
    for figure in ("£500.00", "+£15,000.00", "+£30.00", "−£39.99", "−£0.85", "£15,489.16"):
        assert figure in desc


@pytest.mark.parametrize(("url", "most"), [("/", 8), ("/open", 11), ("/privacy", 2), ("/complaints", 1), ("/accessibility", 1)])
def test_public_pages_ask_the_database_little_and_write_nothing(session: Session, client: Client, url: str, most: int) -> None:
    history(session)
    session.commit()
    asked: list[str] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")):
            asked.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    page = client.get(url)
    event.remove(connection, "before_cursor_execute", note)
    assert page.status == 200
    assert "Set-Cookie" not in page.headers
    assert 1 <= len(asked) <= most, "\n\n".join(asked)
    assert all(statement.lstrip().upper().startswith(("SELECT", "WITH")) for statement in asked)


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 300])
def test_the_proof_of_an_entry_that_there_cannot_be_is_not_found(client: Client, number: str) -> None:
    assert client.get(f"/open/ledger/entries/{number}.tlog-proof").status == 404

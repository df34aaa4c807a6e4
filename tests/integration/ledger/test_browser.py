"""Finance and auditors read the ledger: every balance opens into its entries, every entry into what moved."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line
from tests.builders import ledger as books
from tests.builders import people
from tests.support.web import Client

DAY = date(2026, 11, 14)


@pytest.fixture
def auditor(client: Client, session: Session, sign_in_as: Callable[..., None]) -> Client:
    books.open_books(session)
    sign_in_as(client, people.user(session, Role.AUDITOR))
    return client


def rows(client: Client, url: str) -> list[str]:
    return client.get(url).texts("main table tbody tr")


def test_an_empty_ledger_says_what_will_come(client: Client, session: Session, sign_in_as: Callable[..., None]) -> None:
    sign_in_as(client, people.user(session, Role.FINANCE))
    assert "Nothing is written yet." in client.get("/finance/ledger").words


def test_entries_are_listed_newest_first_and_a_page_at_a_time(auditor: Client, session: Session) -> None:
    for pence in range(1, 31):
        books.pay_in(session, pence, on=DAY)
    session.commit()
    first = auditor.get("/finance/ledger")
    assert "50 entries" in first.text("caption")
    assert len(first.texts("main tbody tr")) == 25
    assert "£0.30" in first.texts("main tbody tr")[0]
    second = first.follow("Next")
    assert "£0.05" in second.texts("main tbody tr")[0]
    assert auditor.get("/finance/ledger?page=999").texts(".paging b") == ["Page 2"]


def test_a_balance_opens_into_its_entries_by_account_fund_and_subject(auditor: Client, session: Session) -> None:
    books.pay_in(session, 5000, "general", on=DAY)
    books.pay_in(session, 700, on=DAY)
    books.award(session, 300, "general", on=DAY, key="grant:417")
    session.commit()
    page = auditor.get("/finance/ledger?account=bank&fund=general")
    assert page.text(".sumup") == "£50.00 stands in this account"
    assert len(page.texts("main tbody tr")) == 1
    assert auditor.get("/finance/ledger?fund=general").text(".sumup") == "£47.00 is in this fund"
    about = auditor.get("/finance/ledger").form("form.filter").fill(subject="grant:417").submit()
    assert "Grant agreed" in about.text("main tbody tr")
    assert "No entry is like this." in auditor.get("/finance/ledger?subject=grant:9").words


@pytest.mark.parametrize("query", ["account=no-such", "fund=no-such"])
def test_what_does_not_exist_is_not_found(auditor: Client, query: str) -> None:
    assert auditor.get(f"/finance/ledger?{query}").status == 404


def test_an_entry_says_what_moved_who_did_it_and_what_anybody_may_see(auditor: Client, session: Session) -> None:
    officer = people.user(session, Role.FINANCE, name="Sam Okafor")
    lines = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "general", 965),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "general", 35),
    ]
    posted = service.post(
        session,
        event_key="txn:txn_1",
        kind="gift.settled",
        happened_on=DAY,
        lines=lines,
        actor=officer.actor.reference,
        subject="donation:1",
    )
    session.commit()
    page = auditor.get("/finance/ledger").follow(f"{posted.number:,}")
    assert page.text("h1") == f"Entry {posted.number:,}: card fee known, £10.00"
    assert page.texts("main .cols tfoot tr") == ["2 transfers £10.00"]
    assert "Sam Okafor" in page.words
    assert "As it was written" in page.words
    assert "month 2026-11" in page.text("aside .panel")
    assert "txn:txn_1" not in page.text("aside")
    assert queries.entry(session, posted.number).leaf_hash.hex()[:16] in page.text("aside")
    assert "gift" in page.follow("Every entry about donation:1").words.lower()
    assert auditor.get("/finance/ledger/entries/999999").status == 404


def test_a_correction_and_what_it_corrects_lead_to_one_another(auditor: Client, session: Session) -> None:
    wrong = books.pay_in(session, 5000, on=DAY)
    books.award(session, 5000, on=DAY)
    undone = service.reverse(
        session, number=wrong.number, event_key="correction:1", happened_on=DAY, actor="user:1", reason="entered-twice"
    )
    session.commit()
    page = auditor.get(f"/finance/ledger/entries/{wrong.number}")
    assert "Corrected" in page.texts(".tag")
    correction = page.follow(f"entry {undone.number:,}")
    assert "entered-twice" in correction.words
    assert "Beyond what the fund had" in correction.texts(".tag")
    assert correction.follow(f"entry {wrong.number:,}").url == page.url


def test_an_opening_is_a_record_without_money(auditor: Client, session: Session) -> None:
    [opening] = queries.entries_for(session, "fund:general")
    page = auditor.get(f"/finance/ledger/entries/{opening.number}")
    assert "No money. This is a record" in page.words
    assert "restriction unrestricted" in page.text("aside .panel")


def test_others_do_not_read_the_ledger(client: Client, session: Session, sign_in_as: Callable[..., None]) -> None:
    assert client.get("/finance/ledger").status == 303
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    assert client.get("/finance/ledger").status == 403


def test_a_page_of_entries_takes_few_statements(auditor: Client, session: Session, statements: list[str]) -> None:
    for pence in range(1, 40):
        books.pay_in(session, pence, on=DAY)
    session.commit()
    statements.clear()
    auditor.get("/finance/ledger?account=bank")
    asked = [one for one in statements if any(table in one for table in (" entry", " transfer", " account", " fund"))]
    assert len(asked) <= 7, asked
    assert session.execute(text("SELECT 1")).scalar_one() == 1

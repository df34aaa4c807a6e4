"""Taking the books away through the interface: finance and auditors, each time written down, and nothing held when they stop."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.roles import Role
from fundapp.finance.exports import taking
from fundapp.finance.exports.registry import EXPORTS
from tests.builders import ledger as books
from tests.builders import people
from tests.support.accounting import by_beancount
from tests.support.outside import BASE_URL
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

URL = "/finance/ledger/exports"
DAY = date(2026, 3, 31)


@pytest.fixture
def auditor(client: Client, session: Session, sign_in_as: Callable[..., None]) -> tuple[Client, Actor]:
    books.open_books(session)
    books.pay_in(session, 5_000, on=DAY)
    books.pay_in(session, 700)
    user = people.user(session, Role.AUDITOR)
    sign_in_as(client, user)
    return client, user.actor


def trail(session: Session, name: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(event.kind, event.actor, event.facts) for event in audit.trail(session, f"books:{name}")]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_auditor_takes_the_books_and_the_trail_says_so(auditor: tuple[Client, Actor], session: Session, name: str) -> None:
    client, actor = auditor
    page = client.get("/finance/ledger").follow("Take the books away").form().fill(name=name).submit()
    assert page.status == 200
    today = clock.today()
    assert page.headers["Content-Disposition"] == f'attachment; filename="fund-{name}-{today}.{EXPORTS[name].suffix}"'
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Type"].startswith(EXPORTS[name].media_type)
    assert page.body.startswith(b"\xef\xbb\xbffund,") == (name == "trial-balance")
    assert trail(session, name) == [("books.taken", actor.reference, {"as_of": "newest"})]


def test_they_can_be_taken_as_of_a_day(auditor: tuple[Client, Actor], session: Session) -> None:
    client, actor = auditor
    form = client.get(URL).form().fill({"name": "beancount", "as_of-day": "31", "as_of-month": "march", "as_of-year": "2026"})
    page = form.submit()
    assert 'filename="fund-beancount-2026-03-31.beancount"' in page.headers["Content-Disposition"]
    assert by_beancount(page.body).standing == {("bank", "public-giving"): 5_000, ("contributions", "public-giving"): -5_000}
    assert trail(session, "beancount") == [("books.taken", actor.reference, {"as_of": "2026-03-31"})]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Choose the form you want them in."),
        ({"name": "beancount", "as_of-day": "31", "as_of-month": "2", "as_of-year": "2026"}, "There is no such day: 31 2 2026."),
    ],
)
def test_what_is_left_out_or_wrong_is_said_and_nothing_is_sent(
    auditor: tuple[Client, Actor], session: Session, asked: dict[str, str], told: str
) -> None:
    page = auditor[0].get(URL).form().fill(asked).submit()
    assert (page.status, page.is_html) == (422, True)
    assert told in page.text(".errors")
    assert trail(session, "beancount") == []


def test_an_export_that_does_not_exist_is_not_sent(auditor: tuple[Client, Actor], session: Session) -> None:
    page = auditor[0].post(URL, {"name": "everything"})
    assert (page.status, page.is_html) == (422, True)
    assert trail(session, "everything") == []


def test_whoever_stops_half_way_gives_the_connection_back(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        books.open_books(session)
        for _ in range(300):
            books.pay_in(session, 1)
        session.commit()
    before = own_database.engine.pool.status()
    content = taking.stream(own_database, EXPORTS["beancount"], None)
    assert next(content).startswith(b";; The ledger")
    assert own_database.engine.pool.status() != before
    content.close()  # type: ignore[attr-defined]
    assert own_database.engine.pool.status() == before
    # Never asked for, it never had one.
    taking.stream(own_database, EXPORTS["hledger"], None).close()  # type: ignore[attr-defined]
    assert own_database.engine.pool.status() == before


def test_the_answer_is_sent_while_it_is_read(auditor: tuple[Client, Actor]) -> None:
    client, _ = auditor
    answer = client.flask.post(URL, data={"name": "beancount", "csrf_token": client._token()}, base_url=BASE_URL, buffered=False)
    assert answer.is_streamed
    assert "Content-Length" not in answer.headers
    assert next(answer.iter_encoded()).startswith(b";; The ledger")
    answer.close()

"""Money from partners and grant-makers: recorded once, by finance alone, into the fund it was given for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.finance.contributions import receive_contribution
from fundapp.finance.models import Contribution
from fundapp.ledger import chart, service
from fundapp.ledger import queries as ledger
from tests.builders import ledger as books
from tests.builders import people
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

FINANCE = Actor("user:1", 1, frozenset({Role.FINANCE}))
SignIn = Callable[[Client, object], None]


def receive(session: Session, **changes: object) -> Contribution:
    given = {
        "actor": FINANCE, "once_key": "one", "received_from": "Rough Sleepers Grant", "fund_code": "rough-sleepers",
        "amount_pence": 1_500_000, "received_on": clock.today(), "bank_reference": "RSG 1",
    }  # fmt: skip
    return receive_contribution(session, **{**given, **changes})  # type: ignore[arg-type]


def test_it_stands_in_the_ledger_whole_and_in_its_fund(session: Session) -> None:
    books.open_books(session)
    made = receive(session)
    (entry,) = ledger.entries_for(session, f"contribution:{made.id}")
    assert entry.event_key == f"contribution:{made.id}"
    assert [(line.debit, line.credit, line.fund, line.amount_pence) for line in entry.lines] == [
        (chart.BANK, chart.CONTRIBUTIONS, "rough-sleepers", 1_500_000)
    ]
    assert ledger.available_pence(session, "rough-sleepers") == 1_500_000


def test_the_same_form_again_is_the_same_contribution(session: Session) -> None:
    books.open_books(session)
    first, again = receive(session), receive(session)
    assert first.id == again.id
    assert ledger.balance_pence(session, chart.BANK) == 1_500_000


def test_the_same_form_with_another_amount_is_refused_and_changes_nothing(session: Session) -> None:
    books.open_books(session)
    receive(session)
    with pytest.raises(Conflict, match="other figures"):
        receive(session, amount_pence=1)
    assert ledger.balance_pence(session, chart.BANK) == 1_500_000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"received_on": date.today() + timedelta(days=2)}, "cannot lie ahead"),  # noqa: DTZ011 - two days ahead in any zone
        ({"fund_code": "no-such-fund"}, "no such fund"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(session: Session, changes: dict[str, object], words: str) -> None:
    books.open_books(session)
    before = ledger.entry_count(session)
    with pytest.raises(Refused, match=words):
        receive(session, **changes)
    assert ledger.entry_count(session) == before
    assert session.scalar(select(func.count()).select_from(Contribution)) == 0


def test_a_fund_that_had_ended_takes_no_more(session: Session) -> None:
    books.open_books(session)
    ended = clock.today() - timedelta(days=30)
    service.open_fund(
        session, code="last-year", name="Last year", restriction="restricted", purpose="A year", ends_on=ended, actor="system"
    )
    with pytest.raises(Refused, match="ended before that day"):
        receive(session, fund_code="last-year")
    assert receive(session, fund_code="last-year", received_on=ended).id


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE])
def test_nobody_but_finance_records_money(session: Session, role: Role) -> None:
    books.open_books(session)
    with pytest.raises(NotAllowed):
        receive(session, actor=Actor("user:2", 2, frozenset({role})))


def test_eight_clicks_at_once_are_one_contribution(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)

    def click(_: int) -> int:
        with own_database.session() as session, transaction(session):
            return receive(session).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    with own_database.session() as session:
        assert ledger.balance_pence(session, chart.BANK) == 1_500_000


def test_finance_records_one_on_the_page_and_what_was_typed_stays_when_something_is_wrong(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    books.open_books(session)
    sign_in_as(client, people.user(session, Role.FINANCE))
    page = client.get("/finance/contributions/new")
    day = clock.today()
    form = page.form("main form").fill(
        received_from="Northgate Housing", fund_code="general", amount="about 40", bank_reference="NH 7",
        **{"received_on-day": str(day.day), "received_on-month": str(day.month), "received_on-year": str(day.year)},
    )  # fmt: skip
    wrong = form.submit()
    assert wrong.status == 422
    assert "You wrote “about 40”" in wrong.text("#errors")
    assert wrong.one("input[name=amount]")["value"] == "about 40"
    done = wrong.form("main form").fill(amount="1,250.50").submit()
    assert "£1,250.50 is recorded" in done.words
    assert "Northgate Housing" in done.text("table")
    assert ledger.balance_pence(session, chart.BANK, "general") == 125_050

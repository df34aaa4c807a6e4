"""Balances by day and by fund, and entries a page at a time, each in one or two statements."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.ledger import chart, queries, service
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.service import Line
from tests.builders import ledger as books

MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 2)


@pytest.fixture(autouse=True)
def year(session: Session) -> None:
    books.open_books(session)
    books.pay_in(session, 10_000, "rough-sleepers", on=MARCH)
    books.pay_in(session, 500, "general", on=APRIL)
    books.award(session, 3_000, "rough-sleepers", on=APRIL, key="grant:1")
    service.post(
        session,
        event_key="grant:1:payment:1",
        kind="grant.paid",
        happened_on=MAY,
        lines=[Line(chart.GRANTS_PAYABLE, chart.BANK, "rough-sleepers", 3_000)],
        actor="user:1",
        subject="grant:1",
    )


def test_a_balance_is_told_for_any_day_any_stretch_and_any_fund(session: Session) -> None:
    def bank(**kwargs: object) -> int:
        return queries.balance_pence(session, chart.BANK, **kwargs)  # type: ignore[arg-type]

    assert bank() == 7_500
    assert bank(as_of=MARCH) == 10_000
    assert bank(as_of=APRIL) == 10_500
    assert bank(since=APRIL) == -2_500
    assert bank(since=APRIL, as_of=APRIL) == 500
    assert bank(fund_code="general") == 500
    assert bank(as_of=date(2026, 3, 30)) == 0


def test_a_balance_stands_on_the_accounts_own_side(session: Session) -> None:
    assert queries.balance_pence(session, chart.CONTRIBUTIONS) == 10_500
    assert queries.balance_pence(session, "help-phone") == 3_000
    assert queries.balance_pence(session, chart.GRANTS_PAYABLE, as_of=APRIL) == 3_000
    assert queries.balance_pence(session, chart.DONATIONS) == 0
    with pytest.raises(NotFound, match="no-such"):
        queries.balance_pence(session, "no-such")


def test_positions_show_every_fund_in_the_order_of_opening(session: Session) -> None:
    def shown(as_of: date | None) -> list[tuple[str, int, int, int, int]]:
        return [
            (one.fund.code, one.balance_pence, one.committed_pence, one.available_pence, one.cash_pence)
            for one in queries.fund_positions(session, as_of)
        ]

    assert shown(None) == [("rough-sleepers", 7_000, 0, 7_000, 7_000), ("public-giving", 0, 0, 0, 0), ("general", 500, 0, 500, 500)]
    assert shown(APRIL)[0] == ("rough-sleepers", 7_000, 3_000, 7_000, 10_000)
    assert shown(MARCH)[2] == ("general", 0, 0, 0, 0)


def test_the_trial_balance_is_nought_in_every_fund_on_every_day(session: Session) -> None:
    for day in (None, MARCH, APRIL, MAY):
        rows = queries.trial_balance(session, day)
        for fund in {row.fund for row in rows}:
            assert sum(row.debits_pence - row.credits_pence for row in rows if row.fund == fund) == 0
    bank = next(row for row in rows if (row.account, row.fund) == ("bank", "rough-sleepers"))
    assert (bank.kind, bank.debits_pence, bank.credits_pence, bank.balance_pence) == (AccountKind.ASSET, 10_000, 3_000, 7_000)
    assert type(bank.debits_pence) is int


def test_a_statement_tells_each_movement_on_its_own_side(session: Session) -> None:
    told = [(one.kind, one.other_account, one.amount_pence) for one in queries.movements(session, chart.GRANTS_PAYABLE, APRIL, MAY)]
    assert told == [("grant.awarded", "help-phone", 3_000), ("grant.paid", "bank", -3_000)]
    assert [one.amount_pence for one in queries.movements(session, chart.BANK, MARCH, APRIL)] == [10_000, 500]
    with pytest.raises(NotFound):
        queries.movements(session, "no-such", MARCH, MAY)


def test_entries_come_newest_first_by_account_fund_and_subject(session: Session) -> None:
    assert [entry.kind for entry in queries.entries(session, limit=2)] == ["grant.paid", "grant.awarded"]
    assert [entry.kind for entry in queries.entries(session, limit=2, offset=1)] == ["grant.awarded", "contribution.received"]
    assert [entry.kind for entry in queries.entries(session, subject="grant:1")] == ["grant.paid", "grant.awarded"]
    assert [entry.kind for entry in queries.entries(session, account="bank", fund="general")] == ["contribution.received"]
    assert queries.entry_count(session, account="bank") == 3
    assert queries.entries(session, account="bank", fund="public-giving") == []


def test_an_entry_is_shown_with_the_names_of_today(session: Session) -> None:
    service.rename_account(session, code="help-phone", name="Mobile phones", actor="user:1")
    [award] = [entry for entry in queries.entries_for(session, "grant:1") if entry.kind == "grant.awarded"]
    [line] = award.lines
    assert (line.debit_name, line.credit_name, line.fund_name) == ("Mobile phones", "Grants agreed, not yet paid", "Rough sleepers grant")
    assert award.amount_pence == 3_000
    with pytest.raises(NotFound):
        queries.entry(session, 999_999)


@pytest.mark.parametrize(
    ("read", "budget"),
    [
        (lambda session: queries.fund_positions(session), 2),
        (lambda session: queries.fund_positions(session, MAY), 3),
        (lambda session: queries.trial_balance(session), 1),
        (lambda session: queries.available_pence(session, "general"), 2),
        (lambda session: queries.balance_pence(session, "bank", as_of=MAY), 3),
        (lambda session: queries.entries(session), 1),
        (lambda session: queries.entries_for(session, "grant:1"), 1),
        (lambda session: queries.movements(session, "bank", MARCH, MAY), 2),
    ],
)
def test_reading_keeps_within_its_statements(
    session: Session, statements: list[str], read: Callable[[Session], object], budget: int
) -> None:
    read(session)
    assert len(statements) <= budget

"""Entries are written once, whole, and with nothing left behind when they are refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, Refused
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line, MustPassTheGate, Posted
from tests.builders import ledger as books
from tests.support.postgres import OwnDatabase

DAY = date(2026, 11, 14)
END_ALL_BUT_ME = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND usename = current_user AND datname = current_database()
"""
GIFT = Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 1000)


@pytest.fixture(autouse=True)
def opened(session: Session) -> None:
    books.open_books(session)


def gift(session: Session, **change: Any) -> Posted:
    return service.post(
        session,
        **{
            "event_key": "charge:ch_1",
            "kind": "gift.charged",
            "happened_on": DAY,
            "lines": [GIFT],
            "actor": "stripe",
            "subject": "donation:1",
            **change,
        },
    )


def state(session: Session) -> list[Any]:
    """All that the ledger holds."""
    return [session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in ("fund", "account", "entry", "transfer")]


def refused(session: Session, act: Callable[[], object], kind: type[Refused], match: str) -> None:
    before = state(session)
    with pytest.raises(kind, match=match):
        act()
    assert state(session) == before


def test_a_gift_and_its_fee_are_two_entries_that_leave_nothing_in_clearing(session: Session) -> None:
    gift(session)
    lines = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "public-giving", 965),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "public-giving", 35),
    ]
    gift(session, event_key="txn:txn_1", kind="gift.settled", lines=lines)
    assert queries.balance_pence(session, chart.STRIPE_CLEARING) == 0
    assert queries.balance_pence(session, chart.DONATIONS) == 1000
    assert queries.available_pence(session, "public-giving") == 965
    assert [entry.kind for entry in queries.entries_for(session, "donation:1")] == ["gift.charged", "gift.settled"]


def test_the_same_event_again_is_answered_with_the_entry_that_stands(session: Session) -> None:
    first = gift(session)
    before = state(session)
    again = gift(session)
    assert (again.entry_id, again.number, again.replayed) == (first.entry_id, first.number, True)
    assert not first.replayed
    assert state(session) == before


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gift.settled"},
        {"happened_on": date(2026, 11, 15)},
        {"lines": [Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 1001)]},
        {"lines": [GIFT, GIFT]},
        {"actor": "system"},
        {"subject": "donation:2"},
        {"reason": "other"},
        {"note": "words:1"},
    ],
    ids=str,
)
def test_the_same_event_with_other_content_is_a_conflict(session: Session, change: dict[str, Any]) -> None:
    gift(session)
    refused(session, lambda: gift(session, **change), Conflict, "recorded before as entry .* with other content")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "at least one line"),
        ([Line("bank", "no-such", "public-giving", 5)], "There is no account “no-such”"),
        ([Line("bank", "donations", "no-such", 5)], "There is no fund “no-such”"),
        ([GIFT, Line("bank", "donations", "no-such", 5)], "There is no fund “no-such”"),
        ([Line("bank", "donations", "general", 0)], "more than nothing"),
        ([Line("bank", "donations", "general", -5)], "more than nothing"),
        ([Line("bank", "bank", "general", 5)], "to itself"),
    ],
    ids=str,
)
def test_a_bad_line_is_refused_with_a_sentence_and_nothing_is_left(session: Session, lines: list[Line], sentence: str) -> None:
    refused(session, lambda: gift(session, lines=lines), Refused, sentence)
    assert not gift(session).replayed


@pytest.mark.parametrize(
    "lines",
    [
        [Line("help-phone", chart.GRANTS_PAYABLE, "public-giving", 1)],
        [Line(chart.REFUNDS, chart.STRIPE_BALANCE, "public-giving", 1)],
        [Line(chart.DISPUTED, chart.STRIPE_BALANCE, "public-giving", 1)],
        # More comes into one fund than leaves the other: the other still loses.
        [Line("bank", "contributions", "general", 500), Line("help-phone", "bank", "public-giving", 1)],
    ],
    ids=str,
)
def test_money_does_not_leave_a_fund_by_the_way_in(session: Session, lines: list[Line]) -> None:
    books.pay_in(session, 5000)
    refused(session, lambda: gift(session, lines=lines), MustPassTheGate, "without asking")


def test_what_stands_is_found_before_any_rule_is_asked(session: Session) -> None:
    books.pay_in(session, 5000)
    first = books.award(session, 5000, key="grant:1")
    lines = [Line("help-phone", chart.GRANTS_PAYABLE, "public-giving", 5000)]
    today = queries.entry(session, first.number).happened_on
    by_the_way_in = gift(
        session, event_key="grant:1:award", kind="grant.awarded", happened_on=today, lines=lines, actor="system", subject="grant:1"
    )
    assert by_the_way_in == Posted(first.entry_id, first.number, replayed=True)
    assert books.award(session, 5000, key="grant:1").replayed


def test_numbers_follow_one_another_when_it_is_quiet(session: Session) -> None:
    books.pay_in(session, 100)
    session.execute(text("SELECT pg_sleep(1.05)"))
    first = books.pay_in(session, 100).number
    session.execute(text("SELECT pg_sleep(1.05)"))
    assert books.pay_in(session, 100).number == first + 1


def test_a_posting_is_one_round_trip_and_now_and_then_one_for_numbers(session: Session, statements: list[str]) -> None:
    for nth in range(100):
        gift(session, event_key=f"charge:ch_{nth}")
    assert sum("INSERT INTO entry" in one for one in statements) == 100
    assert len(statements) - 100 <= 12


def test_nothing_commits_by_itself(session: Session) -> None:
    session.commit()
    gift(session)
    session.rollback()
    assert queries.entry_count(session, subject="donation:1") == 0


def test_a_connection_that_ends_under_a_posting_is_replaced_and_the_posting_sent_again_is_written_once(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
    with own_database.session() as session:

        def act() -> None:
            with transaction(session):
                gift(session)
                with psycopg.connect(own_database.app_url) as another:
                    another.execute(END_ALL_BUT_ME)
                gift(session, event_key="charge:ch_2")

        with pytest.raises(DBAPIError) as caught:
            act()
        assert caught.value.connection_invalidated
        assert "charge:ch_2" not in str(caught.value), "what was to be written stays out of errors"
        with transaction(session):
            assert not gift(session).replayed
        assert queries.entry_count(session, subject="donation:1") == 1


def test_an_entry_may_have_more_lines_than_anybody_counts(session: Session) -> None:
    posted = gift(session, lines=[GIFT] * 300)
    assert gift(session, lines=[GIFT] * 300).number == posted.number
    with pytest.raises(Conflict):
        gift(session, lines=[GIFT] * 299)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1969, 12, 31), date(1970, 1, 1)])
def test_a_day_before_all_books_is_told_so_and_not_to_wait(session: Session, day: date) -> None:
    before = state(session)
    with pytest.raises(Refused, match="go back so far"):
        gift(session, happened_on=day)
    assert state(session) == before
    assert not gift(session, happened_on=date(1970, 1, 2)).replayed

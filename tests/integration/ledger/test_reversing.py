"""Corrections are mirror images, made once, and never edits."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line, Posted
from tests.builders import ledger as books

DAY = date(2026, 11, 14)


@pytest.fixture(autouse=True)
def opened(session: Session) -> None:
    books.open_books(session)


def reverse(session: Session, number: int, **change: Any) -> Posted:
    said = {"event_key": "correction:1", "happened_on": DAY, "actor": "user:9", "reason": "entered-twice"}
    return service.reverse(session, number=number, **{**said, **change})


def test_a_reversal_mirrors_its_entry_and_both_say_so(session: Session) -> None:
    lines = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "general", 965),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "general", 35),
    ]
    wrong = service.post(
        session, event_key="txn:1", kind="gift.settled", happened_on=DAY, lines=lines, actor="stripe", subject="donation:1"
    )
    undone = queries.entry(session, reverse(session, wrong.number).number)
    assert undone.kind == "reversal"
    assert undone.reverses == wrong.number
    assert undone.subject == "donation:1"
    assert [(line.debit, line.credit, line.fund, line.amount_pence) for line in undone.lines] == [
        ("stripe-clearing", "stripe-balance", "general", 965),
        ("stripe-clearing", "processing-fees", "general", 35),
    ]
    assert queries.entry(session, wrong.number).reversed_by == undone.number
    assert {row.balance_pence for row in queries.trial_balance(session)} == {0}


def test_dated_on_another_day_it_names_the_original_one(session: Session) -> None:
    wrong = books.pay_in(session, 100, on=date(2026, 9, 30))
    same_day = books.pay_in(session, 100, on=DAY)
    assert queries.entry(session, reverse(session, wrong.number).number).private_particulars == {"original_on": "2026-09-30"}
    later = reverse(session, same_day.number, event_key="correction:2")
    assert queries.entry(session, later.number).private_particulars == {}


def test_an_entry_is_reversed_once(session: Session) -> None:
    wrong = books.pay_in(session, 100)
    first = reverse(session, wrong.number)
    with pytest.raises(Conflict, match=f"Entry {wrong.number:,} was reversed before, by entry {first.number:,}"):
        reverse(session, wrong.number, event_key="correction:2")
    assert reverse(session, wrong.number) == Posted(first.entry_id, first.number, replayed=True)
    with pytest.raises(Conflict, match="other content"):
        reverse(session, wrong.number, reason="wrong-fund")
    assert queries.balance_pence(session, chart.BANK) == 0


def test_a_correction_is_not_refused_for_want_of_money_but_says_so(session: Session) -> None:
    wrong = books.pay_in(session, 5000)
    books.award(session, 4000)
    undone = reverse(session, wrong.number)
    assert queries.entry(session, undone.number).forced
    assert queries.available_pence(session, "public-giving") == -4000


def test_a_reversed_award_frees_its_money_and_raises_no_flag(session: Session) -> None:
    books.pay_in(session, 5000)
    award = books.award(session, 4000)
    assert not queries.entry(session, reverse(session, award.number).number).forced
    assert queries.available_pence(session, "public-giving") == 5000


def test_what_cannot_be_reversed_is_said(session: Session) -> None:
    paid_in = books.pay_in(session, 100)
    opening = queries.entries_for(session, "fund:general")[0]
    undone = reverse(session, paid_in.number)
    with pytest.raises(NotFound, match="no entry 999,999"):
        reverse(session, 999_999, event_key="correction:2")
    with pytest.raises(Refused, match="moved no money"):
        reverse(session, opening.number, event_key="correction:2")
    with pytest.raises(Refused, match="A reversal is not reversed"):
        reverse(session, undone.number, event_key="correction:2")
    with pytest.raises(Refused, match="Say why"):
        reverse(session, paid_in.number, reason="", event_key="correction:2")
    with pytest.raises(Refused, match="never words"):
        reverse(session, paid_in.number, reason="it was entered twice", event_key="correction:2")

"""The life of a gift, as a table."""

from __future__ import annotations

import pytest

from fundapp.giving.lifecycle import MOVES, Status, may_move, told_by_stripe


def test_the_table_names_every_state() -> None:
    assert set(MOVES) == set(Status)


def test_money_that_came_never_un_comes_and_may_come_from_anywhere() -> None:
    assert not MOVES[Status.PAID]
    assert all(may_move(start, Status.PAID) for start in Status if start is not Status.PAID)


def test_only_what_ended_unpaid_begins_again() -> None:
    assert {start for start in Status if may_move(start, Status.STARTED)} == {Status.FAILED, Status.EXPIRED}


def test_a_bank_that_is_at_it_is_not_overtaken_by_a_closed_page() -> None:
    assert not may_move(Status.PROCESSING, Status.EXPIRED)
    assert may_move(Status.PROCESSING, Status.FAILED)


@pytest.mark.parametrize(
    ("session", "payment", "intent", "state"),
    [
        ("open", "unpaid", None, Status.STARTED),
        ("open", "unpaid", "requires_payment_method", Status.STARTED),
        ("complete", "paid", "succeeded", Status.PAID),
        ("complete", "unpaid", "processing", Status.PROCESSING),
        ("complete", "unpaid", "requires_payment_method", Status.FAILED),
        ("complete", "unpaid", "canceled", Status.FAILED),
        ("expired", "unpaid", "canceled", Status.EXPIRED),
        ("expired", "unpaid", None, Status.EXPIRED),
    ],
)
def test_what_stripe_says_stands_for_one_state(session: str, payment: str, intent: str | None, state: Status) -> None:
    assert told_by_stripe(session_status=session, payment_status=payment, intent_status=intent) is state

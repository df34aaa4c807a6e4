"""The life of a monthly gift, and when somebody is reminded: pure tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fundapp.giving.monthly.lifecycle import BEGUN, DEEDS, MOVES, Deed, PledgeState, may_move, told_by_stripe
from fundapp.giving.monthly.reminding import FIRST, SECOND, STOP, next_step

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_what_was_stopped_never_begins_again() -> None:
    assert not any(may_move(PledgeState.STOPPED, state) for state in PledgeState)
    assert DEEDS[PledgeState.STOPPED] == ()
    assert all(Deed.STOP in DEEDS[state] for state in BEGUN)


def test_every_state_has_its_moves_and_its_deeds() -> None:
    assert set(MOVES) == set(DEEDS) == set(PledgeState)
    assert all(may_move(state, PledgeState.STOPPED) for state in PledgeState if state is not PledgeState.STOPPED)


@pytest.mark.parametrize(
    ("status", "is_paused", "state"),
    [
        ("active", False, "active"),
        ("trialing", False, "active"),
        ("active", True, "paused"),
        ("past_due", False, "overdue"),
        ("past_due", True, "paused"),
        ("paused", False, "paused"),
        ("canceled", True, "stopped"),
        ("unpaid", False, "stopped"),
        ("incomplete", False, "started"),
        ("incomplete_expired", False, "expired"),
    ],
)
def test_a_subscription_stands_for_one_state(status: str, is_paused: bool, state: str) -> None:
    assert told_by_stripe(status=status, is_paused=is_paused) == state


@pytest.mark.parametrize(
    ("tries", "sent", "step"),
    [
        (0, {}, None),
        (1, {}, FIRST),
        # Bells that were lost: still one letter at a time.
        (4, {}, FIRST),
        (2, {FIRST: ago(1)}, None),
        (2, {FIRST: ago(3)}, SECOND),
        (1, {FIRST: ago(6)}, None),
        (1, {FIRST: ago(7)}, SECOND),
        (3, {FIRST: ago(8), SECOND: ago(1)}, None),
        (3, {FIRST: ago(8), SECOND: ago(5)}, STOP),
        (2, {FIRST: ago(16), SECOND: ago(13)}, None),
        (2, {FIRST: ago(17), SECOND: ago(14)}, STOP),
        (4, {FIRST: ago(30), SECOND: ago(20), STOP: ago(10)}, None),
    ],
)
def test_two_reminders_then_stopped_and_never_two_letters_in_a_row(tries: int, sent: dict[int, datetime], step: int | None) -> None:
    assert next_step(tries=tries, sent=sent, now=NOW) == step

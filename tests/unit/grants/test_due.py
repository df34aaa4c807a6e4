"""By when a request is answered: office hours, turns on call, bank holidays, dates to be met, and both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core import clock
from fundapp.grants.clocks.due import AT_ONCE, LEAST, Duty, after, clock_again, clock_for, there
from fundapp.grants.policy.tiers import Answer
from fundapp.people.cover import Calendar, Span

CALENDAR = Calendar(closed=frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2026, 4, 3), date(2026, 4, 6)}))
OFFICE = Duty(CALENDAR)


def wall(text: str) -> datetime:
    """What the clock on the wall in London says."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.LONDON).astimezone(UTC)


def on_call(since: str, until: str) -> Duty:
    return Duty(CALENDAR, [Span(wall(since), wall(until))])


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        # A day in the office, from its first minute to the last that leaves two hours.
        ("2026-11-23T09:00", "2026-11-23T17:00"),
        ("2026-11-23T15:00", "2026-11-23T17:00"),
        ("2026-11-23T07:30", "2026-11-23T17:00"),
        # Half an hour is left of today: an hour and a half of tomorrow.
        ("2026-11-23T16:30", "2026-11-24T10:30"),
        ("2026-11-23T17:00", "2026-11-24T17:00"),
        # Over a weekend, over Christmas (Friday, the weekend, and Monday instead of Saturday), over Easter.
        ("2026-11-27T18:00", "2026-11-30T17:00"),
        ("2026-12-24T16:00", "2026-12-29T10:00"),
        ("2026-04-02T20:00", "2026-04-07T17:00"),
    ],
)
def test_the_same_day_is_the_first_on_which_somebody_is_there(sent: str, due: str) -> None:
    assert clock_for(OFFICE, wall(sent), Answer.SAME_DAY).due_at == wall(due)


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        # In a stairwell at eight in the evening: somebody is on call, and answers the same day.
        ("2026-11-23T20:00", "2026-11-23T22:00"),
        ("2026-11-23T10:00", "2026-11-23T22:00"),
        # At half past nine half an hour is left: an hour and a half of the morning.
        ("2026-11-23T21:30", "2026-11-24T08:30"),
        # At four in the morning the day begins at seven.
        ("2026-11-24T04:00", "2026-11-24T17:00"),
    ],
)
def test_whoever_is_on_call_answers_out_of_hours_but_promises_nothing_at_night(sent: str, due: str) -> None:
    duty = on_call("2026-11-23T17:00", "2026-11-24T09:00")
    assert clock_for(duty, wall(sent), Answer.SAME_DAY).due_at == wall(due)


def test_a_turn_at_the_weekend_answers_on_the_saturday_and_without_one_it_is_monday() -> None:
    saturday = wall("2026-11-28T11:00")
    duty = on_call("2026-11-28T10:00", "2026-11-28T18:00")
    assert clock_for(duty, saturday, Answer.SAME_DAY).due_at == wall("2026-11-28T18:00")
    assert clock_for(OFFICE, saturday, Answer.SAME_DAY).due_at == wall("2026-11-30T17:00")


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-23T10:15", "2026-11-25T10:15"),
        ("2026-11-26T15:00", "2026-11-30T15:00"),
        ("2026-11-27T15:00", "2026-12-01T15:00"),
        ("2026-11-28T11:00", "2026-12-02T09:00"),
        ("2026-11-23T20:00", "2026-11-26T09:00"),
        ("2026-12-24T10:00", "2026-12-30T10:00"),
        # To the hour on the wall, over the weekends on which the clocks change.
        ("2026-03-27T15:00", "2026-03-31T15:00"),
        ("2026-10-23T15:00", "2026-10-27T15:00"),
    ],
)
def test_two_days_are_two_days_of_the_office_to_the_hour(sent: str, due: str) -> None:
    assert clock_for(OFFICE, wall(sent), Answer.TWO_DAYS).due_at == wall(due)


def test_what_takes_two_people_is_not_sooner_because_one_is_on_call() -> None:
    duty = on_call("2026-11-27T17:00", "2026-11-30T09:00")
    assert clock_for(duty, wall("2026-11-28T11:00"), Answer.TWO_DAYS).due_at == wall("2026-12-02T09:00")


@pytest.mark.parametrize(
    ("sent", "closes", "utc"),
    [("2026-03-30T09:30", "2026-03-30T17:00", "2026-03-30T16:00"), ("2026-10-26T09:30", "2026-10-26T17:00", "2026-10-26T17:00")],
)
def test_on_the_day_after_the_clocks_change_the_office_closes_by_the_wall(sent: str, closes: str, utc: str) -> None:
    due = clock_for(OFFICE, wall(sent), Answer.SAME_DAY).due_at
    assert due == wall(closes) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_turn_over_the_night_on_which_the_clocks_change_ends_by_the_wall() -> None:
    for begins, ends, hours in (("2026-03-28T20:00", "2026-03-29T10:00", 4), ("2026-10-24T20:00", "2026-10-25T10:00", 4)):
        # From eight to ten in the evening, and from seven to nine in the morning: four hours on the wall as on the watch.
        duty = Duty(Calendar(), [Span(wall(begins), wall(ends))])
        assert there(duty, wall(begins), wall(ends) - timedelta(hours=1)) == timedelta(hours=hours)
        assert after(duty, wall(begins), timedelta(hours=3)) == wall(ends) - timedelta(hours=2)


@pytest.mark.parametrize(
    ("sent", "needed", "due"),
    [
        # Whoever is there last before the day begins answers.
        ("2026-11-23T10:00", "2026-11-24", "2026-11-23T17:00"),
        ("2026-11-27T10:00", "2026-11-30", "2026-11-27T17:00"),
        # Long after the clock: the clock holds.
        ("2026-11-23T10:00", "2026-12-24", "2026-11-25T10:00"),
        # On the day itself, within two hours; late at night, before the day ends.
        ("2026-11-23T10:00", "2026-11-23", "2026-11-23T12:00"),
        ("2026-11-23T23:15", "2026-11-23", "2026-11-24T00:00"),
        # Nobody is there before: at nine on the day.
        ("2026-11-27T16:30", "2026-11-28", "2026-11-28T09:00"),
        # A day that is over bounds nothing.
        ("2026-11-23T10:00", "2026-11-20", "2026-11-25T10:00"),
    ],
)
def test_it_is_never_due_later_than_helps(sent: str, needed: str, due: str) -> None:
    assert clock_for(OFFICE, wall(sent), Answer.TWO_DAYS, date.fromisoformat(needed)).due_at == wall(due)


def test_a_clock_that_stood_still_goes_on_with_what_was_left_of_it() -> None:
    first = clock_for(OFFICE, wall("2026-11-23T10:00"), Answer.SAME_DAY)
    again = clock_again(OFFICE, wall("2026-11-23T12:00"), first.due_at, wall("2026-11-26T09:30"), Answer.SAME_DAY)
    assert again.due_at == wall("2026-11-26T14:30")


def test_a_question_does_not_make_a_clock_start_anew_and_leaves_two_hours_at_the_least() -> None:
    for asked in ("2026-11-23T16:59", "2026-11-24T11:00"):
        again = clock_again(OFFICE, wall(asked), wall("2026-11-23T17:00"), wall("2026-11-26T09:30"), Answer.SAME_DAY)
        assert again.due_at == wall("2026-11-26T11:30")


def test_somebody_is_reminded_half_way_and_the_others_are_asked_when_a_quarter_is_left() -> None:
    found = clock_for(OFFICE, wall("2026-11-23T09:00"), Answer.SAME_DAY)
    assert (found.remind_at, found.others_at) == (wall("2026-11-23T13:00"), wall("2026-11-23T15:00"))
    over_the_weekend = clock_for(OFFICE, wall("2026-11-27T13:00"), Answer.TWO_DAYS)
    assert over_the_weekend.remind_at == wall("2026-11-30T13:00")


def test_an_office_that_never_opens_is_no_endless_search() -> None:
    shut = Duty(Calendar(closed=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))))
    sent = wall("2026-11-23T10:00")
    assert clock_for(shut, sent, Answer.TWO_DAYS).due_at == sent + timedelta(days=2)
    assert clock_for(shut, sent, Answer.SAME_DAY).due_at == sent + LEAST
    assert clock_for(shut, sent, Answer.AT_ONCE).due_at == sent + AT_ONCE


# Two weeks around each change of the clocks, to the minute.
SENT = st.builds(
    lambda begins, minutes: begins + timedelta(minutes=minutes),
    st.sampled_from([wall("2026-03-21T00:00"), wall("2026-10-17T00:00")]),
    st.integers(0, 16 * 24 * 60),
)
TURNS = st.lists(st.tuples(st.integers(-24, 240), st.integers(1, 60)), max_size=3)


@given(
    SENT,
    st.sampled_from(Answer),
    st.integers(0, 12) | st.none(),
    TURNS,
)
def test_whatever_the_turns_a_clock_is_in_order_and_within_the_date_to_be_met(
    sent: datetime, answer: Answer, ahead: int | None, turns: list[tuple[int, int]]
) -> None:
    spans = [Span(sent + timedelta(hours=begins), sent + timedelta(hours=begins + hours)) for begins, hours in turns]
    needed = None if ahead is None else clock.day_of(sent) + timedelta(days=ahead)
    found = clock_for(Duty(CALENDAR, spans), sent, answer, needed)
    assert sent <= found.remind_at <= found.others_at <= found.due_at
    assert found.due_at > sent
    if needed is not None:
        assert found.due_at <= clock.start_of(needed + timedelta(days=1))


@given(SENT, SENT, st.sampled_from(Answer))
def test_whoever_asks_later_is_never_due_sooner(one: datetime, other: datetime, answer: Answer) -> None:
    first, second = sorted((one, other))
    assert clock_for(OFFICE, first, answer).due_at <= clock_for(OFFICE, second, answer).due_at


@given(SENT, st.timedeltas(timedelta(0), timedelta(hours=60)))
def test_time_in_which_somebody_is_there_is_counted_the_same_both_ways(since: datetime, needed: timedelta) -> None:
    assert there(OFFICE, since, after(OFFICE, since, needed)) == needed

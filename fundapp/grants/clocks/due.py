"""By when a request is answered: pure, from the office's hours, who is on call, how soon its tier promises, and the date it must meet.

An answer the same day is due when nobody is there any more on the first day on which somebody is: in office hours, and out of hours
where somebody is on call, between seven in the morning and ten at night (a turn may last all night; nobody is promised an answer at
four). Where less than two such hours are left of that day, it is due once two have passed. Two days are two days on which the office
is open, to the hour. And it is never due later than helps: where there is a date to be met, whoever is there last before that day
begins answers; asked for on the day itself, within two hours, and before the day ends.

Hours are those of the clock on the wall in London, so a day on which the clocks change is an hour shorter or longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from fundapp.core import clock
from fundapp.grants.policy.tiers import Answer
from fundapp.people.cover import Calendar, Span, at

# When a turn on call counts: whoever is rung at night answers then, but nobody promises it.
EARLY, LATE = time(7), time(22)
# What is left of a day that is too short for an answer.
LEAST = timedelta(hours=2)
# How long an answer at once may take where a person gives it.
AT_ONCE = timedelta(hours=1)
DAYS = 2
# How far ahead it is looked. Longer than any row of bank holidays, so that a closed year is a fault and not a hang.
FURTHEST = 60


class Clock(NamedTuple):
    """When a request is due, and when somebody is told that it waits still."""

    due_at: datetime
    # Half of the time is gone: whoever is on duty hears of it again.
    remind_at: datetime
    # Three quarters are gone: so does everybody else who may answer.
    others_at: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """When somebody is there to answer."""

    days: Calendar
    # Turns on call, in any order.
    on_call: Sequence[Span] = ()

    def spans(self, since: datetime) -> Iterator[list[Span]]:
        """From a moment on, day by day, when somebody is there. Days without anybody are left out."""
        for number in range(FURTHEST):
            found = self._of(clock.day_of(since) + timedelta(days=number), since)
            if found:
                yield found

    def office_only(self) -> Duty:
        """The same without those on call: for an answer that takes more than one person."""
        return Duty(self.days)

    def _of(self, day: date, since: datetime) -> list[Span]:
        early, late = at(day, EARLY), at(day, LATE)
        turns = [Span(max(turn.starts_at, early), min(turn.ends_at, late)) for turn in self.on_call]
        hours = self.days.hours_of(day)
        merged: list[Span] = []
        for begins, ends in sorted([*turns, *([hours] if hours else [])]):
            begins = max(begins, since)
            if merged and begins <= merged[-1].ends_at:
                merged[-1] = Span(merged[-1].starts_at, max(merged[-1].ends_at, ends))
            elif begins < ends:
                merged.append(Span(begins, ends))
        return merged


def clock_for(duty: Duty, since: datetime, answer: Answer, needed_by: date | None = None) -> Clock:
    """The clock of a request that was sent at a moment."""
    duty = _who_answers(duty, answer)
    return _clock(duty, since, _in_time(duty, since, _promised(duty, since, answer), needed_by))


def clock_again(
    duty: Duty, stopped_at: datetime, due_at: datetime, since: datetime, answer: Answer, needed_by: date | None = None
) -> Clock:
    """The clock of a request that stood still from `stopped_at` to `since`: what was left of it then, and two hours at the least."""
    duty = _who_answers(duty, answer)
    left = max(there(duty, stopped_at, due_at), LEAST)
    return _clock(duty, since, _in_time(duty, since, after(duty, since, left), needed_by))


def there(duty: Duty, since: datetime, until: datetime) -> timedelta:
    """For how long somebody is there between two moments."""
    total = timedelta()
    for spans in duty.spans(since):
        if spans[0].starts_at >= until:
            break
        total += sum((min(span.ends_at, until) - span.starts_at for span in spans if span.starts_at < until), timedelta())
    return total


def after(duty: Duty, since: datetime, needed: timedelta) -> datetime:
    """The moment at which somebody has been there for so long. Where nobody is, for weeks, time alone counts."""
    left = needed
    for spans in duty.spans(since):
        for span in spans:
            if left <= span.ends_at - span.starts_at:
                return span.starts_at + left
            left -= span.ends_at - span.starts_at
    return since + needed


def _who_answers(duty: Duty, answer: Answer) -> Duty:
    # Whoever is on call is one person; what takes two is answered from the office.
    return duty.office_only() if answer is Answer.TWO_DAYS else duty


def _promised(duty: Duty, since: datetime, answer: Answer) -> datetime:
    if answer is Answer.AT_ONCE:
        return after(duty, since, AT_ONCE)
    if answer is Answer.SAME_DAY:
        today = next(duty.spans(since), [])
        is_enough = sum((span.ends_at - span.starts_at for span in today), timedelta()) >= LEAST
        return today[-1].ends_at if is_enough else after(duty, since, LEAST)
    found = list(islice(duty.spans(since), DAYS + 1))
    if len(found) <= DAYS:
        return since + timedelta(days=DAYS)
    begins = clock.london(found[0][0].starts_at)
    return at(clock.day_of(found[DAYS][0].starts_at), begins.time())


def _in_time(duty: Duty, since: datetime, due_at: datetime, needed_by: date | None) -> datetime:
    """Not later than helps. A day that is over bounds nothing."""
    if needed_by is None or needed_by < clock.day_of(since):
        return due_at
    begins, ends = (clock.start_of(needed_by + timedelta(days=days)) for days in (0, 1))
    last = max((span.ends_at for spans in duty.spans(since) for span in spans if span.ends_at <= begins), default=since)
    if last < since + LEAST:
        # Nobody is there before: the day itself, as early as an answer can be expected.
        opens = at(needed_by, duty.days.opens)
        last = opens if opens >= since + LEAST else min(since + LEAST, ends)
    return min(due_at, last)


def _clock(duty: Duty, since: datetime, due_at: datetime) -> Clock:
    return Clock(due_at, _share(duty, since, due_at, 0.5), _share(duty, since, due_at, 0.75))


def _share(duty: Duty, since: datetime, due_at: datetime, share: float) -> datetime:
    """When a share of the time is gone in which somebody is there; of all of it, where nobody is."""
    whole = there(duty, since, due_at)
    found = after(duty, since, whole * share) if whole else since + (due_at - since) * share
    return found.replace(microsecond=0) if found.replace(microsecond=0) >= since else found

"""Points that have gone silent, measured against their own habit: a sticker may hang over the code, or the poster may be down.

Whoever sticks another code over ours takes the visits with it. Whoever opens our page now and then, to hide that, still gives nothing:
so gifts are watched as well, by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.giving import figures
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.points import figures as points

# How far back a habit is looked at, and how long and how often somebody must have come before there is one.
WATCHED = timedelta(days=120)
LEAST_SPAN_DAYS = 28
LEAST_DAYS = 12
# A weekend is no silence.
LEAST_SILENCE_DAYS = 3
# So many visits would have been usual by now: by chance alone, fewer than one silence in a thousand is this long.
MISSED = 7
# And the silence is so many times as long as the longest there was.
TIMES_LONGEST = 2


def silent_since(by_day: Mapping[date, int], today: date) -> date | None:
    """The last day on which there was anything, where the silence since is no habit of this point's. Pure."""
    days = sorted(on for on, count in by_day.items() if count > 0 and on <= today)
    if len(days) < LEAST_DAYS:
        return None
    first, last = days[0], days[-1]
    span = (last - first).days + 1
    # Today is not over yet.
    silence = (today - last).days - 1
    longest = max((later - earlier).days - 1 for earlier, later in pairwise(days))
    usual = sum(by_day[on] for on in days) / span
    is_silent = silence >= LEAST_SILENCE_DAYS and silence > TIMES_LONGEST * longest and silence * usual >= MISSED
    return last if span >= LEAST_SPAN_DAYS and is_silent else None


def watch(session: Session) -> None:
    """Raise an alarm for each open point that went silent, once for each silence."""
    today = clock.today()
    visits = points.visits_by_day(session, since=today - WATCHED)
    gifts = figures.gifts_by_day(session, since=today - WATCHED)
    for point_id, by_day in sorted(visits.items()):
        last = silent_since(by_day, today)
        if last is not None:
            _raise(session, AlarmKind.POINT_SILENT, point_id, last)
        elif (last := silent_since(gifts.get(point_id, {}), today)) is not None:
            _raise(session, AlarmKind.POINT_WITHOUT_GIFTS, point_id, last)


def _raise(session: Session, kind: AlarmKind, point_id: int, last: date) -> None:
    subject = f"point:{point_id}"
    raise_alarm(session, kind=kind, about=f"{subject}:{last.isoformat()}", subject=subject, actor=SYSTEM)

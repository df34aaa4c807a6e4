"""The audit trail's daily seal: one entry in the ledger for each day that is over, with the count and the root of its events' hashes.

Whoever holds a checkpoint of the ledger then also holds, by one hash, all that was written into the trail until that day. Words can be
erased: the seal stands for their salted hash, which the event keeps (fundapp/audit/canonical.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.canonical import content, words_fit
from fundapp.audit.models import AuditSeal
from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.ledger import merkle
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Entry

KIND = "audit.sealed"
ACTOR = "system"
# A clock that is behind may still write into a day that is over for others.
SLACK = timedelta(hours=1)
# The lock of a day, as the trigger on the trail takes it too.
DAYS_LOCK = 4201
FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a verification of the trail found."""

    days: int
    events: int
    # The first day that is not as it was sealed, and how it differs; none when all hold.
    day: date | None = None
    fault: str = ""


def due(session: Session) -> list[date]:
    """The days that are over and not sealed yet, the oldest first; none while the trail is empty."""
    last = audit.last_sealed(session)
    first = last + timedelta(days=1) if last else audit.first_day(session)
    until = clock.day_of(clock.now() - SLACK)
    return [first + timedelta(days=n) for n in range((until - first).days)] if first else []


def seal(session: Session, day: date) -> bool:
    """Seal one day, in a transaction of its own; says whether it did. Raises Busy while somebody still writes into that day.

    Whoever writes an event shares the lock of its day until their transaction ends (migration 0020), so once it is had alone, all
    who wrote have ended; and from the commit on, the database refuses events of that day.
    """
    session.execute(select(func.pg_advisory_xact_lock(DAYS_LOCK, (day - FIRST_DAY).days)))
    if session.get(AuditSeal, day):
        return False
    events, root, _fault = _read(session, day)
    session.add(AuditSeal(day=day, events=events, root=root, sealed_at=clock.now()))
    session.flush()
    said = {"day": day.isoformat(), "events": events, "root": root.hex()}
    ledger.record(
        session,
        event_key=event_key(day),
        kind=KIND,
        happened_on=clock.today(),
        actor=ACTOR,
        subject=f"audit:{day.isoformat()}",
        public=said,
    )
    return True


def event_key(day: date) -> str:
    """What a day's seal is called in the ledger, for ever."""
    return f"audit:{day.isoformat()}:sealed"


def verify(session: Session) -> Checked:
    """Make each sealed day's root again out of the trail, and name the first day that is not as the ledger has it.

    While others write, call it in a snapshot. What the ledger itself says is for `ledger.verify` to hold.
    """
    sealed = _sealed(session)
    days, events = sorted(sealed), 0
    marked = {one.day for one in audit.seals(session)}
    first = audit.first_day(session)
    if days and first and first < days[0]:
        return Checked(0, 0, first, _("It has events, and the first day that was sealed is later."))
    for done, day in enumerate(days):
        count, root, fault = _read(session, day)
        fault = fault or _differs(sealed[day], day, count, root)
        if not fault and done and days[done - 1] != day - timedelta(days=1):
            fault = _("The day before it was never sealed.")
        if not fault and day not in marked:
            fault = _("It is sealed in the ledger, and not marked as sealed in the trail.")
        if fault:
            return Checked(done, events, day, fault)
        events += count
    strays = sorted(marked - set(days))
    if strays:
        return Checked(len(days), events, strays[0], _("It is marked as sealed in the trail, and the ledger has no seal of it."))
    return Checked(len(days), events)


def _sealed(session: Session) -> dict[date, dict[str, Any]]:
    rows = session.execute(select(Entry.event_key, Entry.public_particulars).where(Entry.kind == KIND))
    return {date.fromisoformat(key.split(":")[1]): said for key, said in rows}


def _read(session: Session, day: date) -> tuple[int, bytes, str]:
    leaves, fault = [], ""
    for event in audit.of_day(session, day):
        leaves.append(merkle.leaf_hash(content(event)))
        if not fault and not words_fit(event):
            fault = _("The words of event %(number)d are not those that were written.") % {"number": event.id}
    return len(leaves), merkle.Tree(len(leaves), merkle.Hashes(leaves)).root(), fault


def _differs(said: dict[str, Any], day: date, events: int, root: bytes) -> str:
    if said.get("day") != day.isoformat():
        return _("Its seal in the ledger speaks of another day.")
    if said.get("events") != events:
        return _("%(sealed)s events were sealed, and %(there)d are there.") % {"sealed": said.get("events"), "there": events}
    return "" if said.get("root") == root.hex() else _("An event is not as it was sealed.")

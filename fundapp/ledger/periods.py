"""Closing the books: a period is opened, shut, and sealed with its totals (reference: ledger.md sections 5 and 6).

Months are opened by themselves, from the first entry's on, and closed in their order. Shutting is at once and for everybody: no entry
is dated into the period any more, nor before it. Sealing waits until every transaction that might have been before that is over, and
writes the totals as they then are. No entry moves any money.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.days import day
from fundapp.core.errors import Busy, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.ledger import balances, chart
from fundapp.ledger.balances import Total
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.draft import Draft, Posted
from fundapp.ledger.log_models import Period
from fundapp.ledger.periods_read import CLOSING, OPEN, SEALED, last_sealed, period, unopened
from fundapp.ledger.posting import write

KIND = "period.sealed"

# Two who open the same months at once: the second waits for the first, and finds them there.
_OPEN = text("INSERT INTO period (starts_on, ends_on) VALUES (:starts_on, :ends_on) ON CONFLICT DO NOTHING")
_CLOSE = text("""
UPDATE period SET state = 'closing', closed_by = :actor, closed_at = :at WHERE ends_on = :ends_on
""")
_SEAL = text("UPDATE period SET state = 'sealed', entry_number = :number WHERE ends_on = :ends_on")
_HELD = text("SELECT state, closed_by FROM period WHERE ends_on = :ends_on FOR UPDATE")
# Who may be writing entries at this moment. Whoever begins to later sees the days shut: this lock comes before the look at the
# watermark, and is held until what was written is there for all to see. PostgreSQL's snapshots cannot be asked instead: they name who
# is under way only up to the last transaction that is over, and so miss a writer who began just before the closing was through.
_WRITING = text("""
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'entry'::regclass AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
_LEVEL = text("SELECT current_setting('transaction_isolation')")
_WAITS = 20
_WAIT_SECONDS = 0.1


def open_period(session: Session, *, starts_on: date, ends_on: date) -> None:
    """Say which days will be closed together. Raises Refused for days in another period, or the wrong way round."""
    session.add(Period(starts_on=starts_on, ends_on=ends_on))
    session.flush()


def ensure_months(session: Session) -> None:
    """Open every month from the first entry's to the present one that is not opened yet and whose days are not shut."""
    for month in unopened(session):
        session.execute(_OPEN, {"starts_on": month.starts_on, "ends_on": month.ends_on})


def close(session: Session, *, ends_on: date, actor: str) -> bool:
    """Shut a period's days, and every day before; says whether it did. This cannot be undone. Again, it changes nothing.

    Should this transaction fail afterwards, the days stay shut all the same: the watermark is never lowered. Close it again.
    Raises NotFound, Refused (the period is not over yet, an earlier one is still open).
    """
    state, _closed_by = _held(session, ends_on)
    if state != OPEN:
        return False
    if ends_on >= clock.today():
        raise Refused(_("The period to %(day)s is not over yet. It can be closed from the day after.") % {"day": day(ends_on)})
    _earlier_are(session, ends_on, (CLOSING, SEALED), marked("The period to %(day)s comes first: it is not closed yet."))
    session.execute(_CLOSE, {"ends_on": ends_on, "actor": actor, "at": clock.now()})
    return True


def seal_period(session: Session, *, ends_on: date, actor: str) -> Posted:
    """Seal a closed period: write its totals into the log, for ever. Again, it is answered with the seal that stands.

    The one who closed it does not seal it. Raises NotFound, Refused (not closed, closed by the same person, an earlier period
    that is not sealed), Busy (something that began before the closing is still under way), RuntimeError (not at READ COMMITTED).
    """
    state, closed_by = _held(session, ends_on)
    if state == SEALED:
        return _standing(session, ends_on)
    if state != CLOSING:
        raise Refused(_("The period to %(day)s is still open. Close it first.") % {"day": day(ends_on)})
    if closed_by == actor:
        raise Refused(_("Somebody else seals what you closed: two people stand for a month's books."))
    _earlier_are(session, ends_on, (SEALED,), marked("The period to %(day)s comes first: it is not sealed yet."))
    _let_others_finish(session)
    posted = write(session, _record(session, ends_on, actor))
    session.execute(_SEAL, {"ends_on": ends_on, "number": posted.number})
    return posted


def particulars(totals: Sequence[Total], before: Sequence[Total]) -> dict[str, int]:
    """What a period's seal says in public: whole-Fund totals, in pence (ledger.md section 6).

    Received is what was given and paid in, less what was given or taken back. Left is all the Fund's money at the end, promised
    or not: assets, less debts other than promised help.
    """
    kinds = {total.account: total.kind for total in (*totals, *before)}
    moved = {code: _net(totals, code) - _net(before, code) for code in kinds}
    income = [code for code, kind in kinds.items() if kind == AccountKind.INCOME]
    helped = [code for code in moved if code.startswith(chart.HELP)]
    awarded = sum(moved[code] for code in helped)
    promised = moved.get(chart.GRANTS_PAYABLE, 0)
    back = sum(moved.get(code, 0) for code in (chart.REFUNDS, chart.CHARGEBACKS))
    return {
        "received_pence": -sum(moved[code] for code in income) - back,
        "fees_pence": sum(moved.get(code, 0) for code in (chart.PROCESSING_FEES, chart.DISPUTE_FEES)),
        "awarded_pence": awarded,
        "paid_pence": awarded + promised,
        "left_pence": sum(total.debits_pence - total.credits_pence for total in totals if total.kind == AccountKind.ASSET),
    }


def figures(session: Session, ends_on: date) -> tuple[dict[str, int], list[Total]]:
    """What a seal of the days to this one would say if it were made now: in public, and account by account."""
    totals = balances.totals(session, as_of=ends_on)
    base = last_sealed(session, ends_on - timedelta(days=1))
    before = balances.totals(session, as_of=base.ends_on) if base else []
    return particulars(totals, before), totals


def _record(session: Session, ends_on: date, actor: str) -> Draft:
    said, totals = figures(session, ends_on)
    public: dict[str, Any] = {"month": ends_on.isoformat()[:7], **said}
    return Draft(
        event_key=f"period:{ends_on.isoformat()}:sealed",
        kind=KIND,
        happened_on=clock.today(),
        lines=(),
        actor=actor,
        subject=f"period:{ends_on.isoformat()}",
        public=public,
        private={"ends_on": ends_on.isoformat(), "totals": [_kept(total) for total in totals]},
    )


def _kept(total: Total) -> dict[str, Any]:
    sides = {"debits_pence": total.debits_pence, "credits_pence": total.credits_pence}
    return {"account": total.account, "fund": total.fund, **sides}


def _held(session: Session, ends_on: date) -> tuple[str, str | None]:
    row = session.execute(_HELD, {"ends_on": ends_on}).one_or_none()
    if row is None:
        raise NotFound(_("There is no period that ends on %(day)s.") % {"day": day(ends_on)})
    return row.state, row.closed_by


def _standing(session: Session, ends_on: date) -> Posted:
    number = period(session, ends_on).entry_number or 0
    entry_id: int = session.execute(text("SELECT id FROM entry WHERE number = :number"), {"number": number}).scalar_one()
    return Posted(entry_id, number, replayed=True)


def _let_others_finish(session: Session) -> None:
    """Wait until nothing is left that may have dated an entry into the days before they were shut.

    Raises RuntimeError in a view of the world that stands still: what the others wrote meanwhile would be missing for ever.
    """
    if session.scalar(_LEVEL) != "read committed":
        raise RuntimeError("a period is sealed at READ COMMITTED alone")
    writers = set(session.scalars(_WRITING))
    for _wait in range(_WAITS):
        if not writers:
            return
        time.sleep(_WAIT_SECONDS)
        writers &= set(session.scalars(_WRITING))
    if writers:
        raise Busy(_("Something that began before the books were closed is not over yet. Try again in a moment."))


def _earlier_are(session: Session, ends_on: date, states: Sequence[str], sentence: str) -> None:
    earlier = text("SELECT min(ends_on) FROM period WHERE ends_on < :ends_on AND state <> ALL (:states)")
    first = session.scalar(earlier, {"ends_on": ends_on, "states": list(states)})
    if first is not None:
        raise Refused(_(sentence) % {"day": day(first)})


def _net(totals: Sequence[Total], account: str) -> int:
    return sum(total.debits_pence - total.credits_pence for total in totals if total.account == account)

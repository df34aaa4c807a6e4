"""Closing the books: a period is opened, shut, and sealed with its totals (reference: ledger.md sections 5 and 6).

Shutting is at once and for everybody: no entry is dated into the period any more, nor before it. Sealing waits until every
transaction that might have been before that is over, and writes the totals as they then are. No entry moves any money.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Busy, NotFound, Refused
from fundapp.ledger import balances, chart
from fundapp.ledger.balances import Total
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.draft import Draft, Posted
from fundapp.ledger.log_models import Period
from fundapp.ledger.periods_read import SEALED, last_sealed, period
from fundapp.ledger.posting import write

KIND = "period.sealed"

_CLOSE = text("""
UPDATE period SET state = 'closing', closed_by = :actor, closed_at = :at WHERE ends_on = :ends_on
""")
_SEAL = text("UPDATE period SET state = 'sealed', entry_number = :number WHERE ends_on = :ends_on")
_HELD = text("SELECT state, closed_by FROM period WHERE ends_on = :ends_on FOR UPDATE")
# Whether every transaction older than this one is over. Whoever came later saw that the days were shut.
_ALONE = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= pg_current_xact_id()")
_WAITS = 20
_WAIT_SECONDS = 0.1


def open_period(session: Session, *, starts_on: date, ends_on: date) -> None:
    """Say which days will be closed together. Raises Refused for days in another period, or the wrong way round."""
    session.add(Period(starts_on=starts_on, ends_on=ends_on))
    session.flush()


def close(session: Session, *, ends_on: date, actor: str) -> None:
    """Shut a period's days, and every day before. This cannot be undone. Again, it changes nothing.

    Raises NotFound, Refused (the period is not over yet).
    """
    state, _ = _held(session, ends_on)
    if state != "open":
        return
    if ends_on >= clock.today():
        raise Refused(f"The period to {_words(ends_on)} is not over yet. It can be closed from the day after.")
    session.execute(_CLOSE, {"ends_on": ends_on, "actor": actor, "at": clock.now()})


def seal_period(session: Session, *, ends_on: date, actor: str) -> Posted:
    """Seal a closed period: write its totals into the log, for ever. Again, it is answered with the seal that stands.

    The one who closed it does not seal it. Raises NotFound, Refused (not closed, closed by the same person, an earlier period
    that is not sealed), Busy (something that began before the closing is still under way).
    """
    state, closed_by = _held(session, ends_on)
    if state == SEALED:
        return _standing(session, ends_on)
    if state != "closing":
        raise Refused(f"The period to {_words(ends_on)} is still open. Close it first.")
    if closed_by == actor:
        raise Refused("Somebody else seals what you closed: two people stand for a month's books.")
    _earlier_are_sealed(session, ends_on)
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


def _record(session: Session, ends_on: date, actor: str) -> Draft:
    totals = balances.totals(session, as_of=ends_on)
    base = last_sealed(session, ends_on)
    before = balances.totals(session, as_of=base.ends_on) if base else []
    public: dict[str, Any] = {"month": ends_on.isoformat()[:7], **particulars(totals, before)}
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
        raise NotFound(f"There is no period that ends on {_words(ends_on)}.")
    return row.state, row.closed_by


def _standing(session: Session, ends_on: date) -> Posted:
    number = period(session, ends_on).entry_number or 0
    entry_id: int = session.execute(text("SELECT id FROM entry WHERE number = :number"), {"number": number}).scalar_one()
    return Posted(entry_id, number, replayed=True)


def _let_others_finish(session: Session) -> None:
    """Wait until nothing is left that may have dated an entry into the days before they were shut."""
    for _ in range(_WAITS):
        if session.scalar(_ALONE):
            return
        time.sleep(_WAIT_SECONDS)
    raise Busy("Something that began before the books were closed is not over yet. Try again in a moment.")


def _earlier_are_sealed(session: Session, ends_on: date) -> None:
    open_ = session.scalar(text("SELECT min(ends_on) FROM period WHERE ends_on < :ends_on AND state <> 'sealed'"), {"ends_on": ends_on})
    if open_ is not None:
        raise Refused(f"The period to {_words(open_)} comes first: it is not sealed yet.")


def _net(totals: Sequence[Total], account: str) -> int:
    return sum(total.debits_pence - total.credits_pence for total in totals if total.account == account)


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

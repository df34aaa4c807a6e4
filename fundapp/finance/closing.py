"""Closing a month and sealing it: two finance officers, two acts, each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance.story import names
from fundapp.ledger import chart, periods, periods_read
from fundapp.ledger.balances import Total
from fundapp.ledger.periods_read import CLOSING, OPEN, PeriodView

# What is not certain yet at the end of a month, and is better cleared up before its books are closed.
_UNCERTAIN = (chart.STRIPE_CLEARING, chart.DISPUTED, chart.SUSPENSE)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Money that nobody can be sure of at the end of a month, in pence."""

    account: str
    name: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month as its page shows it."""

    period: PeriodView
    # What its seal says, or would say if it were made now.
    figures: dict[str, int]
    # Account by account and fund by fund, at its end.
    totals: list[Total]
    doubts: list[Doubt]
    who: dict[str, str]
    # The first month that has to be closed, or sealed, before this one.
    first: PeriodView | None
    can_close: bool
    can_seal: bool
    # The one who looks closed it, so somebody else seals it.
    is_own: bool


def months(session: Session) -> tuple[list[PeriodView], dict[str, str]]:
    """Every month, the newest first, and the names behind the references in them."""
    found = periods_read.months(session)
    return found, names(session, {by for one in found for by in (one.closed_by, one.sealed_by) if by})


def month(session: Session, year: int, number: int, *, actor: Actor) -> Month:
    """One month. Raises NotFound for one that has not begun, or in which there was no Fund yet."""
    ends_on = _end(year, number)
    found = periods_read.months(session)
    period = next((one for one in found if one.ends_on == ends_on), None)
    if period is None:
        raise NotFound(_("The Fund has no books of that month."))
    figures, totals = periods.figures(session, ends_on)
    waits_for = (OPEN,) if period.state == OPEN else (OPEN, CLOSING)
    earlier = [one for one in found if one.ends_on < ends_on and one.state in waits_for]
    first = min(earlier, key=lambda one: one.ends_on, default=None)
    is_finance, over = actor.has(Role.FINANCE), ends_on < clock.today()
    return Month(
        period=period,
        figures=figures,
        totals=totals,
        doubts=_doubts(totals),
        who=names(session, {by for by in (period.closed_by, period.sealed_by) if by}),
        first=first,
        can_close=is_finance and over and period.state == OPEN and first is None,
        can_seal=is_finance and period.state == CLOSING and first is None and period.closed_by != actor.reference,
        is_own=period.closed_by == actor.reference,
    )


def next_step(session: Session) -> PeriodView | None:
    """The month that can be closed or sealed now, the oldest first; None when there is nothing to do."""
    waiting = [one for one in periods_read.months(session) if one.state in (OPEN, CLOSING) and one.ends_on < clock.today()]
    return min(waiting, key=lambda one: one.ends_on, default=None)


def close_month(session: Session, *, actor: Actor, year: int, number: int) -> None:
    """Shut a month's days for every entry. This cannot be undone; again, it changes nothing.

    Raises NotAllowed, NotFound, Refused (not over yet, an earlier month is open).
    """
    _must_be_finance(actor)
    periods.ensure_months(session)
    ends_on = _end(year, number)
    if periods.close(session, ends_on=ends_on, actor=actor.reference):
        audit.record(session, actor=actor, kind=AuditKind.PERIOD_CLOSED, subject=f"period:{ends_on.isoformat()}")


def seal_month(session: Session, *, actor: Actor, year: int, number: int) -> int:
    """Write a closed month's totals into the ledger, for ever; answers the entry's number. Again, it is the seal that stands.

    Raises NotAllowed, NotFound, Refused (not closed, closed by the same person, an earlier month is not sealed), Busy.
    """
    _must_be_finance(actor)
    ends_on = _end(year, number)
    posted = periods.seal_period(session, ends_on=ends_on, actor=actor.reference)
    if not posted.replayed:
        subject = f"period:{ends_on.isoformat()}"
        audit.record(session, actor=actor, kind=AuditKind.PERIOD_SEALED, subject=subject, facts={"entry": posted.number})
    return posted.number


def _must_be_finance(actor: Actor) -> None:
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer closes the books."))


def _end(year: int, number: int) -> date:
    if not 1900 <= year <= 2200 or not 1 <= number <= 12:
        raise NotFound(_("There is no such month."))
    return periods_read.month_end(date(year, number, 1))


def _doubts(totals: list[Total]) -> list[Doubt]:
    found = []
    for code in _UNCERTAIN:
        rows = [total for total in totals if total.account == code]
        pence = sum(row.debits_pence - row.credits_pence for row in rows)
        if pence:
            found.append(Doubt(code, rows[0].name, pence))
    return found

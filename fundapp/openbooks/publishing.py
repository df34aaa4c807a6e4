"""Publishing a quarter's help: written into the ledger once, when its figures can no longer move.

A quarter is published from sealed months alone. Until finance has sealed the last of them, something may still be dated into it, and
a figure that has been published must not move. So there is no publishing "so many days after the quarter": if finance is late, the
open books say so and go on showing the quarter before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Conflict, Refused
from fundapp.core.language import gettext as _
from fundapp.core.quarters import Period, quarter_code, quarter_named, quarter_of, quarters_between
from fundapp.grants import figures
from fundapp.ledger import published_quarters, queues
from fundapp.ledger import queries as ledger
from fundapp.ledger import service as ledger_service
from fundapp.ledger.models import Entry
from fundapp.ledger.periods_read import last_sealed
from fundapp.ledger.published_quarters import KIND, FundUse, KindSaid, QuarterSaid, all_published, particulars
from fundapp.openbooks import rules
from fundapp.openbooks.fund_use import Moved, Told, tellable
from fundapp.openbooks.suppression import LEAST, Crowd, HelpTable, safe_table

ACTOR = "system"


def due(session: Session) -> list[Period]:
    """The quarters that can be published and are not yet, the oldest first: from the first in which money moved."""
    sealed, first = last_sealed(session, clock.today()), first_day(session)
    if sealed is None or first is None:
        return []
    quarters = quarters_between(first, sealed.ends_on)
    standing = ledger.known_keys(session, [event_key(quarter) for quarter in quarters])
    return [quarter for quarter in quarters if event_key(quarter) not in standing]


def first_day(session: Session) -> date | None:
    """The first day on which any money moved."""
    return session.scalar(select(func.min(Entry.happened_on)).where(Entry.transfers > 0))


def publish(session: Session, quarter: Period, least: Crowd | None = None) -> bool:
    """Write a quarter's help into the ledger; says whether it did. A quarter that was published before stays as it is.

    `least` is who must stand behind a figure, else the rule in force says it. Raises Refused while a month of it is not sealed.
    """
    sealed = last_sealed(session, clock.today())
    # Months are closed and sealed in their order, and shut every day before: the last one stands for all.
    if sealed is None or sealed.ends_on < quarter.last:
        raise Refused(_("The books of %(quarter)s are not closed yet.") % {"quarter": quarter.words})
    if ledger.known_keys(session, [event_key(quarter)]):
        return False
    try:
        posted = ledger_service.record(
            session,
            event_key=event_key(quarter),
            kind=KIND,
            happened_on=clock.today(),
            actor=ACTOR,
            subject=f"quarter:{quarter_code(quarter)}",
            public=particulars(_said(session, quarter, least or rules.now(session).least)),
        )
    except Conflict:
        # Somebody else published it this very moment, in other words (a kind was renamed meanwhile). Theirs stands.
        return False
    return not posted.replayed


def event_key(quarter: Period) -> str:
    """What the publication of a quarter is called in the ledger, for ever."""
    return published_quarters.event_key(quarter_code(quarter))


def help_given(session: Session, quarter: Period, least: Crowd = LEAST) -> HelpTable:
    """The kinds of help of a quarter, as far as they may be told: small ones are merged."""

    def together(codes: frozenset[str]) -> Crowd:
        return Crowd(*figures.people_behind(session, codes, quarter.first, quarter.last))

    return safe_table(figures.help_by_kind(session, quarter.first, quarter.last), together, least)


def fund_use(session: Session, quarter: Period, least: Crowd = LEAST) -> list[FundUse]:
    """What each fund that people give to used since it was told of last, as far as that may be told; the rest is carried."""
    moves = [
        Moved(one.fund, one.month, one.subject, one.person_id, one.team_id, one.pence)
        for one in figures.moves_by_fund(session, quarter.last)
    ]
    published = all_published(session, clock.today())
    # After a later quarter is told, an earlier one adds nothing: what is told of a fund never overlaps.
    if not moves or any(said.code > quarter_code(quarter) for said in published):
        return []
    before = [(said, use) for said in published for use in said.used]
    begun = {use.fund: said.period.next_day for said, use in before}
    told = [_told(moves, use.fund, quarter_named(use.since).first, said.period.last) for said, use in before]
    first = quarter_of(date.fromisoformat(f"{moves[0].month}-01")).first
    spans = [_told(moves, fund, begun.get(fund, first), quarter.last) for fund in queues.funds_given_to(session, quarter.last)]
    found = tellable(moves, told, [span for span in spans if any(span.covers(one) for one in moves)], least)
    since = {fund: quarter_code(quarter_of(begun.get(fund, first))) for fund in (one.fund for one in found)}
    return [FundUse(one.fund, since[one.fund], one.pence) for one in sorted(found, key=lambda one: one.fund)]


def _told(moves: Sequence[Moved], fund: str, since: date, until: date) -> Told:
    span = Told(fund, f"{since:%Y-%m}", f"{until:%Y-%m}", 0)
    return replace(span, pence=sum(one.pence for one in moves if span.covers(one)))


def _said(session: Session, quarter: Period, least: Crowd) -> QuarterSaid:
    """What the entry says in public: exactly what the page shows, with the rule by which kinds were named."""
    table = help_given(session, quarter, least)
    return QuarterSaid(
        number=0,
        code=quarter_code(quarter),
        kinds=[KindSaid(kind.name, kind.people, kind.spent_pence) for kind in table.named],
        other_pence=table.other_pence,
        agreed_pence=table.total_pence,
        named_from_people=least.people,
        named_from_teams=least.teams,
        used=fund_use(session, quarter, least),
    )

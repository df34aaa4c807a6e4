"""Publishing a quarter's help: written into the ledger once, when its figures can no longer move.

A quarter is published from sealed months alone. Until finance has sealed the last of them, something may still be dated into it, and
a figure that has been published must not move. So there is no publishing "so many days after the quarter": if finance is late, the
open books say so and go on showing the quarter before.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Conflict, Refused
from fundapp.core.language import gettext as _
from fundapp.core.quarters import Period, quarter_code, quarters_between
from fundapp.grants import figures
from fundapp.ledger import queries as ledger
from fundapp.ledger import service as ledger_service
from fundapp.ledger.models import Entry
from fundapp.ledger.periods_read import last_sealed
from fundapp.openbooks.suppression import K_PEOPLE, K_TEAMS, Crowd, HelpTable, safe_table

KIND = "quarter.published"
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


def publish(session: Session, quarter: Period) -> bool:
    """Write a quarter's help into the ledger; says whether it did. A quarter that was published before stays as it is.

    Raises Refused while a month of it is not sealed.
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
            public=particulars(quarter, help_given(session, quarter)),
        )
    except Conflict:
        # Somebody else published it this very moment, in other words (a kind was renamed meanwhile). Theirs stands.
        return False
    return not posted.replayed


def event_key(quarter: Period) -> str:
    """What the publication of a quarter is called in the ledger, for ever."""
    return f"quarter:{quarter_code(quarter)}:published"


def help_given(session: Session, quarter: Period) -> HelpTable:
    """The kinds of help of a quarter, as far as they may be told: small ones are merged."""

    def together(codes: frozenset[str]) -> Crowd:
        return Crowd(*figures.people_behind(session, codes, quarter.first, quarter.last))

    return safe_table(figures.help_by_kind(session, quarter.first, quarter.last), together)


def particulars(quarter: Period, table: HelpTable) -> dict[str, Any]:
    """What the entry says in public: exactly what the page shows, with the rule by which kinds were named."""
    said: dict[str, Any] = {
        "quarter": quarter_code(quarter),
        "kinds": [{"agreed_pence": kind.spent_pence, "name": kind.name, "people": kind.people} for kind in table.named],
        "agreed_pence": table.total_pence,
        "named_from_people": K_PEOPLE,
        "named_from_teams": K_TEAMS,
    }
    return said | ({} if table.other_pence is None else {"other_agreed_pence": table.other_pence})

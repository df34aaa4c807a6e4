"""Reading what the public may see of the money: added up afresh from the ledger, to the last month end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked, pgettext
from fundapp.core.quarters import Period, open_year
from fundapp.grants import queries as grants
from fundapp.ledger import queries as ledger
from fundapp.ledger.models import Entry
from fundapp.openbooks.books import Balance, Balances, Books, add_up
from fundapp.openbooks.models import OpenbooksExample

# As many as the front page has room for (contract: six priced examples).
SHOWN = 6
# The examples that came with the house. In other languages, those that somebody else wrote stay as they wrote them.
FIRST_WORDS = (
    marked("a bus to an interview"),
    marked("photos for an ID card"),
    marked("a haircut before a viewing"),
    marked("a birth certificate"),
    marked("a simple phone"),
    marked("a bed, a table and two chairs for a first home"),
)
# The middle of fewer answers than this could be somebody's own.
LEAST_ANSWERS = 10


def books(session: Session, today: date) -> Books:
    """The Fund's money from 1 April to the last month end, as the ledger stood on that day, whatever was recorded since."""
    period = open_year(today)
    return add_up(period, _balances(session, period.first - timedelta(days=1)), _balances(session, period.last))


def gifts(session: Session, period: Period) -> int:
    """How many gifts came in a period: by card, or by cheque or bank and not taken back since as entered wrong."""
    wrong = aliased(Entry)
    stands = ~exists().where(wrong.reverses == Entry.number)
    statement = (
        select(func.count())
        .select_from(Entry)
        .where(Entry.kind.in_(("gift.charged", "gift.received")), Entry.happened_on.between(period.first, period.last), stands)
    )
    return session.scalar(statement) or 0


def answered_within(session: Session, period: Period) -> str:
    """In how much time half of all requests were answered, in words; empty when too few were."""
    times = grants.answer_times(session, period.since, period.until)
    if times.median is None or times.answers < LEAST_ANSWERS:
        return ""
    hours = -(-int(times.median.total_seconds()) // 3600)
    if hours <= 1:
        return pgettext("within", "an hour")
    if hours <= 48:
        return pgettext("within", "%(number)d hours") % {"number": hours}
    return pgettext("within", "%(number)d days") % {"number": -(-hours // 24)}


def shown_examples(session: Session) -> Sequence[OpenbooksExample]:
    """The examples on the front page, in their order."""
    return session.scalars(_in_order().where(OpenbooksExample.active).limit(SHOWN)).all()


def all_examples(session: Session) -> Sequence[OpenbooksExample]:
    """Every example, those in use first."""
    return session.scalars(_in_order(OpenbooksExample.active.desc())).all()


def example(session: Session, example_id: int) -> OpenbooksExample:
    """One example. Raises NotFound where there is none."""
    found = session.get(OpenbooksExample, example_id)
    if found is None:
        raise NotFound(_("There is no such example."))
    return found


def _in_order(*first: Any) -> Select[OpenbooksExample]:
    return select(OpenbooksExample).order_by(*first, OpenbooksExample.position, OpenbooksExample.id)


def _balances(session: Session, as_of: date) -> Balances:
    found: dict[str, Balance] = {}
    for row in ledger.trial_balance(session, as_of):
        before = found[row.account].net_debit_pence if row.account in found else 0
        found[row.account] = Balance(row.kind, before + row.debits_pence - row.credits_pence)
    return found

"""Reading what stands in the ledger for everybody: the quarters as they were published, the months as they were sealed.

The figures come from those entries' public parts alone, so that a figure on the page and the words of its proof cannot differ. What
is recorded later about an older day changes none of them: it belongs to the day that it is dated on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.quarters import Period, last_quarter, quarter_code, quarter_named, quarters_back
from fundapp.ledger import periods, proofs, published_quarters, queries
from fundapp.ledger.models import Entry
from fundapp.ledger.periods_read import SEALED, PeriodView
from fundapp.ledger.periods_read import periods as all_periods
from fundapp.ledger.proofs import Place
from fundapp.ledger.published_quarters import QuarterSaid
from fundapp.openbooks import publishing

# How many quarters stand on the page, and how far back they are looked for.
SHOWN = 2
LOOKED_FOR = 12
# Entries whose public part is for everybody.
PUBLIC_KINDS = frozenset({published_quarters.KIND, periods.KIND})


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One line of the table of help: a kind, or other help, which tells no people."""

    name: str
    people: int | None
    agreed_pence: int
    # Its bar's length, as a percentage of the longest.
    share: float


@dataclass(frozen=True, slots=True)
class FundRow:
    """What a fund used of what it was given, since it was told of last."""

    name: str
    period: Period
    used_pence: int

    @property
    def row(self) -> tuple[str, str]:
        """The line as it stands on the page: a quarter that was carried is named."""
        return (_("%(fund)s, %(period)s") % {"fund": self.name, "period": self.period.words}, pounds(self.used_pence))


@dataclass(frozen=True, slots=True)
class Quarter:
    """The help of one quarter, as it was published."""

    period: Period
    rows: Sequence[HelpRow]
    funds: Sequence[FundRow]
    agreed_pence: int
    # The rule by which kinds were named: from so many people and teams on.
    from_people: int
    from_teams: int
    number: int


@dataclass(frozen=True, slots=True)
class Month:
    """Whole-Fund totals of one closed period, as they were sealed (ledger.md section 6)."""

    period: Period
    # Given and paid in, less what was given back.
    received_pence: int
    fees_pence: int
    awarded_pence: int
    paid_pence: int
    left_pence: int
    number: int


@dataclass(frozen=True, slots=True)
class Published:
    """What of a year and its quarters stands in the ledger for everybody."""

    # The newest first.
    quarters: Sequence[Quarter]
    # The last quarter that is over, if its books are still being closed.
    waiting: Period | None
    # The oldest first.
    months: Sequence[Month]
    # Where these entries stand, by their numbers; those under no checkpoint yet are left out.
    places: dict[int, Place]
    # The days of the year that no sealed month covers yet.
    still_open: Period | None


def published(session: Session, *, year: Period, today: date) -> Published:
    """What the open books show of it on a day."""
    quarters, months = _quarters(session, today), _months(all_periods(session), year)
    numbers = [*(one.number for one in quarters), *(one.number for one in months)]
    return Published(
        quarters=quarters,
        waiting=_waiting(session, quarters, last_quarter(today)),
        months=months,
        places=proofs.places_of(session, numbers) if numbers else {},
        still_open=_still_open(months, year),
    )


def proof(session: Session, number: int) -> str:
    """The proof of such an entry, without what is private of it. Raises NotFound for any other, NotSealed."""
    kind = session.scalar(select(Entry.kind).where(Entry.number == number))
    if kind not in PUBLIC_KINDS:
        raise NotFound(_("No entry of this number is published."))
    return proofs.public_proof(session, number)


def _quarters(session: Session, today: date) -> list[Quarter]:
    said = published_quarters.by_codes(session, [quarter_code(quarter) for quarter in quarters_back(today, LOOKED_FOR)])
    newest = list(said.values())[::-1][:SHOWN]
    names = {fund.code: fund.name for fund in queries.funds(session)} if any(one.used for one in newest) else {}
    return [_quarter(one, names) for one in newest]


def _waiting(session: Session, quarters: Sequence[Quarter], newest: Period) -> Period | None:
    if quarters and quarters[0].period == newest:
        return None
    first = publishing.first_day(session)
    return newest if first is not None and first <= newest.last else None


def _quarter(said: QuarterSaid, names: Mapping[str, str]) -> Quarter:
    told: list[tuple[str, int | None, int]] = [(kind.name, kind.people, kind.agreed_pence) for kind in said.kinds]
    if said.other_pence is not None:
        told.append((_("Other help"), None, said.other_pence))
    longest = max((pence for *_, pence in told), default=0)
    rows = [HelpRow(name, people, pence, round(100 * max(0, pence) / longest, 1) if longest > 0 else 0) for name, people, pence in told]
    funds = [FundRow(names[use.fund], Period(quarter_named(use.since).first, said.period.last), use.pence) for use in said.used]
    return Quarter(said.period, rows, funds, said.agreed_pence, said.named_from_people, said.named_from_teams, said.number)


def _months(known: Iterable[PeriodView], year: Period) -> list[Month]:
    found = [_month(one) for one in known if one.state == SEALED and year.first <= one.ends_on <= year.last]
    return sorted(found, key=lambda one: one.period.last)


def _month(one: PeriodView) -> Month:
    said = one.said or {}
    return Month(
        period=Period(one.starts_on, one.ends_on),
        received_pence=said["received_pence"],
        fees_pence=said["fees_pence"],
        awarded_pence=said["awarded_pence"],
        paid_pence=said["paid_pence"],
        left_pence=said["left_pence"],
        number=one.entry_number or 0,
    )


def _still_open(months: Sequence[Month], year: Period) -> Period | None:
    if not months:
        return year
    last = months[-1].period
    return None if last.last >= year.last else Period(last.next_day, year.last)

"""What somebody gave in a tax year, and what went back: each on the day it happened, from ledger rows alone.

A refund stands in the year in which it was made, never in the gift's own, so that a year that was told once is told the same for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypedDict

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.giving.gift_aid.covering import Cover, change_of, covers_all
from fundapp.giving.models import Donation
from fundapp.giving.receipts import reference_of
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.queries import EntryView
from fundapp.people.models import FundHolder
from fundapp.web.filters import day

# The tax year begins on 6 April.
_BEGINS = (4, 6)
_OF_A_BANK = frozenset({chart.DISPUTED, chart.CHARGEBACKS})


class What(StrEnum):
    """What a line tells."""

    GIVEN = "given"
    GIVEN_BACK = "given-back"
    TAKEN = "taken"
    CAME_AGAIN = "came-again"

    @property
    def words(self) -> str:
        """As it stands in the statement."""
        return _(_WORDS[self])


_WORDS = {
    What.GIVEN: marked("You gave"),
    What.GIVEN_BACK: marked("Given back to you"),
    What.TAKEN: marked("Taken back by your bank"),
    What.CAME_AGAIN: marked("Came back to the Fund"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of one gift. What goes back is below nothing."""

    on: date
    what: What
    reference: str
    amount_pence: int
    # Whether a Gift Aid declaration covers the gift.
    is_aided: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A tax year, from 6 April to 5 April."""

    year: int
    lines: tuple[Line, ...]

    @property
    def words(self) -> str:
        """The year as people write it: "2026 to 2027"."""
        return _("%(first)d to %(last)d") % {"first": self.year, "last": self.year + 1}

    @property
    def starts_on(self) -> date:
        """Its first day."""
        return date(self.year, *_BEGINS)

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return date(self.year + 1, 4, 5)

    @property
    def given_pence(self) -> int:
        """All that was given."""
        return sum(line.amount_pence for line in self.lines if line.what is What.GIVEN)

    @property
    def back_pence(self) -> int:
        """What went back in this year, less what came again, of whichever year's gifts."""
        return -sum(line.amount_pence for line in self.lines if line.what is not What.GIVEN)

    @property
    def net_pence(self) -> int:
        """What the year comes to."""
        return self.given_pence - self.back_pence

    @property
    def aided_pence(self) -> int:
        """Of that, under Gift Aid: what a tax return asks for."""
        return sum(line.amount_pence for line in self.lines if line.is_aided)

    def for_pdf(self, holder: FundHolder, *, whose: str, page_url: str) -> StatementWords:
        """The words and figures of the document."""
        return StatementWords(
            charity_name=holder.charity_name,
            charity_number=holder.charity_number,
            charity_address=holder.address,
            contact=f"{holder.phone} · {holder.email}",
            whose=whose,
            year=self.words,
            span=_("%(first)s to %(last)s") % {"first": day(self.starts_on), "last": day(self.ends_on)},
            told_on=day(clock.today()),
            lines=[
                (day(line.on), f"{line.what.words} ({line.reference})", pounds(line.amount_pence), _("yes") if line.is_aided else _("no"))
                for line in self.lines
            ],
            given_pence=self.given_pence,
            back_pence=self.back_pence,
            net_pence=self.net_pence,
            aided_pence=self.aided_pence,
            page_url=page_url,
        )


class StatementWords(TypedDict):
    """What the document's drawing takes."""

    charity_name: str
    charity_number: str
    charity_address: str
    contact: str
    whose: str
    year: str
    span: str
    told_on: str
    lines: list[tuple[str, str, str, str]]
    given_pence: int
    back_pence: int
    net_pence: int
    aided_pence: int
    page_url: str


def tax_year_of(on: date) -> int:
    """The tax year a day is in, by the year it begins in."""
    return on.year if (on.month, on.day) >= _BEGINS else on.year - 1


def statements(session: Session, donations: Sequence[Donation]) -> list[Statement]:
    """Every tax year in which something of these gifts happened, the newest first."""
    lines = _lines(session, donations)
    years = sorted({tax_year_of(line.on) for line in lines}, reverse=True)
    return [Statement(year, tuple(line for line in lines if tax_year_of(line.on) == year)) for year in years]


def statement(session: Session, donations: Sequence[Donation], year: int) -> Statement | None:
    """One year; None where nothing happened in it."""
    return next((one for one in statements(session, donations) if one.year == year), None)


def _lines(session: Session, donations: Sequence[Donation]) -> list[Line]:
    covers = covers_all(session, donations)
    entries = ledger.entries_about(session, [one.subject for one in donations])
    found = [
        (entry.happened_on, entry.number, line)
        for one in donations
        for entry in entries.get(one.subject, ())
        if (line := _line(one, covers[one.id], entry)) is not None
    ]
    return [line for _on, _number, line in sorted(found, key=lambda told: told[:2])]


def _line(donation: Donation, cover: Cover, entry: EntryView) -> Line | None:
    amount_pence = change_of(entry)
    if not amount_pence:
        return None
    is_aided = cover.declaration_id is not None
    return Line(entry.happened_on, _what(donation, entry, amount_pence), reference_of(donation), amount_pence, is_aided)


def _what(donation: Donation, entry: EntryView, amount_pence: int) -> What:
    if entry.event_key == donation.receiving_key:
        return What.GIVEN
    if amount_pence > 0:
        return What.CAME_AGAIN
    touched = {code for line in entry.lines for code in (line.debit, line.credit)}
    return What.TAKEN if touched & _OF_A_BANK else What.GIVEN_BACK

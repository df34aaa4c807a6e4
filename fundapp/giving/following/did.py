"""What a gift did: its part of the gift's page. Read from its traces, and from quarters as they were published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.quarters import Period, quarter_code, quarter_named, quarter_of, quarters_back
from fundapp.giving.following.models import TraceUse
from fundapp.giving.following.tracing import Share, shared, together
from fundapp.giving.models import Donation
from fundapp.giving.queries import Figures
from fundapp.ledger import published_quarters
from fundapp.ledger.published_quarters import QuarterSaid

# How far back the example of a gift that still waits is looked for.
EXAMPLE_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table, and where its piece of the bar begins and how long it is, in hundredths of the gift."""

    words: str
    pence: int
    begins: float
    length: float

    @property
    def row(self) -> tuple[str, str]:
        """The line as it stands in the table."""
        return (self.words, pounds(self.pence))


@dataclass(frozen=True, slots=True)
class Did:
    """What the page tells of the use of a gift. The lines add up to the gift, to the penny."""

    lines: Sequence[Line]
    gross_pence: int
    # The quarters whose help it was used for; the newest release's last, and None where nothing was used yet.
    period: Period | None
    waiting_pence: int
    # Given back, or taken back by a bank, after it was used: what it paid for stays paid for.
    back_after_pence: int
    # A gift as large, had it been used in the last published quarter.
    example: Sequence[Line]
    example_period: Period | None
    # The last day of the quarter that it came in, at whose books' closing it may be told.
    told_after: Period


def part(session: Session, donation: Donation, figures: Figures) -> Mapping[str, object]:
    """What the part's template needs."""
    return {"did": did(session, donation, figures)}


def did(session: Session, donation: Donation, figures: Figures) -> Did:
    """What was used of a gift, by kinds of help as they were published, and what waits. Two questions."""
    uses = _uses(session, donation.id)
    today = clock.today()
    newest = [] if uses else [quarter_code(one) for one in quarters_back(today, EXAMPLE_QUARTERS)]
    codes = {code for use in uses for code in published_quarters.codes_between(use.since, use.quarter)}
    said = published_quarters.by_codes(session, [*codes, *newest])
    used = together(share for use in uses for share in _shares(use, said))
    fee = min(figures.fee_pence, figures.gross_pence - _sum(used))
    waiting = max(0, figures.net_pence - _sum(used))
    back = figures.gross_pence - fee - _sum(used) - waiting
    example = next((one for one in reversed(said.values()) if any(pence > 0 for pence in one.by_kind.values())), None)
    came = quarter_of(clock.day_of(donation.paid_at or donation.created_at))
    return Did(
        lines=_lines(used, fee, waiting, back, figures.gross_pence),
        gross_pence=figures.gross_pence,
        period=Period(quarter_named(uses[0].since).first, quarter_named(uses[-1].quarter).last) if uses else None,
        waiting_pence=waiting,
        back_after_pence=max(0, figures.gross_pence - figures.fee_pence - figures.net_pence - back) if uses else 0,
        example=_example(example, figures) if example and not uses else (),
        example_period=example.period if example and not uses else None,
        told_after=came,
    )


def _uses(session: Session, donation_id: UUID) -> Sequence[TraceUse]:
    return session.scalars(select(TraceUse).where(TraceUse.donation_id == donation_id).order_by(TraceUse.quarter)).all()


def _shares(use: TraceUse, said: Mapping[str, QuarterSaid]) -> list[Share]:
    """One release's part of the gift, over the kinds of all the quarters that it tells of."""
    kinds: Counter[str | None] = Counter()
    for code in published_quarters.codes_between(use.since, use.quarter):
        if code in said:
            kinds.update(said[code].by_kind)
    return shared(use.used_pence, kinds)


def _example(said: QuarterSaid, figures: Figures) -> Sequence[Line]:
    """What a gift like this did in a quarter: after its own fee, if that is known."""
    fee = min(figures.fee_pence, figures.gross_pence)
    return _lines(together(shared(figures.gross_pence - fee, said.by_kind)), fee, 0, 0, figures.gross_pence)


def _lines(used: Iterable[Share], fee: int, waiting: int, back: int, gross: int) -> Sequence[Line]:
    told = [(share.kind or _("Other help"), share.pence) for share in used]
    told += [(_("Card fee"), fee), (_("Given or taken back"), back), (_("Waiting to be used"), waiting)]
    found: list[Line] = []
    begins = 0
    for words, pence in told:
        if pence > 0:
            found.append(Line(words, pence, round(100 * begins / gross, 2), round(100 * pence / gross, 2)))
            begins += pence
    return found


def _sum(shares: Iterable[Share]) -> int:
    return sum(share.pence for share in shares)

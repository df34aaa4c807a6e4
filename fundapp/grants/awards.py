"""Which fund may pay a grant, the best first; and what is free to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger

RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class FundChoice:
    """One fund as the approver sees it, for one amount."""

    code: str
    name: str
    restriction: str
    free_pence: int
    after_pence: int
    ends_on: date | None
    # What stands against it, as a sentence; empty when the fund can pay.
    against: str
    proposed: bool
    # Whether today lies within its dates.
    is_open: bool

    @property
    def can_pay(self) -> bool:
        """Whether its dates allow this and it holds enough."""
        return not self.against

    @property
    def can_give(self) -> bool:
        """Whether its dates allow this and it holds something: enough for a share."""
        return self.free_pence > 0 and self.is_open

    @property
    def why(self) -> str:
        """One line under the fund's name."""
        if self.against:
            return self.against
        if self.proposed:
            return _("Proposed: allows this, and ends first") if self.ends_on else _("Proposed: given for this")
        return _("Given for this") if self.restriction == RESTRICTED else _("Only if no other fund fits")


def fund_choices(session: Session, amount_pence: int) -> list[FundChoice]:
    """Every fund, the best first: restricted before others, the soonest to end before those that last (Charities SORP, fund accounting)."""
    today = clock.today()
    positions = ledger_queries.fund_positions(session)
    order = sorted(positions, key=lambda one: (one.restriction != RESTRICTED, one.ends_on or date.max, one.code))
    against = {one.code: _against(one, amount_pence, today) for one in order}
    best = next((one.code for one in order if not against[one.code]), None)
    return [
        FundChoice(
            code=one.code,
            name=one.name,
            restriction=one.restriction,
            free_pence=one.available_pence,
            after_pence=one.available_pence - amount_pence,
            ends_on=one.ends_on,
            against=against[one.code],
            proposed=one.code == best,
            is_open=ledger.fund_allows(one, today),
        )
        for one in order
    ]


def left_to_ask_pence(session: Session) -> int:
    """What is free to be awarded today, in all funds that are open today."""
    today = clock.today()
    return sum(max(0, one.available_pence) for one in ledger_queries.fund_positions(session) if ledger.fund_allows(one, today))


def _against(fund: ledger_queries.FundPosition, amount_pence: int, today: date) -> str:
    if fund.starts_on is not None and today < fund.starts_on:
        return _("Not begun yet")
    if not ledger.fund_allows(fund, today):
        return _("Ended")
    if fund.available_pence < 0:
        return _("%(amount)s short: awards from it wait until it has recovered") % {"amount": pounds(-fund.available_pence)}
    return _("Not enough in it") if fund.available_pence < amount_pence else ""

"""The money of a grant: which fund may pay it, setting it aside, giving the unspent part back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.grants.models import GrantRequest
from fundapp.ledger import chart
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

    @property
    def can_pay(self) -> bool:
        """Whether its dates allow this and it holds enough."""
        return not self.against

    @property
    def why(self) -> str:
        """One line under the fund's name."""
        if self.against:
            return self.against
        if self.proposed:
            return "Proposed: allows this, and ends first" if self.ends_on else "Proposed: given for this"
        return "Given for this" if self.restriction == RESTRICTED else "Only if no other fund fits"


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
        )
        for one in order
    ]


def left_to_ask_pence(session: Session) -> int:
    """What is free to be awarded today, in all funds that are open today."""
    today = clock.today()
    return sum(max(0, one.available_pence) for one in ledger_queries.fund_positions(session) if ledger.fund_allows(one, today))


def set_aside(session: Session, request: GrantRequest, *, actor: Actor, fund_code: str, amount_pence: int) -> None:
    """Commit an agreed grant in its fund: debit the kind's expense, credit grants payable (Charities SORP: a liability once told).

    Raises Refused for a fund that is not there, FundClosed when it is not open today, NotEnoughMoney when it is short.
    """
    ledger.spend(
        session,
        event_key=f"{request.subject}:award",
        kind="grant.awarded",
        happened_on=clock.today(),
        lines=[ledger.Line(request.item.account_code, chart.GRANTS_PAYABLE, fund_code, amount_pence)],
        actor=actor.reference,
        subject=request.subject,
    )


def pay(session: Session, request: GrantRequest, *, actor: Actor, amount_pence: int, paid_on: date) -> None:
    """Clear the commitment out of the bank. Raises NotEnoughCash when the fund's money is not there yet."""
    fund_code = request.fund_code or ""
    ledger.require_cash(session, fund_code=fund_code, amount_pence=amount_pence)
    ledger.post(
        session,
        event_key=f"{request.subject}:payment:1",
        kind="grant.paid",
        happened_on=paid_on,
        lines=[ledger.Line(chart.GRANTS_PAYABLE, chart.BANK, fund_code, amount_pence)],
        actor=actor.reference,
        subject=request.subject,
    )


def release_rest(session: Session, request: GrantRequest, *, actor: Actor, unspent_pence: int, reason: str) -> None:
    """Give back to the fund what will not be spent: the award's entry, the other way round. `reason` is a code, never words."""
    request.released_pence = unspent_pence
    session.flush()
    ledger.post(
        session,
        event_key=f"{request.subject}:release",
        kind="grant.released",
        happened_on=clock.today(),
        lines=[ledger.Line(chart.GRANTS_PAYABLE, request.item.account_code, request.fund_code or "", unspent_pence)],
        actor=actor.reference,
        subject=request.subject,
        reason=reason,
    )


def _against(fund: ledger_queries.FundPosition, amount_pence: int, today: date) -> str:
    if fund.starts_on is not None and today < fund.starts_on:
        return "Not begun yet"
    if not ledger.fund_allows(fund, today):
        return "Ended"
    return "Not enough in it" if fund.available_pence < amount_pence else ""

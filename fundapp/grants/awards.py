"""The money of a grant: which fund may pay it, setting it aside, paying it at once or in parts, giving back what is not spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants.models import GrantRequest
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger
from fundapp.ledger.gate import pass_gates

RESTRICTED = "restricted"
RELEASED = "grant.released"


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
        )
        for one in order
    ]


def left_to_ask_pence(session: Session) -> int:
    """What is free to be awarded today, in all funds that are open today."""
    today = clock.today()
    return sum(max(0, one.available_pence) for one in ledger_queries.fund_positions(session) if ledger.fund_allows(one, today))


def share_out(request: GrantRequest, amount_pence: int) -> None:
    """Write down how much of each thing is agreed: the things in their order, one filled after the other."""
    for thing in request.things:
        thing.agreed_pence = min(thing.price_pence or 0, amount_pence)
        amount_pence -= thing.agreed_pence


def set_aside(session: Session, request: GrantRequest, *, actor: Actor, fund_code: str, amount_pence: int) -> None:
    """Commit an agreed grant in its fund: debit the kind's expense, credit grants payable (Charities SORP: a liability once told).

    Raises Refused for a fund that is not there, FundClosed when it is not open today, NotEnoughMoney when it is short.
    """
    ledger.spend(
        session,
        event_key=f"{request.subject}:award",
        kind="grant.awarded",
        happened_on=clock.today(),
        lines=[ledger.Line(account, chart.GRANTS_PAYABLE, fund_code, pence) for account, pence in _by_kind(request, 0, amount_pence)],
        actor=actor.reference,
        subject=request.subject,
    )


def pay(session: Session, request: GrantRequest, *, actor: Actor, number: int, amount_pence: int, paid_on: date) -> None:
    """Clear one payment, by its number, out of the commitment and the bank. The same payment again changes nothing.

    Raises NotEnoughCash when the fund's money is not there yet, and Refused for more than the ledger still has set aside.
    """
    fund_code, event_key = request.fund_code or "", f"{request.subject}:payment:{number}"
    try:
        # Holds the fund's gate, so that of several payments each sees what the one before it left.
        ledger.require_cash(session, fund_code=fund_code, amount_pence=amount_pence)
        _require_set_aside(session, request, amount_pence)
    except Refused:
        if not ledger_queries.known_keys(session, [event_key]):
            raise
    ledger.post(
        session,
        event_key=event_key,
        kind="grant.paid",
        happened_on=paid_on,
        lines=[ledger.Line(chart.GRANTS_PAYABLE, chart.BANK, fund_code, amount_pence)],
        actor=actor.reference,
        subject=request.subject,
    )


def take_back(session: Session, request: GrantRequest, *, actor: Actor, number: int) -> None:
    """Undo one payment: its entry, the other way round. What it cleared is set aside again. Raises NotFound and Conflict."""
    event_key = f"{request.subject}:payment:{number}"
    paid = next((entry for entry in ledger_queries.entries_for(session, request.subject) if entry.event_key == event_key), None)
    if paid is None:
        raise NotFound(_("There is no such payment in the ledger."))
    ledger.reverse(
        session,
        number=paid.number,
        event_key=f"{event_key}:reversal",
        happened_on=clock.today(),
        actor=actor.reference,
        reason="came-back",
    )


def give_back(session: Session, request: GrantRequest, *, actor: Actor, amount_pence: int, reason: str) -> None:
    """Give back to the fund what will not be spent: the award's entry, the other way round. `reason` is a code, never words.

    Once for an award; again only when a payment came back since. Raises Refused for more than the ledger still has set aside.
    """
    fund_code = request.fund_code or ""
    pass_gates(session.connection(), [fund_code])
    _require_set_aside(session, request, amount_pence)
    # What is given back is the end of it: the things asked for last.
    kept = (request.agreed_pence or 0) - request.released_pence
    earlier = sum(entry.kind == RELEASED for entry in ledger_queries.entries_for(session, request.subject))
    ledger.post(
        session,
        event_key=f"{request.subject}:release" + (f":{earlier + 1}" if earlier else ""),
        kind=RELEASED,
        happened_on=clock.today(),
        lines=[ledger.Line(chart.GRANTS_PAYABLE, account, fund_code, pence) for account, pence in _by_kind(request, kept, amount_pence)],
        actor=actor.reference,
        subject=request.subject,
        reason=reason,
    )


def set_aside_pence(session: Session, request: GrantRequest) -> int:
    """What the ledger has set aside for a request: agreed, and neither paid nor given back. True for longer only under the gate."""
    lines = [line for entry in ledger_queries.entries_for(session, request.subject) for line in entry.lines]
    owed = sum(line.amount_pence for line in lines if line.credit == chart.GRANTS_PAYABLE)
    return owed - sum(line.amount_pence for line in lines if line.debit == chart.GRANTS_PAYABLE)


def _by_kind(request: GrantRequest, start_pence: int, amount_pence: int) -> list[tuple[str, int]]:
    """A stretch of what was agreed, laid over the things in their order: each kind's account, with its pence."""
    found: dict[str, int] = {}
    end_pence, begun = start_pence + amount_pence, 0
    for thing in request.things:
        share = thing.agreed_pence or 0
        if (pence := min(begun + share, end_pence) - max(begun, start_pence)) > 0:
            found[thing.item.account_code] = found.get(thing.item.account_code, 0) + pence
        begun += share
    return list(found.items())


def _require_set_aside(session: Session, request: GrantRequest, amount_pence: int) -> None:
    left = set_aside_pence(session, request)
    if amount_pence > left:
        facts = {"left": pounds(left), "amount": pounds(amount_pence)}
        raise Refused(_("%(left)s is still set aside for this request, and %(amount)s is more than that.") % facts)


def _against(fund: ledger_queries.FundPosition, amount_pence: int, today: date) -> str:
    if fund.starts_on is not None and today < fund.starts_on:
        return _("Not begun yet")
    if not ledger.fund_allows(fund, today):
        return _("Ended")
    if fund.available_pence < 0:
        return _("%(amount)s short: awards from it wait until it has recovered") % {"amount": pounds(-fund.available_pence)}
    return _("Not enough in it") if fund.available_pence < amount_pence else ""

"""The money of an award, part by part: setting it aside, paying it at once or in parts, giving back what is not spent.

Every function works on the award that stands, under the request's lock. The rows are changed first, and the ledger says the same in the
same transaction; that what it still has set aside in each fund covers a payment is asked under the fund's gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants.models import GrantRequest
from fundapp.grants.together import standing
from fundapp.grants.together.models import Award, AwardPart
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger
from fundapp.ledger.gate import pass_gates

RELEASED = "grant.released"


class Moved(NamedTuple):
    """What moves of one part: the kind's account (a payment has none), the fund, and how much."""

    account: str
    fund_code: str
    pence: int


def set_aside(session: Session, request: GrantRequest, award: Award, *, actor: Actor) -> None:
    """Commit an award in its funds: debit each kind's expense, credit grants payable (Charities SORP: a liability once told).

    Raises Refused for a fund that is not there, FundClosed when it is not open today, NotEnoughMoney when it is short.
    """
    parts = standing.parts(session, award)
    accounts = _accounts(request)
    ledger.spend(
        session,
        event_key=f"{request.subject}:award" + (f":{award.number}" if award.number > 1 else ""),
        kind="grant.awarded",
        happened_on=clock.today(),
        lines=[ledger.Line(accounts[part.thing_id], chart.GRANTS_PAYABLE, part.fund_code, part.agreed_pence) for part in parts],
        actor=actor.reference,
        subject=request.subject,
    )


def clear(session: Session, request: GrantRequest, cleared: Mapping[int, int]) -> list[Moved]:
    """Write down that so much of each part is paid. A negative amount takes a payment back."""
    found = []
    for part in _parts(session, request):
        if pence := cleared.get(part.id, 0):
            part.paid_pence += pence
            request.paid_pence += pence
            found.append(Moved("", part.fund_code, pence))
    return found


def free(session: Session, request: GrantRequest) -> list[Moved]:
    """Write down that all that is still set aside goes back to the funds it came from. Nothing, where nothing is set aside."""
    accounts, found = _accounts(request), []
    for part in _parts(session, request):
        if left := part.left_pence:
            part.released_pence += left
            request.released_pence += left
            found.append(Moved(accounts[part.thing_id], part.fund_code, left))
    return found


def pay(session: Session, request: GrantRequest, moved: Sequence[Moved], *, actor: Actor, number: int, paid_on: date) -> None:
    """Clear one payment, by its number, out of the commitment and the bank, fund by fund. The same payment again changes nothing.

    Raises NotEnoughCash when a fund's money is not there yet, and Refused for more than the ledger still has set aside.
    """
    event_key, by_fund = f"{request.subject}:payment:{number}", _by_fund(moved)
    try:
        # Holds the funds' gates, in one order, so that of several payments each sees what the one before it left.
        pass_gates(session.connection(), sorted(by_fund))
        for fund_code, pence in by_fund.items():
            ledger.require_cash(session, fund_code=fund_code, amount_pence=pence)
        _require_set_aside(session, request, by_fund)
    except Refused:
        if not ledger_queries.known_keys(session, [event_key]):
            raise
    ledger.post(
        session,
        event_key=event_key,
        kind="grant.paid",
        happened_on=paid_on,
        lines=[ledger.Line(chart.GRANTS_PAYABLE, chart.BANK, fund_code, pence) for fund_code, pence in by_fund.items()],
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


def give_back(session: Session, request: GrantRequest, moved: Sequence[Moved], *, actor: Actor, reason: str) -> None:
    """Give back to the funds what will not be spent: the award's entry, the other way round. `reason` is a code, never words.

    Once for an award; again only when a payment came back since. Raises Refused for more than the ledger still has set aside.
    """
    if not moved:
        return
    by_fund = _by_fund(moved)
    pass_gates(session.connection(), sorted(by_fund))
    _require_set_aside(session, request, by_fund)
    earlier = sum(entry.kind == RELEASED for entry in ledger_queries.entries_for(session, request.subject))
    ledger.post(
        session,
        event_key=f"{request.subject}:release" + (f":{earlier + 1}" if earlier else ""),
        kind=RELEASED,
        happened_on=clock.today(),
        lines=[ledger.Line(chart.GRANTS_PAYABLE, one.account, one.fund_code, one.pence) for one in moved],
        actor=actor.reference,
        subject=request.subject,
        reason=reason,
    )


def set_aside_pence(session: Session, request: GrantRequest) -> dict[str, int]:
    """What the ledger has set aside for a request in each fund: agreed, and neither paid nor given back. True for longer under the gate."""
    found: Counter[str] = Counter()
    for entry in ledger_queries.entries_for(session, request.subject):
        for line in entry.lines:
            if line.credit == chart.GRANTS_PAYABLE:
                found[line.fund] += line.amount_pence
            if line.debit == chart.GRANTS_PAYABLE:
                found[line.fund] -= line.amount_pence
    return dict(found)


def _parts(session: Session, request: GrantRequest) -> Sequence[AwardPart]:
    # The request's sums and its status are written together, by the step; until then they do not fit one another.
    with session.no_autoflush:
        award = standing.award(session, request)
        return standing.parts(session, award) if award is not None and award.agreed_at is not None else ()


def _accounts(request: GrantRequest) -> dict[int, str]:
    return {thing.id: thing.item.account_code for thing in request.things}


def _by_fund(moved: Sequence[Moved]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in moved:
        found[one.fund_code] += one.pence
    return dict(found)


def _require_set_aside(session: Session, request: GrantRequest, by_fund: Mapping[str, int]) -> None:
    left = set_aside_pence(session, request)
    for fund_code, pence in by_fund.items():
        if pence > left.get(fund_code, 0):
            facts = {"left": pounds(left.get(fund_code, 0)), "amount": pounds(pence)}
            raise Refused(_("%(left)s is still set aside for this request, and %(amount)s is more than that.") % facts)

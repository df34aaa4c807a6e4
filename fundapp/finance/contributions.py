"""Receiving what partner services and grant-makers pay in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance.models import Contribution
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger


def receive_contribution(
    session: Session,
    *,
    actor: Actor,
    once_key: str,
    received_from: str,
    fund_code: str,
    amount_pence: int,
    received_on: date,
    bank_reference: str,
) -> Contribution:
    """Record money that reached the bank from an organisation, and post it gross to the fund it was given for.

    The same `once_key` again is the same contribution. Raises NotAllowed, Conflict (the key came with other content) and
    Refused (a day to come, a fund that is not there or not open that day: Charities SORP, restricted funds keep to their terms).
    """
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer records money received."))
    # Two clicks of one button wait for one another here, so that the second finds what the first made.
    turns.take(session, f"form:{once_key}")
    earlier = session.scalar(select(Contribution).where(Contribution.once_key == once_key))
    if earlier:
        return _same(earlier, fund_code, amount_pence, received_on)
    _check(session, fund_code, received_on)
    contribution = Contribution(
        once_key=once_key,
        received_from=received_from.strip(),
        fund_code=fund_code,
        amount_pence=amount_pence,
        received_on=received_on,
        bank_reference=bank_reference.strip(),
        entered_by=actor.user_id,
        entered_at=clock.now(),
    )
    session.add(contribution)
    session.flush()
    _post(session, contribution, actor)
    return contribution


def _same(earlier: Contribution, fund_code: str, amount_pence: int, received_on: date) -> Contribution:
    if (earlier.fund_code, earlier.amount_pence, earlier.received_on) != (fund_code, amount_pence, received_on):
        raise Conflict(_("This form was sent already with other figures. Open a new one for another contribution."))
    return earlier


def _check(session: Session, fund_code: str, received_on: date) -> None:
    if received_on > clock.today():
        raise Refused(_("The day it was received cannot lie ahead."))
    funds = {position.fund.code: position.fund for position in ledger_queries.fund_positions(session)}
    fund = funds.get(fund_code)
    if fund is None:
        raise Refused(_("There is no such fund."))
    if fund.ends_on and received_on > fund.ends_on:
        raise Refused(_("%(fund)s ended before that day. Choose the fund the money was given for.") % {"fund": fund.name})


def _post(session: Session, contribution: Contribution, actor: Actor) -> None:
    subject = f"contribution:{contribution.id}"
    ledger.post(
        session,
        event_key=subject,
        kind="contribution.received",
        happened_on=contribution.received_on,
        lines=[
            ledger.Line(debit=chart.BANK, credit=chart.CONTRIBUTIONS, fund=contribution.fund_code, amount_pence=contribution.amount_pence)
        ],
        actor=actor.reference,
        subject=subject,
    )
    record(
        session,
        actor=actor,
        kind=AuditKind.CONTRIBUTION_RECEIVED,
        subject=subject,
        facts={"fund": contribution.fund_code, "amount_pence": contribution.amount_pence},
    )

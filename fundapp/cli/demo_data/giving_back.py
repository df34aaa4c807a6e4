"""Gifts by cheque and bank in the demonstration, and gifts that were asked back: some seen to, some that wait for somebody today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.giving.elsewhere import entering as elsewhere
from fundapp.giving.elsewhere.entering import Entered
from fundapp.giving.elsewhere.models import Means
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.giving.refunds import refunding
from fundapp.giving.refunds import sending as refund_sending
from fundapp.giving.settling import settle_charge

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

# How long before today each was entered, and what it is. The last waits for its second person.
_GIFTS: tuple[tuple[int, dict[str, Any]], ...] = (
    (70, {"means": Means.CHEQUE, "given_by": "The Copley Road Singers", "is_individual": False, "amount_pence": 31_250}),
    (40, {"means": Means.TRANSFER, "given_by": "R. Example", "is_individual": True, "amount_pence": 10_000, "in_memory_of": "Alf Example"}),
    (1, {"means": Means.PAID_IN, "given_by": "Nether Hall Wash & Dry", "is_individual": False, "amount_pence": 8_640}),
)
# How long before today somebody asked, which of the latest gifts it is, why, and what finance made of it.
_ASKED_BACK = ((30, "My thumb slipped: I meant a pound less.", "given"), (2, "", "waits"))


def plan(agenda: Agenda, world: World, stripe: HistoricStripe, keys: Keys) -> None:
    """Put them all into the agenda."""
    for number, (days, facts) in enumerate(_GIFTS, 1):
        _plan_gift(agenda, world, keys, number, days, facts)
    for days, reason, end in _ASKED_BACK:
        _plan_refund(agenda, world, stripe, days, reason, end)


def _plan_gift(agenda: Agenda, world: World, keys: Keys, number: int, days: int, facts: dict[str, Any]) -> None:
    one, two = world.finance[:2]

    def enter(session: Session) -> None:
        said = Entered(fund_code="public-giving", received_on=clock.today(), bank_reference=f"STMT {number:03}", **facts)
        row = elsewhere.enter(session, actor=one, once_key=f"demonstration-{number}", said=said)
        gift_id = row.id
        if number < len(_GIFTS):
            checked_at = clock.now() + timedelta(hours=3)
            agenda.at(checked_at, lambda later: _check(later, gift_id))

    def _check(session: Session, gift_id: int) -> None:
        elsewhere.check(session, actor=two, keys=keys, gift_id=gift_id)

    agenda.at(agenda.until - timedelta(days=days), enter)


def _plan_refund(agenda: Agenda, world: World, stripe: HistoricStripe, days: int, reason: str, end: str) -> None:
    def ask(session: Session) -> None:
        statement = select(Donation).where(Donation.status == Status.PAID, Donation.source == Source.CARD)
        donation = session.scalars(statement.order_by(Donation.paid_at.desc(), Donation.id).limit(1)).one()
        refund_id = refunding.ask(session, donation=donation, reason=reason).id
        if end == "given":
            agenda.at(clock.now() + timedelta(hours=5), lambda later: give(later, refund_id))

    def give(session: Session, refund_id: int) -> None:
        stripe.at_this_moment()
        refund = refunding.enter(session, actor=world.finance[0], refund_id=refund_id, amount_pence=100)
        charge_id = refund.charge_id or ""
        session.commit()
        refund_sending.send(session, stripe.gateway, refund_id)
        settle_charge(session, stripe.gateway, charge_id)

    agenda.at(agenda.until - timedelta(days=days), ask)

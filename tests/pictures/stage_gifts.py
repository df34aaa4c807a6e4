"""Gifts in every state of their life (giving/lifecycle.py), paid and given back at the town's own stand-in; points open and closed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import STRIPE
from fundapp.core.db import transaction
from fundapp.core.keys import Keys
from fundapp.finance import reversals
from fundapp.finance.contributions import receive_contribution
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import moving, settling, starting
from fundapp.giving.elsewhere import entering as elsewhere
from fundapp.giving.elsewhere import reversing as elsewhere_reversing
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.refunds import moving as refund_moving
from fundapp.giving.refunds import refunding
from fundapp.giving.refunds.lifecycle import State
from fundapp.giving.refunds.models import GiftRefund
from fundapp.points import queries as points
from fundapp.points import service as point_service
from fundapp.points.models import CollectionPoint
from tests.builders import elsewhere as elsewhere_build
from tests.builders import giving
from tests.builders.grants import Seat
from tests.builders.stripe_calls import client_of
from tests.pictures import stage_bells, stage_gift_aid, stage_money, stage_monthly, stage_points
from tests.support.live import LiveServer

# Gifts that somebody asked back.
BACK = ("gift_asked_back", "gift_declined_back", "gift_failed_back")


def make(session: Session, live: LiveServer, who: dict[str, Seat]) -> dict[str, object]:
    """The token of each gift's page by the name of its state, and the points' codes and numbers."""
    # Nothing rings meanwhile: what a gift's page should show is settled here.
    live.stand_in.hold()
    donor = _Donor(session, live)
    open_point, closed = points.first_open(session), session.scalars(points.points(state=points.State.CLOSED)).first()
    assert closed is not None
    gifts = {
        "gift_started": donor.begun(),
        "gift_processing": donor.moved(Status.PROCESSING),
        "gift_failed": donor.moved(Status.FAILED),
        "gift_expired": donor.moved(Status.EXPIRED),
        "gift_paid": donor.paid(open_point),
        "gift_at_closed": donor.paid(closed),
        "gift_part_back": donor.given_back(300),
        "gift_all_back": donor.given_back(1_000),
        **{name: donor.paid(None) for name in BACK},
        **{name: donor.paid(open_point) for name in stage_gift_aid.GIFTS},
    }
    gifts |= stage_money.make(session, donor.stripe, live.stand_in, begin=donor.begun, give=lambda: donor.paid(None))
    monthly = stage_monthly.make(session, donor.stripe, live.stand_in, donor.keys)
    live.stand_in.settings(fee_delay_seconds=3600)
    gifts["gift_fee_unknown"] = donor.paid(None)
    fresh = point_service.open_point(session, actor=who["admin"].actor, keys=donor.keys, **_plain_facts())
    names: dict[str, object] = {name: donor.keys.link_token("gift", str(gift.id)) for name, gift in gifts.items()}
    names |= monthly
    names |= _refunds(session, who, {name: gifts[name] for name in BACK}, donor.paid(None, 9_000))
    names |= _elsewhere(session, who, donor.keys)
    names |= _contributions(session, who)
    names |= {"code": open_point.code, "point": open_point.id, "closed_code": closed.code, "closed_point": closed.id, "new_point": fresh.id}
    names |= stage_gift_aid.declare(session, donor.keys, gifts)
    names |= stage_points.make(session, donor.keys, who, open_point)
    stage_bells.make(session, donor.stripe, live.stand_in)
    session.commit()
    return names


def _refunds(session: Session, who: dict[str, Seat], gifts: dict[str, Donation], large: Donation) -> dict[str, object]:
    """A refund that waits to be seen to, one that was declined, one that failed, and one that waits for a second person."""
    made = {name: refunding.ask(session, donation=gift, reason="I pressed the wrong button.").id for name, gift in gifts.items()}
    finance = who["finance"].actor
    refunding.decline(session, actor=finance, refund_id=made["gift_declined_back"], words="You told us by telephone to keep it.")
    refunding.enter(session, actor=finance, refund_id=made["gift_failed_back"], amount_pence=1_000)
    failed = session.get_one(GiftRefund, made["gift_failed_back"])
    refund_moving.move(session, failed, State.FAILED, actor=STRIPE)
    entered = refunding.ask(session, donation=large, reason="")
    refunding.enter(session, actor=finance, refund_id=entered.id, amount_pence=9_000)
    return {"refund_asked": made["gift_asked_back"], "refund_entered": entered.id, "refund_failed": failed.id}


def _elsewhere(session: Session, who: dict[str, Seat], keys: Keys) -> dict[str, object]:
    """A gift by cheque or bank in each state, entered by the first officer, and the page of one that is in the books."""
    one, two = who["finance"].actor, who["finance_two"].actor
    said = {"given_by": "The Nether Hall Singers", "is_individual": False, "in_memory_of": "Alf Nether", "postal_address": "1 High Street"}
    rows = [elsewhere_build.entered(session, one, bank_reference=f"CHQ {number}", **said) for number in range(1, 6)]
    entered, back, standing, wrong, taken = rows
    elsewhere.send_back(session, actor=two, gift_id=back.id, words="The statement says £70.")
    for row in (standing, wrong, taken):
        elsewhere.check(session, actor=two, keys=keys, gift_id=row.id)
    for row in (wrong, taken):
        elsewhere_reversing.call_wrong(session, actor=one, gift_id=row.id, words="The cheque came back.")
    elsewhere_reversing.take_back(session, actor=two, gift_id=taken.id)
    tokens = {"gift_by_bank": standing, "gift_taken_back": taken}
    return {
        "elsewhere_entered": entered.id,
        "elsewhere_back": back.id,
        "elsewhere_standing": standing.id,
        "elsewhere_wrong": wrong.id,
        "elsewhere_taken": taken.id,
        **{name: keys.link_token("gift", str(row.donation_id)) for name, row in tokens.items()},
    }


def _contributions(session: Session, who: dict[str, Seat]) -> dict[str, object]:
    """A contribution that stands, and one that the first officer called wrong."""
    one = who["finance"].actor
    right, wrong = (
        receive_contribution(
            session,
            actor=one,
            once_key=f"stage-{name}",
            received_from="Nether Hall Trust",
            fund_code="general",
            amount_pence=5_000,
            received_on=clock.today(),
            bank_reference=name,
        )
        for name in ("NHT 1", "NHT 2")
    )
    reversals.call_wrong(session, actor=one, contribution_id=wrong.id, words="It was for another charity.")
    return {"contribution": right.id, "contribution_wrong": wrong.id}


def pay_one(session: Session, live: LiveServer) -> str:
    """The token of one more gift's page: paid after the log was sealed."""
    donor = _Donor(session, live)
    live.stand_in.settings(fee_delay_seconds=0)
    return donor.keys.link_token("gift", str(donor.paid(None).id))


class _Donor:
    """Gives at the town's points."""

    def __init__(self, session: Session, live: LiveServer) -> None:
        settings = live.settings
        self.session, self.live = session, live
        self.keys = Keys(settings.secret_key, settings.private_keys)
        self.stripe = StripeGateway(settings.stripe_secret_key, live.stand_in.api_base, settings.stripe_webhook_secrets)

    def begun(self, point: CollectionPoint | None = None, pence: int = 1_000) -> Donation:
        with transaction(self.session):
            form = f"stage{next(giving._forms)}"
            gift = starting.begin(self.session, keys=self.keys, form=form, point=point, amount_pence=pence)
        here = f"{self.live.base_url}/gifts/x"
        starting.payment_page(
            self.session, self.stripe, gift, amount_pence=pence, name="A gift", to=starting.Addresses(f"{here}/return", here)
        )
        return gift

    def moved(self, state: Status) -> Donation:
        gift = self.begun()
        with transaction(self.session):
            moving.move(self.session, gift, state)
        return gift

    def paid(self, point: CollectionPoint | None, pence: int = 1_000) -> Donation:
        gift = self.begun(point, pence)
        self.live.stand_in.pay(gift.session_id or "")
        settling.settle_session(self.session, self.stripe, gift.session_id or "")
        return gift

    def given_back(self, pence: int) -> Donation:
        gift = self.paid(None)
        client_of(self.live.stand_in).v1.refunds.create({"charge": gift.charge_id or "", "amount": pence})
        settling.settle_charge(self.session, self.stripe, gift.charge_id or "")
        return gift


def _plain_facts() -> dict[str, Any]:
    from tests.builders.points import facts

    return facts(name="the launderette on Nether Hall Road", business="Nether Hall Wash & Dry Ltd")

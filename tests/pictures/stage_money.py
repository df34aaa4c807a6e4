"""Money that moves at Stripe by itself: gifts that banks dispute, a debit taken back late, payouts, and the comparison with the ledger."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.bank import balancing
from fundapp.giving.bank.payouts import settle_payout
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_charge, settle_session
from tests.builders.stand_in import StandIn

# By the state of the gift: what its bank does.
DISPUTES: dict[str, tuple[str, ...]] = {"gift_disputed": (), "gift_bank_kept": ("lose",), "gift_bank_left": ("win",)}


def make(
    session: Session, stripe: StripeGateway, stand_in: StandIn, *, begin: Callable[[], Donation], give: Callable[[], Donation]
) -> dict[str, Donation]:
    """A gift in each state of a dispute, one that the bank only asks about, a debit taken back; a payout sent, one made by hand."""
    stand_in.settings(fee_delay_seconds=0, available_after_days=0)
    gifts = {name: give() for name in DISPUTES}
    gifts["gift_bank_asks"] = give()
    for name, deeds in DISPUTES.items():
        made = stand_in.dispute(gifts[name].charge_id or "")
        for deed in deeds:
            stand_in.in_dispute(made["id"], deed)
    stand_in.dispute(gifts["gift_bank_asks"].charge_id or "", warning=True, reason="unrecognized")
    for gift in gifts.values():
        settle_charge(session, stripe, gift.charge_id or "")
    gifts["gift_debit_failed"] = _taken_back(session, stripe, stand_in, begin())
    _pay_out(session, stripe, stand_in, give)
    balancing.prove(session, stripe)
    stand_in.settings(available_after_days=3)
    return gifts


def _taken_back(session: Session, stripe: StripeGateway, stand_in: StandIn, gift: Donation) -> Donation:
    charge = stand_in.pay_by_bank(gift.session_id or "")
    for deed in ("accepts", "takes-back"):
        stand_in.bank(charge, deed)
        settle_session(session, stripe, gift.session_id or "")
    return gift


def _pay_out(session: Session, stripe: StripeGateway, stand_in: StandIn, give: Callable[[], Donation]) -> None:
    # What banks took is made up for first: nobody pays out less than nothing.
    stand_in.move("topup", 20_000)
    sent = stand_in.pay_out()
    for deed in ("reconcile", "arrive"):
        stand_in.payout(sent["id"], deed)
    give()
    by_hand = stand_in.pay_out(manual=True)
    for one in (sent, by_hand):
        settle_payout(session, stripe, one["id"])

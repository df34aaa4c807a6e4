"""Monthly gifts as Stripe tells of them: each month a gift, posted once, whatever bell told it and in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.keys import random_token
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import queries, starting
from fundapp.giving.models import Donation, GivingAlarm
from fundapp.giving.monthly import asking as monthly_asking
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.monthly import settling as monthly_settling
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.monthly.changing import carry_out_act
from fundapp.giving.monthly.lifecycle import Deed
from fundapp.giving.monthly.models import Pledge, PledgeAct
from fundapp.giving.monthly.settling import settle_invoice, settle_pledge_page, settle_subscription
from fundapp.giving.settling import settle_charge
from fundapp.giving.sweeping import sweep_all
from fundapp.ledger import queries as ledger
from tests.builders import giving, monthly
from tests.builders.giving import BACK, KEYS, hear, ledger_of
from tests.builders.monthly import begun, listen, months, open_invoice, pledge_of, started
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of
from tests.builders.stripe_calls import monthly as monthly_call
from tests.integration.stripe_stand_in.test_paying import visit
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once

RunJobs = Callable[[], list[str]]


def ask(session: Session, stripe: StripeGateway, pledge: Pledge, deed: Deed, pence: int | None = None) -> None:
    with transaction(session):
        act = monthly_asking.ask(session, pledge_id=pledge.id, deed=deed, form=random_token(), amount_pence=pence)
    carry_out_act(session, stripe, act.id)


def alarms(session: Session) -> list[str]:
    return list(session.scalars(select(GivingAlarm.kind).order_by(GivingAlarm.id)))


def test_each_month_is_a_gift_of_its_own(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 1000)
    listen(books, stripe, stand_in)
    assert (pledge.state, pledge.amount_pence) == ("active", 1000)
    stand_in.renew(pledge.subscription_id or "")
    listen(books, stripe, stand_in)
    first, second = months(books)
    assert [(gift.status, gift.source, gift.amount_pence) for gift in (first, second)] == [("paid", "monthly", 1000)] * 2
    assert first.charge_id != second.charge_id
    assert ledger_of(books) == {"stripe-balance": 1930, "donations": 2000, "processing-fees": 70}
    for gift in (first, second):
        assert [entry.kind for entry in ledger.entries_for(books, gift.subject)] == ["gift.charged", "gift.settled"]
        assert queries.figures(books, gift).net_pence == 965
    assert alarms(books) == []


@pytest.mark.parametrize("seed", range(2))
def test_bells_in_any_order_twice_and_some_lost_end_in_the_same_books(
    books: Session, stripe: StripeGateway, stand_in: StandIn, seed: int
) -> None:
    pledge = started(books, stripe, 700)
    told = stand_in.pay(pledge.session_id or "", monthly.ADDRESS)
    stand_in.renew(told["subscription"])
    stand_in.card(told["subscription"], "declines")
    stand_in.renew(told["subscription"])
    client_of(stand_in).v1.subscriptions.cancel(told["subscription"])
    bells = [bell for place, bell in enumerate(stand_in.bells()) if (place + seed) % 4]
    bells += bells[::3]
    Random(seed).shuffle(bells)
    for bell in bells:
        hear(books, stripe, bell)
    assert not sweep_all(books, stripe, last_good=None).failed
    assert pledge_of(books, pledge).state == "stopped"
    assert [gift.status for gift in months(books)] == ["paid", "paid"]
    assert ledger_of(books) == {"stripe-balance": 1400 - 62, "donations": 1400, "processing-fees": 62}
    assert alarms(books) == []


def test_deleted_before_created_stays_stopped(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = started(books, stripe)
    told = stand_in.pay(pledge.session_id or "", monthly.ADDRESS)
    client_of(stand_in).v1.subscriptions.cancel(told["subscription"])
    bells = {bell.type: bell for bell in stand_in.bells()}
    hear(books, stripe, bells["customer.subscription.deleted"])
    assert pledge_of(books, pledge).state == "stopped"
    hear(books, stripe, bells["customer.subscription.created"])
    settle_pledge_page(books, stripe, pledge.session_id or "")
    after = pledge_of(books, pledge)
    assert (after.state, after.stopped_because, after.next_at) == ("stopped", "cancellation_requested", None)
    assert len(months(books)) == 1


def test_the_charge_alone_leads_to_the_month(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = started(books, stripe)
    told = stand_in.pay(pledge.session_id or "", monthly.ADDRESS)
    bells = {bell.type: bell for bell in stand_in.bells()}
    hear(books, stripe, bells["charge.succeeded"])
    (gift,) = months(books)
    assert (gift.status, gift.source) == ("paid", "monthly")
    settle_invoice(books, stripe, told["invoice"])
    settle_charge(books, stripe, gift.charge_id or "")
    assert len(months(books)) == 1
    assert ledger_of(books)["donations"] == 1000
    assert alarms(books) == []


def test_an_invoice_of_nought_or_paid_outside_stripe_is_no_gift(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in)
    stand_in.card(pledge.subscription_id or "", "declines")
    stand_in.renew(pledge.subscription_id or "")
    outside = open_invoice(stand_in, pledge)
    client_of(stand_in).v1.invoices.pay(outside, {"paid_out_of_band": True})
    subscription = stripe.fetch_subscription(pledge.subscription_id or "")
    stripe.change_amount(subscription, 0, idempotency_key="nought")
    stand_in.renew(subscription.id)
    before, invoices = ledger_of(books), client_of(stand_in).v1.invoices.list().data
    assert [(one.amount_due, one.status) for one in invoices] == [(0, "paid"), (1000, "paid"), (1000, "paid")]
    for invoice in invoices:
        settle_invoice(books, stripe, invoice.id)
    assert len(months(books)) == 1
    assert ledger_of(books) == before


def test_another_subscription_of_the_same_account_is_nobodys_month(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    client = client_of(stand_in)
    session = client.v1.checkout.sessions.create(
        monthly_call(500, success_url=f"{BACK.paid}", cancel_url=BACK.paid)  # type: ignore[arg-type]
    )
    stand_in.pay(session.id, monthly.ADDRESS)
    listen(books, stripe, stand_in)
    assert months(books) == []
    assert {"stripe-balance", "suspense"} <= ledger_of(books).keys()
    assert "donations" not in ledger_of(books)
    assert alarms(books) == ["unknown-gift"]


def test_change_pause_resume_and_stop_are_said_to_stripe_and_told_back(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    ask(books, stripe, pledge, Deed.CHANGE, 800)
    assert pledge_of(books, pledge).amount_pence == 800
    stand_in.renew(pledge.subscription_id or "")
    ask(books, stripe, pledge, Deed.PAUSE)
    assert pledge_of(books, pledge).state == "paused"
    stand_in.renew(pledge.subscription_id or "")
    ask(books, stripe, pledge, Deed.RESUME)
    ask(books, stripe, pledge, Deed.STOP)
    listen(books, stripe, stand_in)
    after = pledge_of(books, pledge)
    assert (after.state, after.next_at) == ("stopped", None)
    assert [gift.amount_pence for gift in months(books)] == [500, 800]
    with pytest.raises(Refused, match="stopped already"), transaction(books):
        monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.CHANGE, form=random_token(), amount_pence=900)
    assert pledge_of(books, pledge).amount_pence == 800


def test_what_cannot_be_given_cannot_be_promised(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    for pence in (99, 1_000_001):
        with pytest.raises(Refused), transaction(books):
            monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.CHANGE, form=random_token(), amount_pence=pence)
    assert books.scalar(select(func.count()).select_from(PledgeAct)) == 0


def test_the_same_page_sent_twice_is_one_act_and_another_waits_its_turn(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    with transaction(books):
        first = monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.CHANGE, form="once", amount_pence=700)
        again = monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.CHANGE, form="once", amount_pence=700)
    assert first.id == again.id
    with pytest.raises(Refused, match="just now"), transaction(books):
        monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.PAUSE, form="other")
    carry_out_act(books, stripe, first.id)
    carry_out_act(books, stripe, first.id)
    calls = [one for one in stand_in.requests() if one["method"] == "POST" and "/subscriptions/" in one["path"]]
    assert len(calls) == 1


def test_stopped_twice_at_once_is_stopped_once(town: OwnDatabase, stripe: StripeGateway, stand_in: StandIn) -> None:
    with town.session() as session:
        pledge = begun(session, stripe, stand_in)

    def stop(_thread: int) -> None:
        with town.session() as session:
            with transaction(session):
                act = monthly_asking.ask(session, pledge_id=pledge.id, deed=Deed.STOP, form=random_token())
            carry_out_act(session, stripe, act.id)

    at_once(stop, 2)
    with town.session() as session:
        assert pledge_of(session, pledge).state == "stopped"
        acts = session.scalars(select(PledgeAct)).all()
        assert all(act.done_at and not act.refusal for act in acts)
    kinds = [one["type"] for one in stand_in.deliveries()]
    assert kinds.count("customer.subscription.deleted") == 1


def test_an_act_that_was_cut_off_is_done_by_the_worker(books: Session, stripe: StripeGateway, stand_in: StandIn, run_jobs: RunJobs) -> None:
    pledge = begun(books, stripe, stand_in)
    stand_in.trouble(path="/v1/subscriptions/.*", method="DELETE", deed="answer", status=500, moment="before", times=3)
    with transaction(books):
        act = monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.STOP, form="once")
    with pytest.raises(StripeFault):
        carry_out_act(books, stripe, act.id)
    assert pledge_of(books, pledge).state == "active"
    carry_out_act(books, stripe, act.id)
    assert pledge_of(books, pledge).state == "stopped"


def test_stripes_own_fault_is_not_kept_as_the_answer_to_the_next_try(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    with transaction(books):
        act = monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.CHANGE, form="once", amount_pence=900)
    stand_in.trouble(path="/v1/subscriptions/.*", method="POST", deed="answer", status=500, moment="after", times=1)
    with pytest.raises(StripeFault):
        carry_out_act(books, stripe, act.id)
    carry_out_act(books, stripe, act.id)
    assert pledge_of(books, pledge).amount_pence == 900
    assert monthly_queries.standing_act(books, pledge.id) is None


def test_another_amount_while_a_month_is_open_leaves_that_month_as_it_is(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    stand_in.card(pledge.subscription_id or "", "declines")
    stand_in.renew(pledge.subscription_id or "")
    listen(books, stripe, stand_in)
    assert pledge_of(books, pledge).state == "overdue"
    ask(books, stripe, pledge, Deed.CHANGE, 900)
    stand_in.card(pledge.subscription_id or "", "works")
    stand_in.try_invoice(open_invoice(stand_in, pledge))
    stand_in.renew(pledge.subscription_id or "")
    listen(books, stripe, stand_in)
    assert [gift.amount_pence for gift in months(books)] == [500, 500, 900]
    assert pledge_of(books, pledge).state == "active"
    assert alarms(books) == []


def test_older_news_than_what_stands_changes_nothing(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    asked_at, old = clock.now(), stripe.fetch_subscription(pledge.subscription_id or "")
    ask(books, stripe, pledge, Deed.STOP)
    with transaction(books):
        monthly_settling._record_subscription(books, old, asked_at)
    assert pledge_of(books, pledge).state == "stopped"


def test_a_second_subscription_of_one_pledge_is_shown_to_finance(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in, 500)
    other = stripe.create_monthly_session(
        pledge_id=str(pledge.id),
        amount_pence=500,
        product_name="A gift",
        success_url=BACK.paid,
        cancel_url=BACK.paid,
        idempotency_key="another",
        expires_at=pledge.session_expires_at,
    )
    stand_in.pay(other.id, monthly.ADDRESS)
    listen(books, stripe, stand_in)
    assert alarms(books) == ["paid-twice"]
    assert ledger_of(books)["donations"] == 1000
    assert pledge_of(books, pledge).subscription_id == pledge.subscription_id


def test_one_form_is_one_monthly_gift_and_another_amount_closes_the_page_before(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    first = started(books, stripe, 500, form="one")
    same = started(books, stripe, 500, form="one")
    assert (same.id, same.checkout_url) == (first.id, first.checkout_url)
    before = first.session_id or ""
    changed = started(books, stripe, 700, form="one")
    assert changed.session_id != before
    assert stripe.fetch_session(before).status == "expired"
    stand_in.pay(changed.session_id or "", monthly.ADDRESS)
    assert monthly_starting.payment_page(books, stripe, changed, amount_pence=900, name="A gift", to=BACK) is None
    assert pledge_of(books, changed).amount_pence == 700


def test_one_form_is_paid_once_or_monthly_and_never_both(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    gift = giving.begin(books, 500, form="both")
    giving.lead(books, stripe, gift)
    gift = giving.gift_of(books)
    assert starting.close_for(books, stripe, "both") is None
    assert stripe.fetch_session(gift.session_id or "").status == "expired"
    pledge = started(books, stripe, 500, form="both")
    assert monthly_starting.close_for(books, stripe, "both") is None
    assert pledge_of(books, pledge).state == "expired"
    pledge = started(books, stripe, 500, form="both")
    stand_in.pay(pledge.session_id or "", monthly.ADDRESS)
    begun_already = monthly_starting.close_for(books, stripe, "both")
    assert begun_already
    assert (begun_already.id, begun_already.state) == (pledge.id, "active")


def test_a_page_that_ran_out_and_was_recovered_is_the_same_monthly_gift(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    """Stripe gives the session that stands in for it a new id: the metadata tell whose it is."""
    pledge = started(books, stripe, 500)
    again = client_of(stand_in).v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "gbp",
                        "unit_amount": 500,
                        "recurring": {"interval": "month"},
                        "product_data": {"name": "A gift"},
                    },
                }
            ],
            "client_reference_id": str(pledge.id),
            "metadata": {"pledge_id": str(pledge.id)},
            "subscription_data": {"metadata": {"pledge_id": str(pledge.id)}},
            "success_url": BACK.paid,
            "after_expiration": {"recovery": {"enabled": True}},
        }
    )
    stripe.expire_session(again.id)
    stand_in.pay(recovered(stand_in, again.id), monthly.ADDRESS)
    listen(books, stripe, stand_in)
    assert pledge_of(books, pledge).state == "active"
    assert len(months(books)) == 1


def recovered(stand_in: StandIn, session_id: str) -> str:
    """The session that stands in for one that ran out."""
    return visit(f"{stand_in.base_url}/c/again/{session_id}")[1]["Location"].rpartition("/")[2]


def test_two_bells_about_one_month_at_once_make_one_gift(town: OwnDatabase, stripe: StripeGateway, stand_in: StandIn) -> None:
    with town.session() as session:
        pledge = started(session, stripe, 500)
    told = stand_in.pay(pledge.session_id or "", monthly.ADDRESS)
    charge = client_of(stand_in).v1.charges.list().data[0].id

    def hear_of_it(thread: int) -> None:
        with town.session() as session:
            if thread == 0:
                settle_invoice(session, stripe, told["invoice"])
            elif thread == 1:
                settle_charge(session, stripe, charge)
            else:
                settle_subscription(session, stripe, told["subscription"])

    at_once(hear_of_it, 3)
    with town.session() as session:
        assert session.scalar(select(func.count()).select_from(Donation)) == 1
        assert ledger_of(session)["donations"] == 500


def test_a_month_has_its_own_page_once_it_has_an_address(
    books: Session, stripe: StripeGateway, stand_in: StandIn, run_jobs: RunJobs
) -> None:
    begun(books, stripe, stand_in)
    (gift,) = months(books)
    assert "giving.give_address" in run_jobs()
    assert queries.by_token(books, KEYS.link_token("gift", str(gift.id))).id == gift.id

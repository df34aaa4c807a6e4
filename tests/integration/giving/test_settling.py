"""Settling: every fact once in the ledger, whichever way it becomes known, and never money lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import alarms, hearing, inbox, queries, settling
from fundapp.giving.models import Donation, StripeEvent
from fundapp.giving.settling import settle_charge, settle_session
from fundapp.ledger import queries as ledger
from tests.builders import ledger as money
from tests.builders import people
from tests.builders.giving import gift_of, hear, ledger_of, started
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift

Keys = list[str]


def entries(session: Session, subject: str) -> Keys:
    return [f"{entry.kind} {entry.event_key.partition(':')[0]}" for entry in ledger.entries_for(session, subject)]


def receipts_asked(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.send_receipt'")) or 0


@pytest.fixture
def paid(books: Session, stripe: StripeGateway, stand_in: StandIn) -> Donation:
    """A gift of £10, paid and settled."""
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    return donation


def refund(stand_in: StandIn, donation: Donation, pence: int) -> str:
    return str(client_of(stand_in).v1.refunds.create({"charge": donation.charge_id or "", "amount": pence}).id)


def test_settling_again_and_again_posts_each_fact_once(books: Session, stripe: StripeGateway, paid: Donation) -> None:
    for _ in range(3):
        settle_session(books, stripe, paid.session_id or "")
        settle_charge(books, stripe, paid.charge_id or "")
    assert entries(books, paid.subject) == ["gift.charged charge", "gift.settled txn"]
    assert ledger_of(books) == {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
    assert receipts_asked(books) == 1


def test_the_state_is_written_with_the_money_and_leaves_its_line(books: Session, paid: Donation) -> None:
    assert (paid.status, paid.charge_id is not None, paid.paid_at is not None) == ("paid", True, True)
    (line,) = audit.trail(books, paid.subject)
    assert (line.kind, line.actor, line.facts) == ("gift.moved", "stripe", {"from": "started", "to": "paid"})


def test_a_fee_that_comes_late_is_posted_when_it_comes(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    stand_in.settings(fee_delay_seconds=3600)
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    assert ledger_of(books) == {"stripe-clearing": 1000, "donations": 1000}
    figures = queries.figures(books, donation)
    assert (figures.gross_pence, figures.fee_known) == (1000, False)
    stand_in.settle()
    updated = next(bell for bell in stand_in.bells() if bell.type == "charge.updated")
    hear(books, stripe, updated)
    assert ledger_of(books) == {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}


def test_declined_and_then_paid_is_one_gift(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe)
    session_id = donation.session_id or ""
    for _ in range(2):
        stand_in.decline(session_id)
        settle_session(books, stripe, session_id)
        assert gift_of(books).status == "started"
    for bell in stand_in.bells():
        hear(books, stripe, bell)
    assert ledger_of(books) == {}
    stand_in.pay(session_id)
    for bell in stand_in.bells():
        hear(books, stripe, bell)
    assert gift_of(books).status == "paid"
    assert ledger_of(books)["donations"] == 500


def test_a_page_that_closed_unpaid_moves_no_money(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe)
    stripe.expire_session(donation.session_id or "")
    for bell in stand_in.bells():
        hear(books, stripe, bell)
    assert gift_of(books).status == "expired"
    assert ledger_of(books) == {}


def test_a_gift_is_dated_by_the_london_day_of_its_charge(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    # Half past midnight in London is still the day before in UTC, in summer.
    moment = datetime(2026, 7, 31, 23, 30, tzinfo=UTC)
    with clock.at(moment):
        stand_in.settings(clock_offset_seconds=(moment - datetime.now(UTC)).total_seconds())
        donation = started(books, stripe)
        stand_in.pay(donation.session_id or "")
        settle_session(books, stripe, donation.session_id or "")
    days = {entry.happened_on.isoformat() for entry in ledger.entries_for(books, donation.subject)}
    assert days == {"2026-08-01"}


def test_a_crash_between_the_charge_and_our_commit_loses_nothing(
    books: Session, stripe: StripeGateway, stand_in: StandIn, monkeypatch: Any
) -> None:
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    with monkeypatch.context() as broken:
        broken.setattr(settling, "enqueue", lambda *_, **__: 1 / 0)
        for bell in stand_in.bells():
            if bell.type == "checkout.session.completed":
                with pytest.raises(ZeroDivisionError):
                    hear(books, stripe, bell)
    assert ledger_of(books) == {}
    assert gift_of(books).status == "started"
    assert not books.scalars(select(StripeEvent.acted_at)).one()
    hear(books, stripe, bell)
    assert ledger_of(books) == {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
    assert receipts_asked(books) == 1


def test_refunds_in_parts_are_posted_one_by_one(books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation) -> None:
    for pence in (400, 250):
        refund(stand_in, paid, pence)
        for bell in stand_in.bells():
            hear(books, stripe, bell)
    assert ledger_of(books) == {"stripe-balance": 315, "donations": 1000, "processing-fees": 35, "refunds": 650}
    assert queries.figures(books, paid).net_pence == 315
    refund(stand_in, paid, 350)
    settle_charge(books, stripe, paid.charge_id or "")
    figures = queries.figures(books, paid)
    assert (figures.refunded_pence, figures.net_pence, figures.is_all_back) == (1000, -35, True)
    assert gift_of(books).status == "paid"


def test_a_refund_is_posted_though_the_fund_has_spent_the_money(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    money.award(books, 965)
    refund(stand_in, paid, 1000)
    settle_charge(books, stripe, paid.charge_id or "")
    last = ledger.entries_for(books, paid.subject)[-1]
    assert (last.kind, last.forced) == ("gift.refunded", True)
    assert ledger.available_pence(books, "public-giving") == -1000


def test_a_pending_refund_moves_nothing_until_it_goes_through(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.settings(refunds_begin="pending")
    refund_id = refund(stand_in, paid, 400)
    settle_charge(books, stripe, paid.charge_id or "")
    assert "refunds" not in ledger_of(books)
    stand_in.finish_refund(refund_id)
    settle_charge(books, stripe, paid.charge_id or "")
    assert ledger_of(books)["refunds"] == 400


def test_a_refund_that_came_back_is_reversed_and_raises_an_alarm(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    refund_id = refund(stand_in, paid, 400)
    settle_charge(books, stripe, paid.charge_id or "")
    stand_in.fail_refund(refund_id)
    for _ in range(2):
        settle_charge(books, stripe, paid.charge_id or "")
    assert ledger_of(books) == {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
    back = ledger.entries_for(books, paid.subject)[-1]
    assert (back.kind, back.reason, back.reverses is not None) == ("reversal", "refund-failed", True)
    (alarm,) = queries.open_alarms(books)
    assert (alarm.about, alarm.subject) == (refund_id, paid.subject)
    assert "still owed" in alarm.sentence


def test_a_refund_known_only_after_it_failed_is_posted_and_taken_back(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    stand_in.fail_refund(refund(stand_in, paid, 1000))
    settle_charge(books, stripe, paid.charge_id or "")
    assert entries(books, paid.subject)[2:] == ["gift.refunded txn", "reversal txn"]


def strange_payment(stand_in: StandIn, pence: int = 1000, **params: Any) -> str:
    """Somebody pays on our Stripe account without any gift of ours. Returns the session's id."""
    session = client_of(stand_in).v1.checkout.sessions.create(gift(pence, **params))  # type: ignore[arg-type]
    stand_in.pay(session.id)
    return str(session.id)


@pytest.mark.parametrize("metadata", [{}, {"donation_id": "x"}, {"donation_id": str(uuid4())}])
def test_money_of_no_gift_of_ours_lies_in_suspense_with_an_alarm(
    books: Session, stripe: StripeGateway, stand_in: StandIn, metadata: dict[str, str]
) -> None:
    strange_payment(stand_in, metadata=metadata, payment_intent_data={"metadata": metadata})
    for _ in range(2):
        for bell in stand_in.bells():
            hear(books, stripe, bell)
    assert ledger_of(books, "general") == {"stripe-balance": 965, "suspense": -1000, "processing-fees": 35}
    assert ledger_of(books, "public-giving") == {}
    (alarm,) = queries.open_alarms(books)
    assert "belongs to no gift of ours" in alarm.sentence


def test_strange_money_that_is_given_back_leaves_suspense_again(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    charge = stripe.fetch_session(strange_payment(stand_in)).charge
    assert charge
    settle_charge(books, stripe, charge.id)
    client_of(stand_in).v1.refunds.create({"charge": charge.id})
    settle_charge(books, stripe, charge.id)
    assert ledger_of(books) == {"stripe-balance": -35, "processing-fees": 35}


def test_another_amount_than_ours_is_recorded_as_stripe_took_it(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe, 1000)
    with transaction(books):
        books.execute(update(Donation).values(amount_pence=900))
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    assert ledger_of(books)["donations"] == 1000
    assert [alarm.sentence for alarm in queries.open_alarms(books)] == [alarms.AlarmKind.OTHER_AMOUNT.sentence]


def test_a_gift_paid_twice_is_recorded_twice_with_an_alarm(
    books: Session, stripe: StripeGateway, stand_in: StandIn, paid: Donation
) -> None:
    data = {"metadata": {"donation_id": str(paid.id)}}
    second = strange_payment(stand_in, client_reference_id=str(paid.id), metadata=data["metadata"], payment_intent_data=data)
    first_charge = paid.charge_id
    settle_session(books, stripe, second)
    assert ledger_of(books)["donations"] == 2000
    assert gift_of(books).charge_id == first_charge
    assert [alarm.sentence for alarm in queries.open_alarms(books)] == [alarms.AlarmKind.PAID_TWICE.sentence]


def test_an_event_about_something_that_stripe_does_not_know_raises_an_alarm_and_stays_unanswered(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    started(books, stripe)
    stripe.expire_session(gift_of(books).session_id or "")
    (bell,) = stand_in.bells()
    event = stripe.verify_event(bell.body, bell.signature)
    stand_in.reset()
    with pytest.raises(StripeFault):
        hear(books, stripe, bell)
    assert [alarm.about for alarm in queries.open_alarms(books)] == [event.object_id]
    assert hearing.unanswered_events(books) == [event.id]


def test_one_fetch_answers_all_bells_about_a_charge(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe)
    stand_in.pay(donation.session_id or "")
    events = [stripe.verify_event(bell.body, bell.signature) for bell in stand_in.bells()]
    with transaction(books):
        for event in events:
            inbox.take_in(books, event)
    inbox.act_on(books, stripe, next(event.id for event in events if event.type == "charge.succeeded"))
    left = hearing.unanswered_events(books)
    assert [event.type for event in events if event.id in left] == ["checkout.session.completed"]


def test_an_alarm_is_closed_once_by_a_finance_officer_with_words(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    settle_session(books, stripe, strange_payment(stand_in))
    (alarm,) = queries.open_alarms(books)
    officer, other = people.user(books, Role.FINANCE).actor, people.user(books, Role.ADMIN).actor
    with pytest.raises(NotAllowed):
        alarms.close_alarm(books, actor=other, alarm_id=alarm.id, words="Mine.")
    with pytest.raises(Refused):
        alarms.close_alarm(books, actor=officer, alarm_id=alarm.id, words=" ")
    with transaction(books):
        alarms.close_alarm(books, actor=officer, alarm_id=alarm.id, words="It was the raffle’s.")
    assert queries.open_alarms(books) == []
    with pytest.raises(Refused):
        alarms.close_alarm(books, actor=officer, alarm_id=alarm.id, words="Again.")
    settle_session(books, stripe, stripe_session_of(books, stripe))
    assert queries.open_alarms(books) == []


def stripe_session_of(session: Session, stripe: StripeGateway) -> str:
    return next(iter(stripe.find_sessions(clock.now() - timedelta(hours=1)))).id

"""The sweep finds what no event told, and what fails in it holds up nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from fundapp.cli.main import main
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import hearing, inbox, queries
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_session
from fundapp.giving.sweeping import SweepUnfinished, sweep_all, sweep_due
from tests.builders.giving import gateway_of, gift_of, ledger_of, started
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift
from tests.support.postgres import OwnDatabase
from tests.support.web import environ_for, stripe_of

SETTLED = {"stripe-balance": 472, "donations": 500, "processing-fees": 28}


def grow_old(session: Session, **ago: float) -> None:
    """Let every gift have begun, and been looked at, some time ago."""
    then = clock.now() - timedelta(**ago)
    with transaction(session):
        session.execute(update(Donation).values(created_at=then, looked_at=then))


def test_a_paid_gift_that_no_bell_told_of_is_found(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe)
    stand_in.pay(donation.session_id or "")
    swept = sweep_all(books, stripe, last_good=None)
    assert (swept.gifts, swept.failed) == (1, [])
    assert gift_of(books).status == "paid"
    assert ledger_of(books) == SETTLED
    again = sweep_all(books, stripe, last_good=None)
    assert (again.gifts, again.movements) == (0, 0)


def test_a_gift_is_left_alone_for_a_minute_and_then_asked_about_ever_more_seldom(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    started(books, stripe)
    assert sweep_due(books, stripe, last_good=None).gifts == 0
    grow_old(books, minutes=2)
    assert sweep_due(books, stripe, last_good=None).gifts == 1
    assert sweep_due(books, stripe, last_good=None).gifts == 0
    grow_old(books, hours=8)
    with transaction(books):
        books.execute(update(Donation).values(looked_at=clock.now() - timedelta(hours=1)))
    assert sweep_due(books, stripe, last_good=None).gifts == 0
    with transaction(books):
        books.execute(update(Donation).values(looked_at=clock.now() - timedelta(hours=2, minutes=1)))
    assert sweep_due(books, stripe, last_good=None).gifts == 1


def test_a_fee_a_refund_and_a_refund_that_came_back_are_found_by_their_movements(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    stand_in.settings(fee_delay_seconds=3600)
    donation = started(books, stripe, 1000)
    stand_in.pay(donation.session_id or "")
    settle_session(books, stripe, donation.session_id or "")
    stand_in.settle()
    assert sweep_due(books, stripe, last_good=clock.now()).movements == 1
    assert ledger_of(books) == {"stripe-balance": 965, "donations": 1000, "processing-fees": 35}
    made = client_of(stand_in).v1.refunds.create({"charge": donation.charge_id or "", "amount": 300})
    assert sweep_due(books, stripe, last_good=clock.now()).movements == 1
    assert ledger_of(books)["refunds"] == 300
    stand_in.fail_refund(made.id)
    assert sweep_due(books, stripe, last_good=clock.now()).movements == 1
    assert "refunds" not in ledger_of(books)
    assert sweep_due(books, stripe, last_good=clock.now()).movements == 0


def test_money_of_no_gift_of_ours_is_found_and_lies_in_suspense(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    session = client_of(stand_in).v1.checkout.sessions.create(gift(1000))  # type: ignore[arg-type]
    stand_in.pay(session.id)
    sweep_due(books, stripe, last_good=None)
    assert ledger_of(books, "general") == {"stripe-balance": 965, "suspense": -1000, "processing-fees": 35}
    assert len(queries.open_alarms(books)) == 1


def test_what_lies_before_the_last_good_sweep_is_not_read_again_for_ever(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe)
    stand_in.pay(donation.session_id or "")
    tomorrow = clock.now() + timedelta(days=1, hours=1)
    assert sweep_due(books, stripe, last_good=tomorrow).movements == 0
    assert sweep_due(books, stripe, last_good=clock.now()).movements == 1


def test_one_gift_that_stripe_does_not_know_holds_up_no_other(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    lost, found = started(books, stripe), started(books, stripe)
    with transaction(books):
        books.execute(update(Donation).where(Donation.id == lost.id).values(session_id="cs_test_lost"))
    stand_in.pay(found.session_id or "")
    grow_old(books, minutes=5)
    with pytest.raises(SweepUnfinished, match="cs_test_lost"):
        sweep_due(books, stripe, last_good=None)
    assert ledger_of(books) == SETTLED


def test_a_silent_stripe_ends_the_sweep_at_once_and_changes_nothing(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    for _ in range(3):
        started(books, stripe)
    grow_old(books, minutes=5)
    stand_in.trouble(path="/v1/.*", deed="drop", times=50)
    with pytest.raises(StripeFault):
        sweep_due(books, stripe, last_good=None)
    asked = [row for row in stand_in.requests() if row["method"] == "GET"]
    assert len(asked) <= 3
    assert ledger_of(books) == {}


def test_a_bell_whose_job_was_lost_is_answered_by_the_sweep(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    donation = started(books, stripe)
    stand_in.pay(donation.session_id or "")
    with transaction(books):
        for bell in stand_in.bells():
            inbox.take_in(books, stripe.verify_event(bell.body, bell.signature))
        books.execute(text("DELETE FROM procrastinate_jobs"))
        books.execute(text("UPDATE stripe_event SET received_at = received_at - interval '11 minutes'"))
    assert sweep_due(books, stripe, last_good=None).events >= 1
    assert hearing.unanswered_events(books) == []


def command(town: OwnDatabase, stand_in: StandIn, folder: Path, *words: str) -> Result:
    """`fundapp stripe …`, in this process: a new one takes seconds to begin. That it can be called is held by integration/cli."""
    return CliRunner().invoke(main, ["stripe", *words], env=environ_for(town, folder, **stripe_of(stand_in)))


def test_the_commands_sweep_and_act_again(town: OwnDatabase, stand_in: StandIn, tmp_path: Path) -> None:
    stripe = gateway_of(stand_in)
    with town.session() as session:
        stand_in.pay(started(session, stripe).session_id or "")
        stand_in.pay(started(session, stripe).session_id or "")
    swept = command(town, stand_in, tmp_path, "sweep")
    assert (swept.exit_code, swept.stdout) == (0, "2 open gifts asked about, 0 events answered, 0 movements recorded\n"), swept.stderr
    with town.session() as session:
        assert ledger_of(session)["donations"] == 1000
        events = [stripe.verify_event(bell.body, bell.signature) for bell in stand_in.bells()]
        with transaction(session):
            for event in events[:2]:
                inbox.take_in(session, event)
    replayed = command(town, stand_in, tmp_path, "replay")
    assert replayed.exit_code == 0, replayed.stderr
    assert replayed.stdout.splitlines() == [f"{event.id} answered" for event in events[:2]]
    once_more = command(town, stand_in, tmp_path, "replay", events[0].id, "evt_nobody")
    assert once_more.exit_code == 1
    assert once_more.stdout.splitlines()[0] == f"{events[0].id} answered"
    assert "evt_nobody failed: No event evt_nobody was ever taken in." in once_more.stdout
    with town.session() as session:
        assert ledger_of(session)["donations"] == 1000

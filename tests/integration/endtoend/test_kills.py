"""A power cut while a bell is answered, a sweep by the command, a storm of replays: whatever happens, each gift is posted once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from fundapp.config import ROOT
from fundapp.core.db import transaction
from fundapp.giving import starting
from fundapp.giving.models import Donation, StripeEvent
from fundapp.ledger.verify import verify
from tests.builders import giving, ledger, people
from tests.support.live import LiveProcess

SETTLED = {"stripe-balance": 472, "donations": 500, "processing-fees": 28}


@pytest.fixture
def gift(live_process: LiveProcess) -> str:
    """£5 paid at Stripe, of which nobody has told the Fund yet. Its payment page."""
    live = live_process
    live.stand_in.settings(fee_delay_seconds=0, retry_first_seconds=0.2)
    live.stand_in.hold()
    with live.database.session() as session:
        with transaction(session):
            ledger.open_books(session)
            people.fund_holder(session)
        begun = giving.begin(session)
        to = starting.Addresses(live.base_url, live.base_url)
        page = starting.payment_page(session, giving.gateway_of(live.stand_in), begun, amount_pence=500, name="A gift", to=to)
    payment = giving.session_of(str(page))
    live.stand_in.pay(payment)
    return payment


def test_killed_while_it_answers_a_bell_the_fund_hears_the_next_one(live_process: LiveProcess, gift: str) -> None:
    live = live_process
    with live.database.engine.connect() as holder, holder.begin():
        # The bell is verified, and its answer waits for the table in which it is kept.
        holder.execute(text("LOCK TABLE stripe_event IN SHARE MODE"))
        live.stand_in.release()
        wait_until(lambda: waiters(live) > 0)
        live.kill()
    with live.database.session() as session:
        assert session.query(StripeEvent).count() == 0
    live.start()
    wait_until(lambda: {one["state"] for one in live.stand_in.deliveries()} == {"delivered"})
    live.run_jobs()
    posted_once(live, gift)


def test_the_command_sweeps_in_what_no_bell_told_though_two_run_at_once(live_process: LiveProcess, gift: str) -> None:
    live = live_process
    live.stand_in.drop()
    live.kill()
    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda _: fundapp(live, "stripe", "sweep"), range(2)))
    assert all("open gifts asked about" in one for one in told)
    posted_once(live, gift)
    assert "0 open gifts asked about, 0 events answered, 0 movements recorded" in fundapp(live, "stripe", "sweep")
    posted_once(live, gift)


def test_fifty_replays_from_each_of_eight_threads_while_two_workers_answer_leave_one_gift(live_process: LiveProcess, gift: str) -> None:
    live = live_process
    (bell,) = [one["event_id"] for one in live.stand_in.deliveries() if one["type"] == "checkout.session.completed"]
    with ThreadPoolExecutor(3) as threads:
        storm = threads.submit(live.stand_in.deliver, event_ids=[bell], times=400, threads=8)
        while not storm.done():
            for working in [threads.submit(live.run_jobs) for _ in range(2)]:
                working.result()
    rung = storm.result()
    assert (len(rung), {one["status"] for one in rung}) == (400, {200})
    live.run_jobs()
    with live.database.session() as session:
        assert session.query(StripeEvent).count() == 1
    posted_once(live, gift)


def posted_once(live: LiveProcess, payment: str) -> None:
    """The gift is paid, two entries tell it, and the books hold together."""
    with live.database.session() as session:
        gift = giving.gift_of(session, payment)
        assert (gift.status, session.query(Donation).count()) == ("paid", 1)
        assert giving.ledger_of(session) == SETTLED
        keys = session.scalars(text("SELECT event_key FROM entry WHERE subject = :subject ORDER BY number"), {"subject": gift.subject})
        assert [key.partition(":")[0] for key in keys] == ["charge", "txn"]
        assert verify(session).faults == []


def waiters(live: LiveProcess) -> int:
    """How many statements wait for a lock."""
    with live.database.session() as session:
        statement = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return session.scalar(statement) or 0


def fundapp(live: LiveProcess, *words: str) -> str:
    """What a command of the Fund prints. It must succeed."""
    command = [sys.executable, "-m", "fundapp.cli", *words]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": os.defpath, **live.environ}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail when it does not come to."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)

"""kill -9 of the web process between Stripe's charge and our commit loses nothing."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from fundapp.core.db import transaction
from fundapp.core.keys import Keys
from fundapp.giving.models import Donation
from fundapp.giving.sweeping import sweep_all
from tests.builders import ledger, people
from tests.builders.giving import gateway_of, ledger_of, session_of
from tests.support.live import LiveProcess

SETTLED = {"stripe-balance": 472, "donations": 500, "processing-fees": 28}


def asked(live: LiveProcess, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, Location and words of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.port, timeout=15)
    try:
        headers = {"Host": f"localhost:{live.settings.port}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")
    finally:
        connection.close()


@pytest.fixture
def begun(live_process: LiveProcess) -> Donation:
    """A gift at the running Fund, paid at Stripe, whose bells are held back."""
    live = live_process
    with live.database.session() as session, transaction(session):
        ledger.open_books(session)
        people.fund_holder(session)
    live.stand_in.settings(fee_delay_seconds=0)
    live.stand_in.hold()
    _, _, words = asked(live, "GET", "/give")
    field = BeautifulSoup(words, "html5lib").select_one("[name=form_key]")
    assert field
    status, where, _ = asked(live, "POST", "/give", {"form_key": str(field["value"]), "amount": "500"})
    assert status == 303
    live.stand_in.pay(session_of(where))
    with live.database.session() as session:
        return session.scalars(select(Donation)).one()


@contextmanager
def killed_before_its_commit(live: LiveProcess, gift: Donation) -> Iterator[None]:
    """The donor comes back, Stripe has told us of the charge, and the process dies waiting to write it down."""
    keys = Keys(live.settings.secret_key, live.settings.private_keys)
    path = f"/gifts/{keys.link_token('gift', str(gift.id))}/return"

    def come_back() -> None:
        # The connection dies with the server.
        with suppress(OSError, http.client.HTTPException):
            asked(live, "GET", path)

    with live.database.session() as holder:
        holder.execute(text("SELECT 1 FROM donation FOR UPDATE"))
        donor = threading.Thread(target=come_back)
        donor.start()
        deadline = time.monotonic() + 10
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        with live.database.engine.connect() as looking:
            while not looking.scalar(waiting):
                looking.rollback()
                assert time.monotonic() < deadline, "the settling never got as far as its transaction"
                time.sleep(0.01)
        live.kill()
        donor.join()
        holder.rollback()
    with live.database.session() as session:
        assert ledger_of(session) == {}
        assert session.get_one(Donation, gift.id).status == "started"
    yield
    with live.database.session() as session:
        assert session.get_one(Donation, gift.id).status == "paid"
        assert ledger_of(session) == SETTLED
        assert session.scalar(text("SELECT count(*) FROM entry WHERE subject LIKE 'donation:%'")) == 2


def test_the_next_delivery_posts_it_once(live_process: LiveProcess, begun: Donation) -> None:
    with killed_before_its_commit(live_process, begun):
        live_process.start()
        outcomes = live_process.stand_in.deliver(times=2)
        assert {outcome["status"] for outcome in outcomes} == {200}, outcomes
        live_process.run_jobs()


def test_a_sweep_posts_it_once_where_no_bell_ever_rings(live_process: LiveProcess, begun: Donation) -> None:
    with killed_before_its_commit(live_process, begun):
        live_process.stand_in.drop()
        stripe = gateway_of(live_process.stand_in)
        for _ in range(2):
            with live_process.database.session() as session:
                sweep_all(session, stripe, last_good=None)

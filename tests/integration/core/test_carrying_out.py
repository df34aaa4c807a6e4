"""An act that collides with another is done anew, whole; it happens once or not at all, and is never told as want of money."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.config import DEMO_PRIVATE_KEY
from fundapp.core import db, turns
from fundapp.core.db import Database, carry_out, transaction
from fundapp.core.errors import Busy, Collided, Refused
from fundapp.core.vault import Vault
from fundapp.database import server
from fundapp.giving import settling
from fundapp.ledger import queries as ledger
from fundapp.ledger.service import NotEnoughMoney
from tests.builders import giving as donors
from tests.builders import grants as build
from tests.builders import ledger as books
from tests.builders.stand_in import StandIn
from tests.support.outside import BASE_URL
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import Client, settings_for

ONE, OTHER = "general", "public-giving"


@pytest.fixture
def town(cluster: Cluster, own_database: OwnDatabase) -> OwnDatabase:
    """A town of its own with £1,000 in each of two funds, where a ring of waiting is found at once."""
    with server.connect(cluster.access) as connection:
        name = sql.Identifier(own_database.engine.url.database or "")
        connection.execute(sql.SQL("ALTER DATABASE {} SET deadlock_timeout = '20ms'").format(name))
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        for fund in (ONE, OTHER):
            books.pay_in(session, 100_000, fund)
    return own_database


@contextmanager
def at_level(database: Database, level: str) -> Iterator[Session]:
    """A session whose every transaction runs at an isolation level."""
    with Session(database.engine.execution_options(isolation_level=level), expire_on_commit=False) as session:
        yield session


def footprint(database: Database) -> dict[str, object]:
    """All that an act could have left, but for the gates' counters, which the other side of a collision raises."""
    with database.session() as session:
        return {name: value for name, value in build.footprint(session).items() if name != "fund"}


def shove(database: Database, fund: str = OTHER) -> None:
    """Somebody else passes the fund's gate in this moment, and changes nothing else."""
    with database.session() as other, transaction(other):
        other.execute(text("UPDATE fund SET version = version + 1 WHERE code = :fund"), {"fund": fund})


def test_two_acts_that_wait_for_one_another_in_a_ring_both_happen_and_each_once(town: OwnDatabase) -> None:
    tries: list[str] = []
    ready = Barrier(2)

    def award_from_both(first: str, second: str) -> None:
        with town.session() as session:

            def act() -> None:
                again = first in tries
                tries.append(first)
                books.award(session, 500, first, key=f"grant:{first}-first")
                if not again:
                    ready.wait(10)
                books.award(session, 700, second, key=f"grant:{first}-second")

            carry_out(session, act)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(award_from_both, (ONE, OTHER), (OTHER, ONE)))
    # The database lets one of them go on and the other begins anew; on a busy machine they may meet once more.
    assert 3 <= len(tries) <= 6
    with town.session() as session:
        assert [ledger.available_pence(session, fund) for fund in (ONE, OTHER)] == [100_000 - 1_200] * 2
        assert all(ledger.entry_count(session, subject=f"grant:{one}-{nth}") == 1 for one in (ONE, OTHER) for nth in ("first", "second"))


@pytest.mark.parametrize(("level", "collisions"), [("REPEATABLE READ", 1), ("REPEATABLE READ", 2), ("SERIALIZABLE", 1)])
def test_an_act_that_read_too_early_is_done_anew_and_happens_once(town: OwnDatabase, level: str, collisions: int) -> None:
    left = collisions
    with at_level(town, level) as session:

        def act() -> int:
            nonlocal left
            seen = ledger.available_pence(session, OTHER)
            if left:
                left -= 1
                shove(town)
            books.award(session, 500, key="grant:1")
            return seen

        assert carry_out(session, act) == 100_000
    with town.session() as session:
        assert ledger.available_pence(session, OTHER) == 99_500
        assert ledger.entry_count(session, subject="grant:1") == 1


def test_what_the_other_one_took_meanwhile_is_seen_and_told_as_it_is(town: OwnDatabase) -> None:
    def take_all(session: Session) -> None:
        with town.session() as other, transaction(other):
            books.award(other, 100_000, key="grant:faster")

    with at_level(town, "REPEATABLE READ") as session:
        tries: list[int] = []

        def act() -> None:
            tries.append(ledger.available_pence(session, OTHER))
            if len(tries) == 1:
                take_all(session)
            books.award(session, 500, key="grant:slower")

        with pytest.raises(NotEnoughMoney, match=r"has £0\.00 left to award, and this needs £5\.00"):
            carry_out(session, act)
    assert tries == [100_000, 0], "the first try collided; only the second, which saw the money gone, may say so"


def test_after_three_collisions_it_is_busy_and_everything_is_as_it_was(town: OwnDatabase) -> None:
    with town.session() as session:
        who = build.cast(session)
        build.item(session)
        request = build.waiting(session, who.worker)
        approver = who.approver.actor
    before = footprint(town)
    tries: list[int] = []
    with at_level(town, "REPEATABLE READ") as session:

        def act() -> None:
            tries.append(ledger.available_pence(session, OTHER))
            shove(town)
            build.deciding.agree(session, actor=approver, request_id=request.id, version=1, fund_code=OTHER)

        with pytest.raises(Busy, match=r"We are busy for a moment\. Nothing was changed; please try again\.") as told:
            carry_out(session, act)
        assert not session.in_transaction()
    assert len(tries) == 3
    assert not isinstance(told.value, Refused)
    assert footprint(town) == before


def test_a_row_that_somebody_holds_is_busy_at_once_and_never_want_of_money(town: OwnDatabase) -> None:
    tries: list[int] = []
    with town.session() as holder, town.session() as session:
        books.award(holder, 100_000)

        def act() -> None:
            tries.append(1)
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            books.award(session, 500)

        with pytest.raises(Busy, match="please try again") as told:
            carry_out(session, act)
        holder.rollback()
    assert (len(tries), isinstance(told.value, Collided), isinstance(told.value, Refused)) == (1, False, False)


def test_a_refusal_and_a_fault_of_ours_are_not_tried_again(town: OwnDatabase) -> None:
    tries: list[int] = []
    with town.session() as session:
        for fault in (Refused("The fund is empty."), ValueError("a fault of ours")):

            def act(fault: Exception = fault) -> None:
                tries.append(1)
                books.pay_in(session, 100, key=f"money:{len(tries)}")
                raise fault

            with pytest.raises(type(fault), match=str(fault)):
                carry_out(session, act)
    assert len(tries) == 2
    with town.session() as session:
        assert ledger.available_pence(session, OTHER) == 100_000


def test_a_try_never_begins_inside_the_transaction_that_failed(town: OwnDatabase) -> None:
    seen: list[int] = []
    with at_level(town, "REPEATABLE READ") as session:

        def act() -> None:
            # It would fail in an aborted transaction, and the number would be the same in one that goes on.
            seen.append(session.scalar(text("SELECT txid_current()")) or 0)
            if len(seen) < 3:
                shove(town)
            books.award(session, 500, key="grant:1")

        carry_out(session, act)
    assert len(set(seen)) == 3


def test_settling_a_gift_that_collides_asks_stripe_once_and_records_it_once(
    town: OwnDatabase, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe = donors.gateway_of(stand_in)
    with town.session() as session:
        donation = donors.started(session, stripe, 700)
    stand_in.pay(donation.session_id or "")
    asked, written = [], []
    ask, write = stripe.fetch_session, settling._record_session

    def collides(session: Session, told: Any, asked_at: Any) -> None:
        written.append(told)
        if len(written) == 1:
            session.scalar(text("SELECT 1"))
            _give_way(town, donation.id)
        write(session, told, asked_at)

    monkeypatch.setattr(stripe, "fetch_session", lambda session_id: asked.append(session_id) or ask(session_id))
    monkeypatch.setattr(settling, "_record_session", collides)
    with at_level(town, "REPEATABLE READ") as session:
        settling.settle_session(session, stripe, donation.session_id or "")
        assert (len(asked), len(written)) == (1, 2)
        assert [entry.kind for entry in ledger.entries_for(session, donation.subject)].count("gift.charged") == 1
        letters = session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.send_receipt'"))
        assert letters == 1


def _give_way(town: OwnDatabase, donation_id: object) -> None:
    with town.session() as other, transaction(other):
        other.execute(text("UPDATE donation SET looked_at = looked_at + interval '1 second' WHERE id = :id"), {"id": donation_id})


Busied = Callable[[Client], None]


@pytest.fixture
def office(town: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, Session]]:
    """The app on connections of its own, which wait a tenth of a second for a row; and the test's session beside it."""
    monkeypatch.setattr(db, "LOCK_TIMEOUT_MS", 100)
    hurried = Database(town.app_url, vault=Vault([DEMO_PRIVATE_KEY]))
    with town.session() as session:
        yield Client(create_app(settings_for(town, tmp_path), database=hurried), session), session
    hurried.dispose()


def test_a_busy_page_keeps_what_was_typed_and_the_same_press_again_does_it_once(
    town: OwnDatabase, office: tuple[Client, Session], sign_in_to: Callable[..., None]
) -> None:
    client, session = office
    who = build.cast(session)
    build.item(session)
    request = build.agreed(session, who.worker, who.approver)
    sign_in_to(client, session, who.finance.user)
    form = client.get(f"/payouts/{request.id}").form('form[action$="enter"]')
    form.fill(amount="12.50", rest="part", supplier="The other shop")
    session.commit()
    before = footprint(town)
    with town.session() as holder:
        holder.execute(text("SELECT FROM grant_request WHERE id = :id FOR UPDATE"), {"id": request.id})
        page = form.submit()
        assert page.status == 503
        assert "We are busy for a moment. Nothing was changed; please try again." in page.words
        assert "money" not in page.text("#errors")
        holder.rollback()
    assert (page.one("#enter_payment-amount")["value"], page.one("#enter_payment-supplier")["value"]) == ("12.50", "The other shop")
    assert page.one('input[name="rest"][checked]')["value"] == "part"
    assert footprint(town) == before
    page = page.form('form[action$="enter"]').submit()
    assert "Entered. Somebody else checks and releases it." in page.words


def test_a_contribution_that_waits_too_long_is_busy_with_its_page_as_it_was(
    town: OwnDatabase, office: tuple[Client, Session], sign_in_to: Callable[..., None]
) -> None:
    client, session = office
    sign_in_to(client, session, build.cast(session).finance.user)
    today = build.clock.today()
    form = client.get("/finance/contributions/new").form()
    day = {f"received_on-{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    form.fill({"received_from": "A council", "fund_code": ONE, "amount": "15,000", "bank_reference": "GRANT 1", **day})
    session.commit()
    with town.session() as holder:
        turns.take(holder, f"form:{form.data['once_key']}")
        page = form.submit()
        holder.rollback()
    assert (page.status, "please try again" in page.words) == (503, True)
    assert (page.one('[name="amount"]')["value"], page.one('[name="received_from"]')["value"]) == ("15,000", "A council")
    again = page.form()
    for _ in range(2):
        again.submit()
    assert ledger.available_pence(session, ONE) == 100_000 + 1_500_000


@pytest.fixture
def sign_in_to() -> Callable[..., None]:
    """`sign_in_to(client, session, user)`: the client comes with a session of this user."""
    from fundapp.people import sessions

    def sign_in(client: Client, session: Session, user: Any) -> None:
        _, token = sessions.start(session, user=user, device="a test", proven_by="app")
        session.commit()
        with client.flask.session_transaction(base_url=BASE_URL) as cookie:
            cookie.update({"_user_id": token, "_fresh": True})

    return sign_in

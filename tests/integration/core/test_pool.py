"""What a session's transaction costs on the wire, and what becomes of connections that ended while they lay in the pool."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from fundapp import create_app
from fundapp.core import clock, pool
from fundapp.core.db import Database, carry_out, transaction
from fundapp.database import embedded, place, server
from fundapp.database.instance import Instance
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line
from tests.builders import ledger as books
from tests.support.postgres import SERVERS, OwnDatabase
from tests.support.web import settings_for

GIFT = [
    Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "public-giving", 965),
    Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "public-giving", 35),
]


def round_trips(database: Database, act: Callable[[], object]) -> list[str]:
    """What was asked of the server while the database's one connection did something: an item for each time its answer was awaited."""
    with tempfile.TemporaryFile() as file:
        held = database.engine.raw_connection()
        wire = held.driver_connection.pgconn
        wire.trace(file.fileno())
        # Back into the pool, so that it is handed out for the act as it is for any.
        held.close()
        act()
        wire.untrace()
        file.seek(0)
        said = [line.split("\t") for line in file.read().decode().splitlines()]
    asked = [
        " ".join((kind, *"".join(words).split()))[:60]
        for _, side, _, kind, *words in said
        if side == "F" and kind in {"Query", "Parse", "Bind"}
    ]
    answers = sum(side == "B" and kind == "ReadyForQuery" for _, side, _, kind, *_ in said)
    assert len(asked) >= answers
    return asked[:answers] if len(asked) == answers else [f"{answers} answers to", *asked]


def posting(database: Database, nth: int) -> Callable[[], object]:
    """An act of its own that posts a gift."""

    def act() -> None:
        with database.session() as session:
            carry_out(
                session,
                lambda: service.post(
                    session,
                    event_key=f"txn:txn_{nth}",
                    kind="gift.settled",
                    happened_on=clock.today(),
                    lines=GIFT,
                    actor="stripe",
                    subject=f"donation:{nth}",
                ),
            )

    return act


@pytest.fixture
def town(own_database: OwnDatabase) -> Database:
    """A database with books, after a dozen gifts: statements are prepared, numbers taken by the block."""
    with own_database.session() as session, transaction(session):
        books.open_books(session)
    for nth in range(12):
        posting(own_database, nth)()
    return own_database


def test_posting_a_gift_takes_three_round_trips_and_now_and_then_a_fourth_for_a_block_of_numbers(town: Database) -> None:
    costs = [round_trips(town, posting(town, nth)) for nth in range(12, 32)]
    assert costs[-1][0].startswith('Query "BEGIN"')
    assert costs[-1][-1].startswith('Query "COMMIT"')
    assert sorted({len(one) for one in costs}) in ([3], [3, 4])
    assert sum(len(one) for one in costs) <= 3 * len(costs) + 4


def test_a_rollback_costs_one_round_trip_and_leaves_what_was_prepared(town: Database) -> None:
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE '\\_pg3%'")
    with town.session() as session:
        before = session.scalar(prepared) or 0
        session.rollback()
        with pytest.raises(DBAPIError, match="division by zero"):
            session.execute(text("SELECT 1 / 0"))
        session.rollback()
        assert (session.scalar(prepared) or 0) >= before > 0
    posting(town, 98)()
    assert [one.split()[0] for one in round_trips(town, posting(town, 99))] == ["Query", "Bind", "Query"]


def test_what_was_rolled_back_is_gone(town: Database) -> None:
    with town.session() as session:
        number = books.pay_in(session, 500, "general").number
        session.rollback()
        assert session.scalar(text("SELECT count(*) FROM entry WHERE number = :number"), {"number": number}) == 0
        books.pay_in(session, 500, "general")
    with town.session() as session:
        assert queries.available_pence(session, "general") == 0


def test_an_empty_act_and_a_session_that_did_nothing_ask_nothing_but_what_they_must(town: Database) -> None:
    def looked() -> None:
        with town.session() as session:
            session.execute(text("SELECT 1"))

    def idle() -> None:
        with town.session() as session:
            session.connection()

    # What was begun by reading is rolled back as the connection goes home; what was not begun costs nothing.
    assert [one.split('"')[1] for one in round_trips(town, looked)] == ["BEGIN", "SELECT 1", "ROLLBACK"]
    assert round_trips(town, idle) == []


def test_the_server_is_asked_after_a_long_rest_alone(town: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def idle() -> None:
        with town.session() as session:
            session.connection()

    assert round_trips(town, idle) == []
    monkeypatch.setattr(pool, "REST_SECONDS", -1)
    assert round_trips(town, idle) == ['Query ""']


def end_all(database: OwnDatabase) -> int:
    """End every connection of the application, as a restart of the server does. Tells how many there were."""
    with psycopg.connect(database.app_url, autocommit=True) as another:
        ended = another.execute(
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended is not None
    return int(ended[0])


def test_connections_that_were_ended_while_they_lay_there_are_never_handed_out(own_database: OwnDatabase) -> None:
    held = [own_database.engine.connect() for _ in range(4)]
    before = {one.scalar(text("SELECT pg_backend_pid()")) for one in held}
    for one in held:
        one.close()
    assert (len(before), end_all(own_database)) == (4, 4)
    for _ in range(6):
        with own_database.session() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) not in before


def test_a_connection_that_the_network_lost_without_a_word_is_found_after_a_rest(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database.session() as session:
        session.scalar(text("SELECT 1"))
    end_all(own_database)
    # As if nothing had reached us.
    monkeypatch.setattr(pool, "_has_something_to_say", lambda _: False)
    monkeypatch.setattr(pool, "REST_SECONDS", -1)
    with own_database.session() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_restart_of_the_server_is_noticed_by_nobody_who_comes_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "SYSTEM_HOME", SERVERS)
    with embedded.joined(tmp_path, durable=False) as access:
        database = Database(server.url(access, server.APP))
        for _ in range(2):
            with database.session() as session:
                assert session.scalar(text("SELECT 1")) == 1
            itself = server.Server(place.choose(tmp_path, Instance.of(tmp_path)), durable=False)
            itself.stop()
            assert itself.ensure() == access
        with database.session() as session:
            assert session.scalar(text("SELECT 1")) == 1
        database.dispose()


@pytest.fixture
def visit(own_database: OwnDatabase, tmp_path: Path) -> Callable[[], tuple[int, str]]:
    """`visit()` opens a page that asks the database, on connections of its own."""
    app = create_app(settings_for(own_database, tmp_path), database=own_database)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def open_page() -> tuple[int, str]:
        answer = app.test_client().get("/privacy", base_url="http://localhost:8000")
        return answer.status_code, answer.get_data(as_text=True)

    return open_page


def test_a_page_after_a_restart_is_as_any_and_one_in_the_middle_of_it_says_so_once(
    own_database: OwnDatabase, visit: Callable[[], tuple[int, str]]
) -> None:
    assert visit()[0] == 200
    end_all(own_database)
    assert visit()[0] == 200, "the connection lay in the pool: nobody notices"
    ended = []

    def in_the_middle(*_: object) -> None:
        if not ended:
            ended.append(end_all(own_database))

    event.listen(own_database.engine, "before_cursor_execute", in_the_middle)
    status, words = visit()
    assert (status, ended) == (503, [1])
    assert "Busy just now" in words
    for secret in ("psycopg", "terminating", "administrator", "SELECT"):
        assert secret not in words
    assert visit()[0] == 200
    event.remove(own_database.engine, "before_cursor_execute", in_the_middle)

"""Statements that go past every cursor: they belong to the transaction, end with it, and outlive what psycopg forgets."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from fundapp.core import prepared
from fundapp.database import server
from tests.support.postgres import OwnDatabase

NAMED = "SELECT $1::text, $2::bigint WHERE $2::bigint IS NOT NULL"
DIVIDED = "SELECT 1 / $1::int"


@pytest.fixture
def wire(own_database: OwnDatabase) -> Iterator[Connection]:
    """A connection of the application's engine, with all that it listens to."""
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("CREATE TABLE kept (n int)")
        owner.execute(f"GRANT SELECT, INSERT ON kept TO {server.APP}")
    with own_database.engine.connect() as connection:
        yield connection


def held(wire: Connection) -> list[int]:
    return [row.n for row in wire.execute(text("SELECT n FROM kept ORDER BY n"))]


def prepared_statements(wire: Connection) -> set[str]:
    found = list(wire.scalars(text("SELECT statement FROM pg_prepared_statements")))
    assert len(found) == len(set(found))
    return set(found)


KEEP = "INSERT INTO kept VALUES ($1::int) RETURNING n"


def test_a_row_comes_back_as_text_and_no_row_as_none(wire: Connection) -> None:
    assert prepared.fetch_row(wire, NAMED, ["O’Brien", "7"]) == ["O’Brien", "7"]
    assert prepared.fetch_row(wire, NAMED, [None, "7"]) == [None, "7"]
    assert prepared.fetch_row(wire, NAMED, ["nobody", None]) is None


def test_it_begins_the_transaction_that_everything_after_it_is_in(wire: Connection) -> None:
    prepared.fetch_row(wire, KEEP, ["0"])
    wire.rollback()
    prepared.fetch_row(wire, KEEP, ["1"])
    wire.execute(text("INSERT INTO kept VALUES (2)"))
    wire.rollback()
    assert held(wire) == []
    wire.execute(text("INSERT INTO kept VALUES (3)"))
    prepared.fetch_row(wire, KEEP, ["4"])
    wire.commit()
    assert held(wire) == [3, 4]


def test_after_a_savepoint_was_rolled_back_everything_is_prepared_still(wire: Connection) -> None:
    # Often enough for psycopg to have prepared it itself.
    for n in range(8):
        wire.execute(text("INSERT INTO kept VALUES (:n)"), {"n": n})
    known = prepared_statements(wire)
    prepared.fetch_row(wire, KEEP, ["8"])
    for _ in range(3):
        savepoint = wire.begin_nested()
        prepared.fetch_row(wire, KEEP, ["99"])
        savepoint.rollback()
    prepared.fetch_row(wire, KEEP, ["9"])
    assert prepared_statements(wire) == {*known, KEEP}
    wire.commit()
    assert held(wire) == list(range(10))


def test_a_savepoint_that_is_not_there_is_an_error_as_ever(wire: Connection) -> None:
    with pytest.raises(DBAPIError) as refused:
        wire.dialect.do_rollback_to_savepoint(wire, "never_made")
    assert isinstance(refused.value.orig, pg.NoActiveSqlTransaction)


def test_it_is_prepared_once_and_kept_through_commits_and_rollbacks(wire: Connection) -> None:
    for n in range(6):
        prepared.fetch_row(wire, KEEP, [str(n)])
        wire.commit() if n % 2 else wire.rollback()
    assert prepared_statements(wire) == {KEEP}


def test_what_the_server_refuses_is_raised_as_sqlalchemy_raises_it_and_without_the_values(wire: Connection) -> None:
    with pytest.raises(DBAPIError) as refused:
        prepared.fetch_row(wire, DIVIDED, ["0"])
    assert isinstance(refused.value.orig, pg.DivisionByZero)
    assert refused.value.params is None
    with pytest.raises(DBAPIError) as aborted:
        prepared.fetch_row(wire, DIVIDED, ["1"])
    assert isinstance(aborted.value.orig, pg.InFailedSqlTransaction)
    wire.rollback()
    assert prepared.fetch_row(wire, DIVIDED, ["1"]) == ["1"]
    # Whoever is refused a thousand times leaves one prepared statement behind.
    assert prepared_statements(wire) == {DIVIDED}


def test_a_statement_that_somebody_had_the_server_forget_fails_once_and_is_there_again(wire: Connection) -> None:
    prepared.fetch_row(wire, KEEP, ["1"])
    wire.execute(text("DEALLOCATE ALL"))
    with pytest.raises(DBAPIError):
        prepared.fetch_row(wire, KEEP, ["2"])
    wire.rollback()
    prepared.fetch_row(wire, KEEP, ["3"])
    wire.commit()
    assert held(wire) == [3]


def test_a_rule_that_speaks_at_the_commit_alone_is_heard_and_nothing_is_kept(wire: Connection, own_database: OwnDatabase) -> None:
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("ALTER TABLE kept ADD CONSTRAINT once UNIQUE (n) DEFERRABLE INITIALLY DEFERRED")
    for _ in range(2):
        prepared.fetch_row(wire, KEEP, ["1"])
    with pytest.raises(DBAPIError) as refused:
        wire.commit()
    assert isinstance(refused.value.orig, pg.UniqueViolation)
    assert refused.value.orig.diag.constraint_name == "once"
    wire.rollback()
    assert held(wire) == []


def test_a_commit_that_nobody_answers_is_an_error_and_the_connection_is_given_up(wire: Connection, own_database: OwnDatabase) -> None:
    prepared.fetch_row(wire, KEEP, ["1"])
    pid = wire.scalar(text("SELECT pg_backend_pid()"))
    with own_database.engine.connect() as other:
        assert other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises(DBAPIError) as refused:
        wire.commit()
    assert refused.value.connection_invalidated
    assert wire.invalidated
    with own_database.engine.connect() as another:
        assert held(another) == []


def test_text_that_the_server_would_cut_short_is_not_sent(wire: Connection) -> None:
    with pytest.raises(ValueError, match="NUL"):
        prepared.fetch_row(wire, NAMED, ["Jo\0Smith", "1"])


def test_a_connection_that_may_only_read_is_begun_so(own_database: OwnDatabase) -> None:
    with own_database.snapshot() as session:
        wire = session.connection()
        isolation = "SELECT current_setting($1::text)"
        assert prepared.fetch_row(wire, isolation, ["transaction_isolation"]) == ["repeatable read"]
        with pytest.raises(DBAPIError) as refused:
            prepared.fetch_row(wire, "UPDATE fund SET version = version + $1::int RETURNING 1", ["1"])
        assert isinstance(refused.value.orig, pg.ReadOnlySqlTransaction)


def test_a_connection_that_ends_under_it_is_given_up(own_database: OwnDatabase) -> None:
    with own_database.engine.connect() as wire:
        with pytest.raises(DBAPIError) as ended:
            prepared.fetch_row(wire, "SELECT pg_terminate_backend(pg_backend_pid()), $1::int", ["1"])
        assert ended.value.connection_invalidated
        assert wire.invalidated
        wire.rollback()
        assert prepared.fetch_row(wire, DIVIDED, ["1"]) == ["1"]

"""What the database itself refuses, to the application and to the owner of its tables."""

from collections.abc import Iterator

import pytest
from psycopg import errors as pg
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.core.db import driver_url, transaction
from tests.builders import ledger as books
from tests.support.postgres import Cluster, OwnDatabase

HEADER = """
INSERT INTO entry (number, event_key, kind, happened_on, recorded_at, transfers, actor, subject, nonce, leaf_version, leaf_hash)
VALUES (nextval('entry_number'), :key, 'test.entry', '2026-11-14', now(), :transfers, 'system', 'test:1',
    decode(repeat('00', 16), 'hex'), 1, decode(repeat('00', 32), 'hex'))
RETURNING id
"""
LEG = """
INSERT INTO transfer (entry_id, n, debit_account, credit_account, fund, amount_pence)
SELECT {entry}, n, 'bank', 'contributions', 'general', 100 FROM generate_series({first}, {last}) AS n
"""

# What no field of an entry may hold, as anybody with the application's rights could send it past the service.
MISSHAPEN = {
    "event_key": ("''", "'Jo Smith'", "'jo@example.org'", "repeat('k', 201)", "'-first'", "E'a\\nb'"),
    "kind": ("''", "'Test'", "'test.'", "'test entry'"),
    "actor": ("''", "'Jo Smith'", "repeat('a', 121)"),
    "subject": ("''", "'Jo Smith'", "repeat('s', 121)"),
    "reason": ("'because he asked'", "repeat('r', 121)"),
    "note": ("'see my note'", "repeat('n', 121)"),
    "number": ("0", "-1"),
    "transfers": ("-1",),
    "public_particulars": ("'[]'", "'1'", "'null'"),
    "private_particulars": ("'[]'", "'\"text\"'"),
    "nonce": ("''", "decode(repeat('00', 15), 'hex')"),
    "leaf_hash": ("''", "decode(repeat('00', 33), 'hex')"),
}
WELL_SHAPED = {
    "number": "nextval('entry_number')",
    "event_key": "'test:shape'",
    "kind": "'test.entry'",
    "happened_on": "'2026-11-14'",
    "recorded_at": "now()",
    "transfers": "0",
    "actor": "'system'",
    "subject": "'test:1'",
    "nonce": "decode(repeat('00', 16), 'hex')",
    "leaf_version": "1",
    "leaf_hash": "decode(repeat('00', 32), 'hex')",
}

CHANGES = (
    "UPDATE entry SET happened_on = '2020-01-01'",
    "UPDATE entry SET xid = pg_current_xact_id()",
    "DELETE FROM entry",
    "TRUNCATE entry CASCADE",
    "UPDATE transfer SET amount_pence = amount_pence + 1",
    "DELETE FROM transfer",
    "TRUNCATE transfer",
    "DELETE FROM account",
    "TRUNCATE account CASCADE",
    "UPDATE account SET code = 'bank-2' WHERE code = 'bank'",
    "UPDATE account SET kind = 'income' WHERE code = 'bank'",
    "DELETE FROM fund",
    "TRUNCATE fund CASCADE",
    "UPDATE fund SET code = 'other' WHERE code = 'general'",
    "UPDATE fund SET restriction = 'unrestricted' WHERE code = 'public-giving'",
    "UPDATE fund SET purpose = 'something else'",
    "UPDATE fund SET version = version - 1 WHERE version > 0",
)


@pytest.fixture(scope="module")
def town(cluster: Cluster) -> Iterator[OwnDatabase]:
    """Books that every test of this file tries to change, and none does."""
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
            books.pay_in(session, 5000)
            books.award(session, 100)
        yield database


@pytest.fixture
def owner(town: OwnDatabase) -> Iterator[Connection]:
    engine = create_engine(driver_url(town.owner_url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_may_not_change_what_was_written(town: OwnDatabase, change: str) -> None:
    with town.session() as session:
        before = session.execute(text("SELECT count(*), sum(amount_pence) FROM transfer")).one()
        with pytest.raises(DBAPIError) as caught:
            session.execute(text(change))
        assert isinstance(caught.value.orig, (pg.InsufficientPrivilege, pg.CheckViolation))
        session.rollback()
        assert session.execute(text("SELECT count(*), sum(amount_pence) FROM transfer")).one() == before


@pytest.mark.parametrize("change", CHANGES)
def test_nor_may_the_owner_of_the_tables(owner: Connection, change: str) -> None:
    with pytest.raises(DBAPIError, match=r"ledger keeps what was written|keeps its code|keeps the terms"):
        owner.execute(text(change))


@pytest.mark.parametrize("change", ["UPDATE account SET name = name", "UPDATE fund SET version = version + 1"])
def test_the_application_may_rename_accounts_and_pass_gates(town: OwnDatabase, change: str) -> None:
    with town.session() as session, transaction(session):
        session.execute(text(change))


def add(session: Session | Connection, transfers: int, legs: int, *, key: str = "test:1") -> None:
    """An entry and its transfers in one statement, as anybody with the application's rights could send it."""
    leg = LEG.format(entry="header.id", first=1, last=legs).replace(" FROM generate_series", " FROM header, generate_series")
    session.execute(text(f"WITH header AS ({HEADER}), legs AS ({leg}) SELECT id FROM header"), {"key": key, "transfers": transfers})


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in MISSHAPEN.items() for value in values])
def test_no_field_of_an_entry_holds_words_or_half_a_hash(town: OwnDatabase, field: str, value: str) -> None:
    def insert(fields: dict[str, str]) -> None:
        session.execute(text(f"INSERT INTO entry ({', '.join(fields)}) VALUES ({', '.join(fields.values())})"))

    with town.session() as session:
        insert(WELL_SHAPED)
        session.rollback()
        with pytest.raises(DBAPIError) as caught:
            insert({**WELL_SHAPED, field: value})
        assert isinstance(caught.value.orig, pg.CheckViolation)
        assert caught.value.orig.diag.constraint_name == "entry_shape"
        session.rollback()


@pytest.mark.parametrize(("declared", "legs"), [(1, 0), (0, 1), (2, 1), (1, 2)])
def test_an_entry_has_as_many_transfers_as_it_declares(town: OwnDatabase, declared: int, legs: int) -> None:
    with town.session() as session:
        add(session, 2, 2, key="test:0")
        with pytest.raises(DBAPIError, match=r"exactly the transfers it declares|added to an entry"):
            add(session, declared, legs)


def test_places_in_an_entry_are_counted_from_one(town: OwnDatabase) -> None:
    leg = LEG.format(entry="header.id", first=2, last=3).replace(" FROM generate_series", " FROM header, generate_series")
    statement = text(f"WITH header AS ({HEADER}), legs AS ({leg}) SELECT id FROM header")
    with town.session() as session, pytest.raises(DBAPIError, match="added to an entry"):
        session.execute(statement, {"key": "test:1", "transfers": 2})


def test_nothing_is_added_in_a_later_statement_of_the_same_transaction(town: OwnDatabase) -> None:
    with town.session() as session:
        add(session, 1, 1)
        with pytest.raises(DBAPIError, match="added to an entry"):
            session.execute(text(LEG.format(entry="(SELECT max(id) FROM entry)", first=2, last=2)))


def test_a_header_without_its_transfers_is_not_kept_for_later(town: OwnDatabase) -> None:
    with town.session() as session, pytest.raises(DBAPIError, match="exactly the transfers it declares"):
        session.execute(text(HEADER), {"key": "test:1", "transfers": 1})


def test_a_second_connection_cannot_add_to_an_entry_that_is_written(town: OwnDatabase) -> None:
    with town.session() as session, pytest.raises(DBAPIError, match="added to an entry"):
        session.execute(text(LEG.format(entry="(SELECT max(id) FROM entry)", first=2, last=2)))


def test_a_second_connection_cannot_add_to_an_entry_that_is_being_written(town: OwnDatabase) -> None:
    with town.session() as writer, town.session() as other:
        add(writer, 1, 1, key="test:being-written")
        number = writer.execute(text("SELECT max(id) FROM entry")).scalar_one()
        with pytest.raises(DBAPIError):
            other.execute(text(LEG.format(entry=number, first=2, last=2)))
        other.rollback()
        writer.commit()
        assert other.execute(text("SELECT count(*) FROM transfer WHERE entry_id = :id"), {"id": number}).scalar_one() == 1


def test_an_entry_written_inside_a_savepoint_is_complete_as_any(town: OwnDatabase) -> None:
    with town.session() as session, transaction(session):
        with session.begin_nested():
            add(session, 2, 2, key="test:savepoint")
        with session.begin_nested(), pytest.raises(DBAPIError, match="added to an entry"), session.begin_nested():
            session.execute(text(LEG.format(entry="(SELECT max(id) FROM entry)", first=3, last=3)))


def test_a_table_of_the_same_name_cannot_stand_in_for_the_real_one(owner: Connection) -> None:
    owner.execute(text("CREATE TEMPORARY TABLE transfer (LIKE public.transfer)"))
    with pytest.raises(DBAPIError, match="exactly the transfers it declares"):
        add(owner, 1, 1)

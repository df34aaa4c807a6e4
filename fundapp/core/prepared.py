"""A statement that is sent so often that only its values should cost: prepared once a connection, sent by libpq's own call.

SQLAlchemy's cursor and psycopg's cost more than the way to the server and back where many processes share a processor
(docs/decisions/0009-what-a-posting-costs.md). Values go as text, as PostgreSQL reads it; the statement casts each: `$1::date`.

It runs in the connection's transaction like any other, and raises what SQLAlchemy would raise. It is there for as long as the
connection: core/pool.py keeps psycopg from having the server forget every prepared statement at a rollback.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import psycopg
from psycopg import errors, pq
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_NAMES = "prepared-statements"
_COUNTED = "prepared-statements-so-far"


def fetch_row(connection: Connection, statement: str, values: Sequence[str | None]) -> list[str | None] | None:
    """Run a statement that gives a row at the most: its columns as text, or None. Raises DBAPIError, without the values."""
    if not connection.in_transaction():
        # As every statement of SQLAlchemy's does, so that its commit and rollback know of this one.
        connection.begin()
    sent = _bytes(values)
    driver = _driver(connection)
    try:
        if driver.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            _begin(driver)
        result = driver.pgconn.exec_prepared(_name(connection, driver, statement), sent)  # type: ignore[arg-type]
        _expect(pq.ExecStatus.TUPLES_OK, result)
    except psycopg.Error as error:
        raise _wrapped(connection, driver, statement, error) from error
    return [_text(result.get_value(0, column)) for column in range(result.nfields)] if result.ntuples else None


def command(connection: Connection, statement: str) -> None:
    """Run a command without values that gives no rows. Raises DBAPIError."""
    driver = _driver(connection)
    try:
        run(driver, statement.encode())
    except psycopg.Error as error:
        raise _wrapped(connection, driver, statement, error) from error


def run(driver: psycopg.Connection, command: bytes) -> None:
    """Run a command on the driver's own connection, where SQLAlchemy itself stands around it. Raises psycopg.Error."""
    _expect(pq.ExecStatus.COMMAND_OK, driver.pgconn.exec_(command))


def _driver(connection: Connection) -> psycopg.Connection:
    return cast(psycopg.Connection, connection.connection.driver_connection)


def _bytes(values: Sequence[str | None]) -> list[bytes | None]:
    sent = [None if value is None else value.encode() for value in values]
    if b"\0" in b"".join([value for value in sent if value]):
        # libpq would read no further than here.
        raise ValueError("PostgreSQL keeps no text with a NUL in it")
    return sent


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _begin(driver: psycopg.Connection) -> None:
    """Begin as psycopg would at its next statement; what a connection was told besides, psycopg says itself."""
    if driver.autocommit:
        return
    if driver.isolation_level is None and driver.read_only is None and driver.deferrable is None:
        run(driver, b"BEGIN")
    else:
        driver.execute("SELECT")


def _name(connection: Connection, driver: psycopg.Connection, statement: str) -> bytes:
    """What the statement is called on this connection: prepared now, if it was not before."""
    names: dict[str, bytes] = connection.info.setdefault(_NAMES, {})
    name = names.get(statement)
    if name is None:
        # A name of its own each time: of several that were prepared, the server may know some still.
        number = connection.info[_COUNTED] = connection.info.get(_COUNTED, 0) + 1
        name = b"fund_%d" % number
        _expect(pq.ExecStatus.COMMAND_OK, driver.pgconn.prepare(name, statement.encode()))
        names[statement] = name
    return name


def _expect(status: pq.ExecStatus, result: pq.abc.PGresult) -> None:
    if result.status != status:
        raise errors.error_from_result(result)


def _wrapped(connection: Connection, driver: psycopg.Connection, statement: str, error: psycopg.Error) -> DBAPIError:
    """The driver's error as SQLAlchemy raises it. A connection that has ended is given up; what the server forgot is prepared anew."""
    if isinstance(error, errors.InvalidSqlStatementName):
        connection.info.pop(_NAMES, None)
    wrapped = DBAPIError.instance(
        statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=driver.closed, dialect=connection.dialect
    )
    if driver.closed:
        connection.invalidate(error)
    return cast(DBAPIError, wrapped)

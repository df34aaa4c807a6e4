"""What a connection costs besides its work: as few questions to the server as can be.

Connections that lay in the pool are looked at before they are used, without asking the server each time.

SQLAlchemy's `pool_pre_ping` asks the server at every use, which is one round trip more for every act. A server that ended a
connection has told our side of it: its socket has something to read, where a connection at rest has nothing. That look costs no
round trip. Only after a long rest, when the network may have lost the connection without a word, is the server asked
(SQLAlchemy, "Disconnect Handling - Pessimistic": events of the pool that raise DisconnectionError).

A rollback, with which every session ends that only read, leaves the prepared statements where they are; so does a savepoint's.
"""

from __future__ import annotations

import select
import time
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.pool import PoolProxiedConnection

from fundapp.core import prepared

# After lying unused for this long, the server is asked whether it still knows the connection.
REST_SECONDS = 30.0
# The Fund asks some hundreds of different questions. psycopg keeps 100 of them prepared, and says which it drops in a question more.
MOST_PREPARED = 600
_RESTS_SINCE = "rests_since"


def look_before_use(engine: Engine) -> None:
    """Have the engine's pool replace connections that ended while they lay there, so that nobody is handed one."""
    event.listen(engine, "checkin", _comes_back)
    event.listen(engine, "checkout", _goes_out)


def keep_prepared_statements(engine: Engine) -> None:
    """Have a rollback forget what was written, and not how statements are carried out.

    psycopg drops all prepared statements at a rollback, with a question of its own, because whoever rolls back may have made
    tables anew. The application's role makes none. PostgreSQL itself keeps them (PREPARE: until the session ends).
    """
    event.listen(engine, "rollback", _roll_back)
    event.listen(engine, "connect", _keep_more)
    # Not an event: psycopg would roll back to the savepoint once more, and forget.
    engine.dialect.do_rollback_to_savepoint = _roll_back_to  # type: ignore[method-assign]


def commit_at_once(engine: Engine) -> None:
    """Have a commit sent by libpq's own call: psycopg's waits in Python (docs/decisions/0009-what-a-posting-costs.md)."""
    engine.dialect.do_commit = _commit  # type: ignore[method-assign]


def _commit(dbapi_connection: PoolProxiedConnection) -> None:
    driver = cast(psycopg.Connection, dbapi_connection.driver_connection)
    if driver.pgconn.transaction_status != TransactionStatus.IDLE:
        prepared.run(driver, b"COMMIT")


def _keep_more(connection: psycopg.Connection, _record: object) -> None:
    connection.prepared_max = MOST_PREPARED


def _roll_back_to(connection: Connection, name: str) -> None:
    """Instead of SQLAlchemy's statement. Savepoints have SQLAlchemy's own names, which need no quotation marks."""
    prepared.command(connection, f"ROLLBACK TO SAVEPOINT {name}")


def _roll_back(connection: Connection) -> None:
    """Roll back before psycopg does, which then finds nothing left to do. On a broken connection it is left to find that out."""
    if connection.invalidated:
        return
    held = None if connection.invalidated else connection.connection.driver_connection
    if held is not None and held.pgconn.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
        held.pgconn.exec_(b"ROLLBACK")


def _comes_back(connection: psycopg.Connection | None, record: Any) -> None:
    # None: it was found to be broken, and is gone already.
    if connection is not None:
        record.info[_RESTS_SINCE] = time.monotonic()


def _goes_out(connection: psycopg.Connection, record: Any, _: Any) -> None:
    """Raises DisconnectionError for a connection that has ended; the pool then makes another and hands out that."""
    rests_since = record.info.get(_RESTS_SINCE)
    if rests_since is None:
        # Made this moment: what a fresh connection may still have to read is the end of its greeting.
        return
    if _has_something_to_say(connection):
        raise DisconnectionError("the server ended it while it lay in the pool")
    if time.monotonic() - rests_since > REST_SECONDS and not _answers(connection):
        # What ended this one has most likely ended the others.
        raise InvalidatePoolError("the server did not answer after a long rest")


def _has_something_to_say(connection: psycopg.Connection) -> bool:
    """Whether there is anything to read: a farewell, or the end itself. Nobody asked anything, so nothing else can be there."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(connection: psycopg.Connection) -> bool:
    """Ask for nothing at all, outside any transaction: the cheapest question there is (psycopg's own pool asks the same)."""
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.Error:
        return False
    return True

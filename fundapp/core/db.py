"""The database: one engine a town, one transaction an act, and constraints that speak."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from psycopg import errors as pg
from sqlalchemy import BigInteger, Connection, Constraint, DateTime, Engine, Index, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from fundapp.core.errors import Busy, Collided, FundError, Refused
from fundapp.core.language import gettext
from fundapp.core.pool import commit_at_once, keep_prepared_statements, look_before_use
from fundapp.core.sealed import carry
from fundapp.core.vault import Vault

log = logging.getLogger(__name__)
Made = TypeVar("Made")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Waiting longer than this for a row means "busy", never "not enough money".
LOCK_TIMEOUT_MS = 2_000
# An act that collided with another is done anew so often at the most, and waits up to this long before, so that the two part ways.
MOST_TRIES = 3
LONGEST_PAUSE_MS = 40

# More than the Fund has different statements: of 500, SQLAlchemy's own measure, it made many anew, at a millisecond each.
MOST_COMPILED = 2_000

# The network says within seconds that a server is gone, rather than after a quarter of an hour (PostgreSQL, libpq parameters).
_NETWORK = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}


_REMEMBERED = "remembered"
# Of that, what was read in the transaction that is open.
_UNSURE = "remembered-unsure"


class Base(DeclarativeBase):
    """What every table's class derives from.

    `__table_args__ = (..., {"info": {"app_role": "SELECT, INSERT"}})` says what the application's role may do to a table
    (database/privileges.py grants it); a constraint's `info={"sentence": marked("…")}` is what a person reads when it refuses.
    """

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), int: BigInteger()}


class Database:
    """One town's database."""

    def __init__(self, url: str, *, vault: Vault | None = None, pool_size: int = 10, application_name: str = "fundapp") -> None:
        self.engine: Engine = create_engine(
            driver_url(url),
            pool_size=pool_size,
            query_cache_size=MOST_COMPILED,
            # What people typed stays out of errors, and so out of logs.
            hide_parameters=True,
            connect_args={
                "application_name": application_name,
                "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC",
                **_NETWORK,
            },
        )
        if vault is not None:
            carry(self.engine, vault)
        look_before_use(self.engine)
        keep_prepared_statements(self.engine)
        commit_at_once(self.engine)
        for undoing in ("rollback", "rollback_savepoint"):
            event.listen(self.engine, undoing, _forget)
        event.listen(self.engine, "commit", _keep)
        self._sessions: sessionmaker[Session] = sessionmaker(self.engine, expire_on_commit=False)
        one_state = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._snapshots: sessionmaker[Session] = sessionmaker(one_state, expire_on_commit=False)

    @classmethod
    def on(cls, connection: Connection) -> Database:
        """A database whose every session lives inside this connection's open transaction, for tests."""
        database = cls.__new__(cls)
        database.engine = connection.engine
        database._sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        database._snapshots = database._sessions
        return database

    def session(self) -> Session:
        """A new session; close it, or use it in a with statement."""
        return self._sessions()

    def snapshot(self) -> Session:
        """A new session that only reads, and whose statements all see one state, whoever writes meanwhile; close it likewise."""
        return self._snapshots()

    def dispose(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def recall(connection: Connection, what: str) -> Any:
    """What was remembered with a connection, or None."""
    return connection.info.get(_REMEMBERED, {}).get(what)


def remember(connection: Connection, what: str, value: object) -> None:
    """Remember with a connection what was read from rows that never change. If this transaction is rolled back, it is forgotten."""
    connection.info.setdefault(_REMEMBERED, {})[what] = value
    connection.info.setdefault(_UNSURE, set()).add(what)


def _keep(connection: Connection) -> None:
    connection.info.pop(_UNSURE, None)


def _forget(connection: Connection, *_savepoint: object) -> None:
    # Rows that are rolled back may be what was remembered. A connection that the server has ended holds nothing any more.
    if not connection.invalidated:
        for what in connection.info.pop(_UNSURE, ()):
            connection.info[_REMEMBERED].pop(what, None)


def driver_url(url: str) -> str:
    """The address as SQLAlchemy takes it: psycopg 3, whichever way people write it."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql", "postgresql+psycopg"} else url


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """One act, whole or not at all: commit at the end, roll back on any error. Where money moves, use `carry_out`.

    Raises Refused with the sentence of the constraint that said no, Busy when a row could not be had in time, and Collided.
    """
    try:
        yield session
        session.commit()
    except DBAPIError as error:
        session.rollback()
        raised = explain(error)
        if raised is None:
            raise
        raise raised from error
    except BaseException:
        session.rollback()
        raise


def carry_out(session: Session, act: Callable[[], Made]) -> Made:
    """Do one act in a transaction of its own; if it collided with another, do all of it anew, three times at the most.

    Nothing of a try that failed is left, so the act happens once or not at all. It must not speak to the outside: that would be
    repeated. What others wrote meanwhile is seen by the next try, and may well refuse it.
    Raises Busy after the last collision, and at once for a row that could not be had in time; and whatever the act refuses.
    """
    for tries in range(1, MOST_TRIES):
        try:
            with transaction(session):
                return act()
        except Collided:
            log.info("an act collided with another in try %d of %d", tries, MOST_TRIES)
            time.sleep(secrets.randbelow(LONGEST_PAUSE_MS * tries) / 1000)
    with transaction(session):
        return act()


def explain(error: DBAPIError) -> FundError | None:
    """The refusal that a database error stands for, or None when it is a fault of ours."""
    cause: Any = error.orig
    if isinstance(cause, (pg.SerializationFailure, pg.DeadlockDetected)):
        return Collided()
    if isinstance(cause, pg.LockNotAvailable):
        return Busy()
    if isinstance(cause, pg.IntegrityError):
        sentence = sentences().get(cause.diag.constraint_name or "")
        return Refused(gettext(sentence)) if sentence else None
    return None


def sentences() -> dict[str, str]:
    """Every named rule of the database that has a sentence for people, as the code has it: in English."""
    found: dict[str, str] = {}
    for table in Base.metadata.tables.values():
        rules: list[Constraint | Index] = [*table.constraints, *table.indexes]
        for rule in rules:
            if rule.name and "sentence" in rule.info:
                found[str(rule.name)] = rule.info["sentence"]
    return found

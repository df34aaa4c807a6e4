"""A real PostgreSQL for the whole run: one throw-away server, a migrated template, a clone for each worker."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from fundapp.config import DEMO_PRIVATE_KEY
from fundapp.core.db import Base, Database
from fundapp.core.vault import Vault
from fundapp.database import embedded, migrate, place, server
from fundapp.database.instance import Access, Instance

# Where servers lie when root runs the tests: apart from the checkouts' own databases, which somebody may be clearing away meanwhile,
# and in memory when script/test found enough of it and says so by TMPDIR.
SERVERS = Path(os.environ.get("TMPDIR", "/var/lib"), "fundapp-tests")


class OwnDatabase(Database):
    """A private clone of the migrated template, opened as the application's role."""

    def __init__(self, app_url: str, owner_url: str) -> None:
        super().__init__(app_url, vault=Vault([DEMO_PRIVATE_KEY]))
        self.app_url = app_url
        self.owner_url = owner_url


@dataclass(frozen=True)
class Cluster:
    """The run's server."""

    access: Access
    folder: Path

    def app_url(self, name: str) -> str:
        """The address of a database for the application's role."""
        return server.url(self.access, server.APP, name)

    def owner_url(self, name: str) -> str:
        """The address of a database for the role that owns the tables."""
        return server.url(self.access, server.OWNER, name)

    @contextmanager
    def empty(self) -> Iterator[tuple[str, str]]:
        """A fresh database without tables: its two addresses, the application's first."""
        with self._made(None) as name:
            yield self.app_url(name), self.owner_url(name)

    @contextmanager
    def clone(self, template: str = server.DATABASE) -> Iterator[OwnDatabase]:
        """A fresh copy of the migrated template, or of another."""
        with self._made(template) as name, self._opened(name) as database:
            yield database

    @contextmanager
    def growing_template(self, name: str, of: str = server.DATABASE) -> Iterator[OwnDatabase]:
        """A copy of the migrated template, or of another, that becomes a template itself, with whatever the block puts into it."""
        with server.connect(self.access) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            server.make_database(connection, name, of)
            with self._opened(name) as database:
                yield database
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))

    def has_template(self, name: str) -> bool:
        """Whether there is a template of this name, finished."""
        with server.connect(self.access) as connection:
            return connection.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone() == (True,)

    @contextmanager
    def _opened(self, name: str) -> Iterator[OwnDatabase]:
        database = OwnDatabase(self.app_url(name), self.owner_url(name))
        try:
            yield database
        finally:
            database.dispose()

    @contextmanager
    def _made(self, template: str | None) -> Iterator[str]:
        name = f"t_{uuid4().hex[:16]}"
        with server.connect(self.access) as connection:
            server.make_database(connection, name, template)
        try:
            yield name
        finally:
            with server.connect(self.access) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody whose neighbour's migration does not run yet test what comes before it."""
    parser.addoption("--migrate-to", default="head", help="migrate the test database to this revision only")


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A throw-away server for whoever names this folder, as long as one of them is there; its template is not migrated yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "SYSTEM_HOME", SERVERS)
        with embedded.joined(folder, durable=False) as access:
            yield Cluster(access, folder)


def migrated(found: Cluster, revision: str = "head") -> Cluster:
    """The server with its template migrated by Alembic, once."""
    import fundapp.models  # noqa: F401

    with Instance.of(found.folder).locked("template.lock"), server.connect(found.access) as connection:
        if not found.has_template(server.DATABASE):
            migrate.migrate(server.url(found.access, server.OWNER), app_role=server.APP, metadata=Base.metadata, revision=revision)
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(server.DATABASE)))
    return found


@pytest.fixture(scope="session")
def empty_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The run's server, shared by all workers, removed by the last of them; its template is not migrated yet."""
    base = tmp_path_factory.getbasetemp()
    with running(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as found:
        yield found


@pytest.fixture(scope="session")
def cluster(empty_cluster: Cluster, request: pytest.FixtureRequest) -> Cluster:
    """The run's server with its template migrated by Alembic, once."""
    return migrated(empty_cluster, request.config.getoption("migrate_to"))


@pytest.fixture(scope="session")
def worker_database(cluster: Cluster) -> Iterator[OwnDatabase]:
    """This worker's clone. Use `session` or `database`: what they do is rolled back."""
    with cluster.clone() as database:
        yield database


@pytest.fixture
def connection(worker_database: OwnDatabase) -> Iterator[Connection]:
    """A connection as the application's role, in a transaction that is rolled back when the test ends."""
    with worker_database.engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def database(connection: Connection) -> Database:
    """A Database whose sessions all live inside the test's transaction."""
    return Database.on(connection)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session as the application's role; its commits are undone when the test ends."""
    with database.session() as session:
        yield session


@pytest.fixture
def own_database(cluster: Cluster) -> Iterator[OwnDatabase]:
    """A private clone, for tests that need several connections or a real commit. `.app_url` and `.owner_url` lead to it."""
    with cluster.clone() as database:
        yield database


@pytest.fixture
def counted(connection: Connection) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with counted() as made:` gathers the statements that reach the database, but for savepoints."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        made: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "SAVEPOINT" not in statement and "SET CONSTRAINTS" not in statement:
                made.append(statement)

        event.listen(connection.engine, "before_cursor_execute", note)
        try:
            yield made
        finally:
            event.remove(connection.engine, "before_cursor_execute", note)

    return counting

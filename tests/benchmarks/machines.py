"""Throw-away servers for benchmarks, every commit synced; with `slow`, to a disk whose every sync takes 2 ms longer."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from fundapp.core.db import Base, Database, transaction
from fundapp.database import embedded, migrate, place, server
from fundapp.database.instance import Access
from fundapp.ledger import signing
from fundapp.ledger.notes import Signer
from tests.builders import ledger as books

ORIGIN = "bench.example/ledger"
SLOWER_MICROSECONDS = 2_000
SHIM = f"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int slow(const char *name, int fd) {{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
    usleep({SLOWER_MICROSECONDS});
    return real(fd);
}}
int fsync(int fd) {{ return slow("fsync", fd); }}
int fdatasync(int fd) {{ return slow("fdatasync", fd); }}
"""

# The same rows into tables with the same columns and keys, and nothing that guards them.
FLOOR_TABLES = """
CREATE TABLE floor_entry (LIKE entry INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
CREATE TABLE floor_transfer (LIKE transfer INCLUDING INDEXES);
GRANT SELECT, INSERT ON floor_entry, floor_transfer TO fund_app;
"""
UNGUARDED = "ALTER TABLE entry DISABLE TRIGGER USER; ALTER TABLE transfer DISABLE TRIGGER USER"


@dataclass(frozen=True)
class Machine:
    """A server with a database of books to copy, and the key that signs for them."""

    access: Access
    signer: Signer

    def url(self, name: str, role: str = server.APP) -> str:
        """A database's address."""
        return server.url(self.access, role, name)

    def superuser_url(self, name: str) -> str:
        """A database's address for the server's own superuser."""
        return f"postgresql://{server.SUPERUSER}:{self.access.superuser}@127.0.0.1:{self.access.port}/{name}"

    def copy(self, name: str, *, owner_sql: str = "") -> str:
        """A fresh copy of the books under a name: its address for the application's role."""
        with server.connect(self.access) as connection:
            server.make_database(connection, name, server.DATABASE)
        if owner_sql:
            with psycopg.connect(self.url(name, server.OWNER)) as owner:
                owner.execute(owner_sql)
        return self.url(name)

    def empty_for_peer(self, name: str) -> str:
        """An empty database that its user may do anything in: its address."""
        with server.connect(self.access) as connection:
            server.make_database(connection, name)
        return self.url(name, server.OWNER)


@contextmanager
def machine(*, slow: bool = False) -> Iterator[Machine]:
    """A server with migrated books in its template, for as long as the block lasts."""
    import fundapp.models  # noqa: F401

    with tempfile.TemporaryDirectory() as folder, _disk(Path(folder), slow), embedded.joined(Path(folder)) as access:
        migrate.migrate(server.url(access, server.OWNER), app_role=server.APP, metadata=Base.metadata)
        with psycopg.connect(server.url(access, server.OWNER)) as owner:
            owner.execute(FLOOR_TABLES)
        signer = Signer.generate(ORIGIN)
        database = Database(server.url(access, server.APP))
        with database.session() as session, transaction(session):
            books.open_books(session)
            signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
        database.dispose()
        yield Machine(access, signer)


@contextmanager
def _disk(folder: Path, slow: bool) -> Iterator[None]:
    if not slow:
        yield
        return
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SystemExit("The slow disk needs a C compiler (Debian's gcc and libc6-dev): it stands between PostgreSQL and fsync.")
    source = folder / "slow.c"
    source.write_text(SHIM)
    # Where the server's own user can read it.
    library = Path(tempfile.mkdtemp(prefix="slow-disk-")) / "slow.so"
    library.parent.chmod(0o755)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    before = dict(place.ENVIRONMENT)
    place.ENVIRONMENT["LD_PRELOAD"] = os.fspath(library)
    try:
        yield
    finally:
        place.ENVIRONMENT.clear()
        place.ENVIRONMENT.update(before)
        shutil.rmtree(library.parent)

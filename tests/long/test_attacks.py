"""The rows of docs/ledger.md's attack table that need a server of their own: dumps put back, and bytes changed in its files."""

import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

import fundapp.models  # noqa: F401
from fundapp.core.db import Base, transaction
from fundapp.database import binaries, embedded, migrate, place, server
from fundapp.database.instance import Access, Instance
from fundapp.ledger import checkpoints
from fundapp.ledger.verify import Outside, verify
from tests.builders import ledger as books
from tests.support import attacks
from tests.support.attacks import FILES, FOUND, OUTSIDE, OWNER, SUPERUSER
from tests.support.postgres import OwnDatabase

OLDER = "put an older dump or copy back"


@dataclass
class Town:
    """A server of its own with a sealed ledger, which can be stopped and started."""

    server: server.Server
    access: Access

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.server.place.data

    def program(self, name: str) -> str:
        """One of PostgreSQL's programs, of the server's version, where the server's user can run it."""
        major = int((self.data / "PG_VERSION").read_text())
        return binaries.within_reach(binaries.find(major), self.server.place).program(name)

    def url(self, role: str) -> str:
        """The address of its database for one role."""
        if role == server.SUPERUSER:
            return f"postgresql://{role}:{self.access.superuser}@127.0.0.1:{self.access.port}/{server.DATABASE}"
        return server.url(self.access, role)

    @contextmanager
    def opened(self) -> Iterator[OwnDatabase]:
        """Its database, with no connection left afterwards."""
        database = OwnDatabase(self.url(server.APP), self.url(server.OWNER))
        try:
            yield database
        finally:
            database.dispose()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server for as long as the block lasts."""
        self.server.stop()
        yield
        self.access = self.server.ensure()

    def sentences(self, *outside: Outside) -> list[str]:
        """What a verification finds."""
        with self.opened() as database, database.session() as session:
            return [fault.sentence for fault in verify(session, origin=attacks.ORIGIN, outside=outside).faults]

    def file_of(self, table: str) -> Path:
        """The file that a table's rows are in."""
        with self.opened() as database, database.session() as session:
            return self.data / str(session.scalar(text("SELECT pg_relation_filepath(:name)"), {"name": table}))

    def goes_on(self) -> Outside:
        """More entries come, and somebody keeps the checkpoint over them."""
        with self.opened() as database, database.session() as session:
            with transaction(session):
                books.pay_in(session, 4_200, key="contribution:after-the-copy")
            size = attacks.seal(session, 1000)
            return Outside.parse("kept.txt", checkpoints.at(session, size).note)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A sealed ledger on a server that nobody else uses."""
    monkeypatch.setattr(place, "SYSTEM_HOME", Path("/var/lib/fundapp-tests"))
    with embedded.joined(tmp_path, durable=False) as access:
        found = Town(server.Server(place.choose(tmp_path, Instance.of(tmp_path)), durable=False), access)
        migrate.migrate(found.url(server.OWNER), app_role=server.APP, metadata=Base.metadata, revision="head")
        with found.opened() as database:
            attacks.make_town(database)
        assert found.sentences() == []
        yield found


def outcome(name: str, role: str) -> tuple[str, ...]:
    assert (name, role) in attacks.SLOW
    return next(attack.outcome[role] for attack in attacks.ATTACKS if attack.name == name)


def test_every_row_that_is_called_slow_is_tried_here() -> None:
    assert {(OLDER, OWNER), (OLDER, SUPERUSER), (OLDER, FILES), ("change an amount", FILES), ("empty a table", FILES)} == attacks.SLOW


@pytest.mark.parametrize("role", [OWNER, SUPERUSER])
def test_an_older_dump_is_found_by_whoever_kept_a_checkpoint(town: Town, tmp_path: Path, role: str) -> None:
    assert outcome(OLDER, role) == (OUTSIDE,)
    dump = tmp_path / "dump"
    url = town.url(server.OWNER if role == OWNER else server.SUPERUSER)
    run(town.program("pg_dump"), "--format=custom", f"--file={dump}", url)
    kept = town.goes_on()
    assert town.sentences(kept) == []
    run(town.program("pg_restore"), "--clean", "--if-exists", "--exit-on-error", f"--dbname={url}", str(dump))
    assert town.sentences() == []
    assert [sentence for sentence in town.sentences(kept) if "shorter than what was published: kept.txt" in sentence]
    # What is written afterwards does not make it whole again.
    with town.opened() as database, database.session() as session:
        with transaction(session):
            books.pay_in(session, 4_300, key="contribution:after-the-restore")
        attacks.seal(session, 1000)
    assert town.sentences() == []
    assert [sentence for sentence in town.sentences(kept) if "is not the one that was published" in sentence]


def test_an_older_copy_of_the_files_is_found_by_whoever_kept_a_checkpoint(town: Town, tmp_path: Path) -> None:
    assert outcome(OLDER, FILES) == (OUTSIDE,)
    copy = town.data.with_name("copy")
    with town.stopped():
        shutil.copytree(town.data, copy)
    kept = town.goes_on()
    assert town.sentences(kept) == []
    with town.stopped():
        shutil.rmtree(town.data)
        give(town, copy)
        copy.rename(town.data)
    assert town.sentences() == []
    assert [sentence for sentence in town.sentences(kept) if "shorter than what was published: kept.txt" in sentence]


def test_bytes_changed_in_a_file_are_found_by_the_page_s_checksum_and_then_by_the_fingerprint(town: Town) -> None:
    assert outcome("change an amount", FILES) == (FOUND,)
    file = town.file_of("transfer")
    with town.stopped():
        edit(file, lambda old: replaced(old, struct.pack("<q", 7_000), struct.pack("<q", 6_999)))
    told = town.sentences()
    assert any("could not be read: invalid page in block" in sentence for sentence in told), told
    # Whoever can change the bytes can make the checksums fit as well.
    with town.stopped():
        for verb in ("--disable", "--enable"):
            done = town.server.place.run([town.program("pg_checksums"), verb, "--no-sync", "-D", str(town.data)])
            assert done.returncode == 0
    told = town.sentences()
    assert any(sentence.startswith("Entry ") and "is not what was written" in sentence for sentence in told), told


def test_a_table_emptied_in_its_file_is_found(town: Town) -> None:
    assert outcome("empty a table", FILES) == (FOUND,)
    file = town.file_of("transfer")
    with town.stopped():
        edit(file, lambda _: b"")
    assert town.sentences()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env={"PATH": os.defpath})
    assert done.returncode == 0, done.stderr


def edit(file: Path, change: Callable[[bytes], bytes]) -> None:
    changed = change(file.read_bytes())
    with file.open("r+b") as written:
        written.truncate(0)
        written.write(changed)


def replaced(old: bytes, this: bytes, that: bytes) -> bytes:
    assert old.count(this) == 1
    return old.replace(this, that)


def give(town: Town, folder: Path) -> None:
    """Make everything in a copied folder the server's user's again."""
    for path in (folder, *folder.rglob("*")):
        town.server.place.give_to_runner(path)

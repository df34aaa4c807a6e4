"""The rows of docs/ledger.md's attack table that need a server of their own: dumps put back, and bytes changed in its files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import fundapp.models  # noqa: F401
from fundapp.core.db import Base, driver_url, transaction
from fundapp.database import binaries, embedded, migrate, place, server
from fundapp.database.instance import Access, Instance
from fundapp.ledger import checkpoints
from fundapp.ledger.verify import Outside, verify
from tests.builders import ledger as books
from tests.support import attack_files, attacks
from tests.support.attacks import EMPTIED, FILES, FOUND, OLDER, OUTSIDE, OWNER, SUPERUSER, Attack
from tests.support.postgres import SERVERS, OwnDatabase


@dataclass
class Town:
    """A server of its own with a sealed ledger, which can be stopped and started."""

    server: server.Server
    access: Access
    told: attacks.Town = field(init=False)

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

    def file_of(self, session: Session, table: str) -> Path:
        """The file that a table's rows are in."""
        name = session.scalar(text(table)) if table.startswith("SELECT") else table
        return self.data / str(session.scalar(text("SELECT pg_relation_filepath(:name)"), {"name": name}))

    def file(self, table: str) -> Path:
        """The same, of a server that runs."""
        with self.opened() as database, database.session() as session:
            return self.file_of(session, table)

    def checksums(self, verb: str) -> None:
        """Switch the pages' checksums on or off, as the server's user may while it is stopped."""
        done = self.server.place.run([self.program("pg_checksums"), verb, "--no-sync", "-D", str(self.data)])
        assert done.returncode == 0

    def keep_copy(self, name: str) -> None:
        """Copy the files of the stopped server."""
        shutil.copytree(self.data, self.data.with_name(name), dirs_exist_ok=True)

    def put_back(self, name: str) -> None:
        """Put a copy in the place of the stopped server's files."""
        shutil.rmtree(self.data)
        shutil.copytree(self.data.with_name(name), self.data)
        for path in (self.data, *self.data.rglob("*")):
            self.server.place.give_to_runner(path)

    def goes_on(self) -> Outside:
        """More entries come, and somebody keeps the checkpoint over them."""
        with self.opened() as database, database.session() as session:
            with transaction(session):
                books.pay_in(session, 4_200, key="contribution:after-the-copy")
            size = attacks.seal(session, 1000)
            return Outside.parse("kept.txt", checkpoints.at(session, size).note)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A sealed ledger on a server that nobody else uses, with a copy of its files beside it."""
    checkout = tmp_path_factory.mktemp("attacked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "SYSTEM_HOME", SERVERS)
        with embedded.joined(checkout, durable=False) as access:
            found = Town(server.Server(place.choose(checkout, Instance.of(checkout)), durable=False), access)
            migrate.migrate(found.url(server.OWNER), app_role=server.APP, metadata=Base.metadata, revision="head")
            with found.opened() as database:
                found.told = attacks.make_town(database)
            assert found.sentences() == []
            with found.stopped():
                found.keep_copy("pristine")
            yield found


@pytest.fixture
def town(standing: Town) -> Iterator[Town]:
    """The same; whatever a test does to its files is undone."""
    yield standing
    with standing.stopped():
        standing.put_back("pristine")


def outcome(name: str, role: str) -> tuple[str, ...]:
    assert (name, role) in attacks.SLOW
    return next(attack.outcome[role] for attack in attacks.ATTACKS if attack.name == name)


def test_every_row_that_is_called_slow_is_tried_here() -> None:
    with_files = {(name, FILES) for name in attack_files.PLANS}
    assert with_files | {(OLDER, OWNER), (OLDER, SUPERUSER), (OLDER, FILES), (EMPTIED, FILES)} == attacks.SLOW


@pytest.mark.parametrize("attack", [attack for attack in attacks.ATTACKS if attack.name in attack_files.PLANS], ids=lambda one: one.name)
def test_an_attack_on_the_files_ends_as_the_table_says(town: Town, attack: Attack) -> None:
    """Without checksums on the pages: whoever can change the bytes can make those fit as well."""
    engine = create_engine(driver_url(town.url(server.SUPERUSER)), poolclass=NullPool)
    with engine.connect() as connection, Session(connection) as session:
        plan = attack_files.PLANS[attack.name](session, town.told)
        paths = {edit.table: town.file_of(session, edit.table) for edit in plan}
    with town.stopped():
        town.checksums("--disable")
        for table, path in paths.items():
            attack_files.apply(path, [edit for edit in plan if edit.table == table])
    alone, compared = town.sentences(), town.sentences(town.told.kept)
    assert bool(alone) is (attack.outcome[FILES] == (FOUND,)), alone
    assert any(attack.words in sentence for sentence in compared), compared


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


def test_an_older_copy_of_the_files_is_found_by_whoever_kept_a_checkpoint(town: Town) -> None:
    assert outcome(OLDER, FILES) == (OUTSIDE,)
    kept = town.goes_on()
    assert town.sentences(kept) == []
    with town.stopped():
        town.put_back("pristine")
    assert town.sentences() == []
    assert [sentence for sentence in town.sentences(kept) if "shorter than what was published: kept.txt" in sentence]


def test_a_changed_page_is_not_read_until_its_checksum_fits_and_then_the_fingerprint_does_not(town: Town) -> None:
    path = town.file("transfer")
    with town.stopped():
        attack_files.apply(path, attack_files.edit_amount())
    told = town.sentences()
    assert any("could not be read: invalid page in block" in sentence for sentence in told), told
    with town.stopped():
        town.checksums("--disable")
        town.checksums("--enable")
    told = town.sentences()
    assert any(sentence.startswith("Entry ") and "is not what was written" in sentence for sentence in told), told


def test_a_table_emptied_in_its_file_is_found(town: Town) -> None:
    assert outcome(EMPTIED, FILES) == (FOUND,)
    path = town.file("transfer")
    with town.stopped():
        path.write_bytes(b"")
        town.server.place.give_to_runner(path)
    assert town.sentences()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env={"PATH": os.defpath})
    assert done.returncode == 0, done.stderr

"""A new key while the Fund is at work: everything is brought under it, whoever writes meanwhile and whatever is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import LargeBinary, insert, select, text, type_coerce
from sqlalchemy.orm import Session

from fundapp.cli import main
from fundapp.config import DEMO_PRIVATE_KEY
from fundapp.core import resealing
from fundapp.core.db import Base, Database, transaction
from fundapp.core.errors import FundError
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.core.vault import Unreadable, Vault, mark
from fundapp.gateways import Gateways
from fundapp.jobs import JobContext
from fundapp.jobs import resealing as job
from fundapp.people import queries
from fundapp.people.models import User
from tests.builders import people
from tests.support.postgres import OwnDatabase
from tests.support.web import environ_for, settings_for

NEW = "a-new-key-of-thirty-two-letters-at-least"
NAMES = ["Mara Quist", "Ondine Farr", "Pelle Dahl"]


@pytest.fixture
def town(own_database: OwnDatabase) -> OwnDatabase:
    """Three people under the old key."""
    with own_database.session() as session:
        for number, name in enumerate(NAMES):
            people.user(session, Role.KEY_WORKER, name=name, email=f"who-{number}@example.org")
    return own_database


@contextmanager
def opened(town: OwnDatabase, *keys: str) -> Iterator[Session]:
    database = Database(town.app_url, vault=Vault(keys))
    try:
        with database.session() as session:
            yield session
    finally:
        database.dispose()


def test_everything_comes_under_the_new_key_and_is_found_before_and_after(town: OwnDatabase) -> None:
    with opened(town, NEW, DEMO_PRIVATE_KEY) as session:
        assert _found(session) == NAMES
        before = resealing.count_by_key(session)
        assert set(before) == {mark(DEMO_PRIVATE_KEY)}
        session.rollback()
        done = resealing.reseal(session)
        assert (done.unreadable, done.clashing) == ({}, {})
        assert resealing.count_by_key(session) == {mark(NEW): before[mark(DEMO_PRIVATE_KEY)]}
        session.rollback()
        assert resealing.reseal(session).changed == 0
    with opened(town, NEW) as session:
        assert _found(session) == NAMES


def test_what_somebody_writes_while_keys_change_stays_as_they_wrote_it(town: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    with opened(town, DEMO_PRIVATE_KEY) as writer, opened(town, NEW, DEMO_PRIVATE_KEY) as session:
        person = queries.user_by_email(writer, "who-1@example.org")
        assert person
        person.name, person.email = "Ondine Farr-Bell", "ondine@example.org"
        writer.flush()
        # It waits for the row that is being written, and reads it anew.
        thread = threading.Thread(target=resealing.until_nobody_is_in_the_way, args=(session,), kwargs={"tries": 20})
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        writer.commit()
        thread.join(20)
        assert not thread.is_alive()
    with opened(town, NEW) as session:
        changed = queries.user_by_email(session, "ondine@example.org")
        assert changed
        assert changed.name == "Ondine Farr-Bell"
        assert queries.user_by_email(session, "who-1@example.org") is None


def test_killed_half_way_it_is_run_again(town: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    whole, rows = resealing._reseal_row, iter(range(2))

    def killed(*given: object) -> None:
        if next(rows, None) is None:
            raise KeyboardInterrupt
        whole(*given)  # type: ignore[arg-type]

    with opened(town, NEW, DEMO_PRIVATE_KEY) as session:
        with monkeypatch.context() as patch:
            patch.setattr(resealing, "_reseal_row", killed)
            with pytest.raises(KeyboardInterrupt):
                resealing.reseal(session)
        half = resealing.count_by_key(session)
        assert set(half) == {mark(NEW), mark(DEMO_PRIVATE_KEY)}
        # Half-way, everybody is found, and an address that is taken is taken.
        assert _found(session) == NAMES
        session.rollback()
        resealing.reseal(session)
        assert set(resealing.count_by_key(session)) == {mark(NEW)}


def test_a_row_that_no_key_of_ours_opens_is_left_as_it_is_and_counted(town: OwnDatabase) -> None:
    with opened(town, NEW) as session:
        before = _raw(session)
        done = resealing.reseal(session)
        assert done.changed == 0
        assert done.unreadable["user_account"] == len(NAMES)
        assert _raw(session) == before
        with pytest.raises(Unreadable):
            session.scalars(select(User)).all()


def test_two_rows_that_hold_one_address_are_told_and_stay_as_they_are(town: OwnDatabase) -> None:
    with opened(town, NEW, DEMO_PRIVATE_KEY) as session, transaction(session):
        # What two people at once can do while keys change: the database knows each address under another key.
        where = people.team(session)
        taken = {
            "email": "who-0@example.org",
            "email_index": "who-0@example.org",
            "name": "Again",
            "password_hash": "x",
            "team_id": where.id,
        }
        session.execute(insert(User).values(created_at=text("now()"), **taken))
    with opened(town, NEW, DEMO_PRIVATE_KEY) as session:
        done = resealing.reseal(session)
        assert done.clashing == {"user_account": 1}
        assert resealing.count_by_key(session)[mark(DEMO_PRIVATE_KEY)] == 2


def test_every_sealed_column_is_walked_and_every_index_has_its_source() -> None:
    walked = {one.table.name: one for one in resealing.sealed_tables()}
    assert {"user_account", "invitation", "grant_request", "evidence", "payment", "contribution", "checkpoint_reader"} <= set(walked)
    for table in Base.metadata.tables.values():
        indexes = {column.name for column in table.columns if type(column.type).__name__ in {"BlindIndex", "WordIndexes"}}
        assert indexes == set(walked[table.name].indexed if table.name in walked else {}), table.name
        for sources in walked[table.name].indexed.values() if indexes else ():
            assert set(sources) <= set(walked[table.name].sealed)


def test_the_job_may_write_every_column_that_it_has_to(town: OwnDatabase) -> None:
    may = text("SELECT has_column_privilege(:table, :column, 'UPDATE')")
    with town.session() as session:
        for one in resealing.sealed_tables():
            for column in (*one.sealed, *one.indexed):
                assert session.scalar(may, {"table": one.table.name, "column": column}), f"{one.table.name}.{column}"


def test_the_command_makes_a_key_counts_values_and_queues_the_job(town: OwnDatabase, tmp_path: Path) -> None:
    made = fundapp(town, tmp_path, DEMO_PRIVATE_KEY, "keys", "make")
    key = made.stdout.strip()
    assert len(key) >= 40
    assert key not in made.stderr
    again = fundapp(town, tmp_path, DEMO_PRIVATE_KEY, "keys", "rotate")
    assert again.exit_code == 1
    assert "fundapp keys make" in again.stderr
    assert _jobs(town) == []

    both = f"{key},{DEMO_PRIVATE_KEY}"
    assert "is still needed" in fundapp(town, tmp_path, both, "keys", "status").stderr
    asked = fundapp(town, tmp_path, both, "keys", "rotate")
    assert asked.exit_code == 0, asked.stderr
    assert _jobs(town) == [("keys.reseal", {"mark": mark(key).hex()})]

    with pytest.raises(FundError, match="was not restarted"):
        _work(town, tmp_path, DEMO_PRIVATE_KEY, mark(key).hex())
    _work(town, tmp_path, both, mark(key).hex())
    status = fundapp(town, tmp_path, both, "keys", "status")
    assert [line.split()[:2] for line in status.stdout.splitlines()] == [
        [mark(key).hex(), "newest"],
        [mark(DEMO_PRIVATE_KEY).hex(), "older"],
    ]
    assert "may be removed" in status.stderr
    assert key not in status.stdout + status.stderr + asked.stderr


def test_a_command_by_itself_knows_every_rooms_tables(town: OwnDatabase, tmp_path: Path) -> None:
    with town.session() as session:
        counted = resealing.count_by_key(session)[mark(DEMO_PRIVATE_KEY)]
    environ = {**os.environ, **environ_for(town, tmp_path, PRIVATE_KEYS=DEMO_PRIVATE_KEY)}
    code = "from fundapp.jobs_registry import ROOMS; from fundapp.core.resealing import sealed_tables; print(len(sealed_tables()))"
    walked = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert int(walked.stdout) == len(resealing.sealed_tables())
    told = subprocess.run([sys.executable, "-m", "fundapp.cli", "keys", "status"], env=environ, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [mark(DEMO_PRIVATE_KEY).hex(), "newest", str(counted)]


def test_an_old_key_that_was_removed_too_early_is_told_plainly(town: OwnDatabase, tmp_path: Path) -> None:
    for words in (["keys", "status"], ["keys", "rotate"], ["check"]):
        told = fundapp(town, tmp_path, NEW, *words)
        assert told.exit_code == 1
        assert "a key is missing from PRIVATE_KEYS" in told.stderr
        assert mark(DEMO_PRIVATE_KEY).hex() in told.stderr
    assert _jobs(town) == []
    assert "missing" in fundapp(town, tmp_path, NEW, "keys", "status").stdout


def fundapp(town: OwnDatabase, folder: Path, keys: str, *words: str) -> Result:
    done = CliRunner().invoke(main, list(words), env=environ_for(town, folder, PRIVATE_KEYS=keys))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def _work(town: OwnDatabase, folder: Path, keys: str, wanted: str) -> None:
    settings = settings_for(town, folder, PRIVATE_KEYS=keys)
    database = Database(town.app_url, vault=Vault(settings.private_keys))
    try:
        job.reseal(JobContext(settings, database, Gateways.build(settings), Keys(settings.secret_key, settings.private_keys)), mark=wanted)
    finally:
        database.dispose()


def _found(session: Session) -> list[str]:
    found = [queries.user_by_email(session, f" WHO-{number}@example.org") for number in range(len(NAMES))]
    return [person.name for person in found if person]


def _raw(session: Session) -> list[tuple[bytes, ...]]:
    return [tuple(row) for row in session.execute(select(type_coerce(User.name, LargeBinary), User.email_index).order_by(User.id))]


def _jobs(town: OwnDatabase) -> list[tuple[str, dict[str, str]]]:
    with town.session() as session:
        return [tuple(row) for row in session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))]

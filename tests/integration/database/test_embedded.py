"""The embedded server: started, joined, left; moved, copied and cloned again; tied to nobody's pipes."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from fundapp.config import Settings
from fundapp.database import embedded, place, server
from fundapp.database.faults import DatabaseFault
from fundapp.database.instance import Access, Instance


def runs(access: Access) -> bool:
    return server.listens(access)


def write_row(access: Access, text: str) -> None:
    with psycopg.connect(server.url(access, server.OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (words text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def rows(access: Access) -> list[str]:
    with psycopg.connect(server.url(access, server.OWNER)) as connection:
        return [row[0] for row in connection.execute("SELECT words FROM note ORDER BY 1")]


def test_the_one_who_started_it_stops_it_and_the_rows_are_kept(checkout: Path) -> None:
    with embedded.joined(checkout) as first:
        write_row(first, "kept")
    assert not runs(first)
    with embedded.joined(checkout) as second:
        assert second == first, "port and passwords stay"
        assert rows(second) == ["kept"]


def test_one_who_joined_leaves_it_running(checkout: Path) -> None:
    with embedded.joined(checkout) as first:
        with embedded.joined(checkout) as second:
            assert second == first
        assert runs(first)
    assert not runs(first)


def test_the_server_outlives_the_one_who_started_it_while_another_uses_it(checkout: Path) -> None:
    with ExitStack() as later:
        with embedded.joined(checkout) as first:
            later.enter_context(embedded.joined(checkout))
        assert runs(first)
    assert not runs(first)


def test_two_checkouts_have_two_databases(checkout: Path, tmp_path: Path) -> None:
    other = tmp_path / "another"
    other.mkdir()
    with embedded.joined(checkout) as one, embedded.joined(other) as two:
        write_row(one, "in one")
        write_row(two, "in two")
        assert one.port != two.port
        assert rows(two) == ["in two"]


def test_it_listens_on_loopback_only_asks_for_a_password_and_writes_through(checkout: Path) -> None:
    with embedded.joined(checkout) as access:
        with server.connect(access) as connection:
            settings = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
        assert settings["listen_addresses"] == "127.0.0.1"
        assert settings["unix_socket_directories"] == ""
        assert settings["password_encryption"] == "scram-sha-256"
        assert settings["fsync"] == settings["full_page_writes"] == settings["synchronous_commit"] == "on"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://fund_app@127.0.0.1:{access.port}/fund")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(f"postgresql://fund_app:guess@127.0.0.1:{access.port}/fund")


def test_what_lies_in_instance_is_for_its_owner_alone(checkout: Path) -> None:
    with embedded.joined(checkout):
        pass
    instance = checkout / "instance"
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    for path in instance.iterdir():
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    home = Path((instance / "database").read_text().strip())
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    if os.getuid() == 0:
        assert home.parent == place.SYSTEM_HOME
        assert home.owner() == "nobody"
    else:
        assert home == instance / "postgresql"


def test_a_checkout_that_was_moved_keeps_its_database(checkout: Path, tmp_path: Path) -> None:
    with embedded.joined(checkout) as access:
        write_row(access, "moved along")
    moved = checkout.rename(tmp_path / "elsewhere")
    with embedded.joined(moved) as access:
        assert rows(access) == ["moved along"]


def test_a_copied_checkout_gets_a_server_of_its_own(checkout: Path, tmp_path: Path) -> None:
    with embedded.joined(checkout) as one:
        write_row(one, "the first one's")
        copy = Path(shutil.copytree(checkout, tmp_path / "copy", symlinks=True))
        with embedded.joined(copy) as two:
            assert two.port != one.port
            with server.connect(one) as at_one, server.connect(two) as at_two:
                statement = "SHOW data_directory"
                assert at_one.execute(statement).fetchone() != at_two.execute(statement).fetchone()
        assert rows(one) == ["the first one's"]


def test_a_checkout_cloned_again_at_the_same_path_starts_afresh(checkout: Path) -> None:
    with embedded.joined(checkout) as access:
        write_row(access, "of the first clone")
    shutil.rmtree(checkout)
    checkout.mkdir()
    with embedded.joined(checkout) as access, server.connect(access, server.DATABASE) as connection:
        assert connection.execute("SELECT to_regclass('note')").fetchone() == (None,)
    if os.getuid() == 0:
        assert list(place.SYSTEM_HOME.glob("*.left-*")), "the first clone's books are set aside, not destroyed"


def test_a_port_that_somebody_else_took_is_given_up(checkout: Path) -> None:
    with embedded.joined(checkout) as first:
        pass
    import socket

    with socket.create_server(("127.0.0.1", first.port)), embedded.joined(checkout) as second:
        assert second.port != first.port
        assert runs(second)


def test_an_unfinished_cluster_is_made_again(checkout: Path) -> None:
    with embedded.joined(checkout):
        pass
    home = Path((checkout / "instance" / "database").read_text().strip())
    (home / "data").rename(home / "data.new")
    with embedded.joined(checkout) as access:
        assert runs(access)


def test_a_throw_away_server_leaves_nothing_behind(checkout: Path) -> None:
    with embedded.joined(checkout, durable=False) as access:
        home = Path((checkout / "instance" / "database").read_text().strip())
        assert home.is_dir()
    assert not runs(access)
    assert not home.exists()


def test_a_killed_server_is_revived_under_its_users(checkout: Path) -> None:
    with embedded.joined(checkout) as access:
        assert not embedded.revive(checkout)
        kill_server(checkout)
        assert embedded.revive(checkout)
        assert runs(access), "on the same port, so that its users find it"


def test_a_database_url_needs_no_server() -> None:
    settings = Settings.read({"DATABASE_URL": "postgresql://a@h/x", "MIGRATION_DATABASE_URL": "postgresql://o@h/x"})
    with embedded.running(settings) as urls:
        assert urls == embedded.Urls("postgresql://a@h/x", "postgresql://o@h/x")


def test_a_server_that_cannot_start_says_so_in_a_sentence(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded.joined(checkout):
        pass
    home = Path((checkout / "instance" / "database").read_text().strip())
    (home / "data" / "global" / "pg_control").unlink()
    monkeypatch.setattr(server, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(DatabaseFault, match="does not start"), embedded.joined(checkout):
        pass


def kill_server(checkout: Path) -> None:
    """As a power cut would: nobody of the server's has time to tidy up."""
    import signal
    import time

    home = Path((checkout / "instance" / "database").read_text().strip())
    pid = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while server.listens(Instance(checkout / "instance").access()) and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def nothing_left_running(checkout: Path) -> Iterator[None]:
    """No test leaves a server behind."""
    yield
    if (checkout / "instance" / "database.json").exists():
        assert not server.listens(Instance(checkout / "instance").access())

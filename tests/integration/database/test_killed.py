"""What a kill -9 leaves behind: no server without users, no pipe held open, every acknowledged row."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from fundapp.database import embedded, place, server
from fundapp.database.instance import Access, Instance

# A user of the server, in a process of its own: says when it is in, and stays until its input ends. Told to write, it writes one
# row after another, each its own transaction, and says each number once the database has acknowledged it.
USER = """
import sys
from pathlib import Path
import psycopg
from fundapp.database import embedded, place, server
checkout, home, writes = sys.argv[1:]
place.SYSTEM_HOME = Path(home)
with embedded.joined(Path(checkout)) as access:
    print("in", flush=True)
    if writes == "write":
        with psycopg.connect(server.url(access, server.OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS note (number int)")
            for number in range(1_000_000):
                connection.execute("INSERT INTO note VALUES (%s)", [number])
                print(number, flush=True)
    sys.stdin.read()
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(checkout: Path) -> Iterator[Start]:
    """Starts users of the checkout's server in processes of their own."""
    started: list[subprocess.Popen[str]] = []

    def run(writes: str = "wait") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USER, str(checkout), str(place.SYSTEM_HOME), writes]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "in\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def access_of(checkout: Path) -> Access:
    return Instance(checkout / "instance").access()


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def postmaster(checkout: Path) -> int:
    home = Path((checkout / "instance" / "database").read_text().strip())
    return int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def keeper(checkout: Path) -> int:
    return int((checkout / "instance" / embedded.KEEPER).read_text())


def test_a_killed_user_leaves_no_server_behind(checkout: Path, start: Start) -> None:
    user = start()
    assert server.listens(access_of(checkout))
    user.kill()
    wait_until(lambda: not server.listens(access_of(checkout)))


def test_a_killed_user_does_not_take_the_server_from_another(checkout: Path, start: Start) -> None:
    first, second = start(), start()
    first.kill()
    first.wait()
    time.sleep(0.5)
    assert server.listens(access_of(checkout))
    second.communicate("")
    assert not server.listens(access_of(checkout))


def test_a_killed_keeper_is_replaced_by_the_next_user(checkout: Path, start: Start) -> None:
    first = start()
    os.kill(keeper(checkout), signal.SIGKILL)
    second = start()
    for user in (first, second):
        user.kill()
    wait_until(lambda: not server.listens(access_of(checkout)))


def test_whoever_reads_a_commands_output_does_not_wait_for_the_server(checkout: Path, start: Start) -> None:
    first = start()
    with embedded.joined(checkout):
        began = time.monotonic()
        first.communicate("")
        assert time.monotonic() - began < 5, "the server or its keeper holds the pipe"
        assert server.listens(access_of(checkout))


def test_after_killing_everything_every_acknowledged_row_is_there(checkout: Path, start: Start) -> None:
    user = start("write")
    assert user.stdout
    acknowledged = [int(user.stdout.readline()) for _ in range(200)]
    for pid in (postmaster(checkout), keeper(checkout), user.pid):
        os.kill(pid, signal.SIGKILL)
    acknowledged += [int(line) for line in user.stdout.read().split("\n") if line.isdigit()]
    began = time.monotonic()
    with embedded.joined(checkout) as access, psycopg.connect(server.url(access, server.OWNER)) as connection:
        assert time.monotonic() - began < 10
        kept = {row[0] for row in connection.execute("SELECT number FROM note")}
    assert set(acknowledged) <= kept


def test_a_dead_servers_number_that_nobody_collected_does_not_keep_the_next_from_starting(checkout: Path) -> None:
    with embedded.joined(checkout):
        data = Path((checkout / "instance" / "database").read_text().strip()) / "data"
        lock = (data / "postmaster.pid").read_text().splitlines()
    # As in a container whose first process never waits for its children.
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    wait_until(lambda: Path(f"/proc/{zombie.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
    (data / "postmaster.pid").write_text("\n".join([str(zombie.pid), *lock[1:]]) + "\n")
    began = time.monotonic()
    with embedded.joined(checkout) as access:
        assert server.listens(access)
        assert time.monotonic() - began < server.PATIENCE_SECONDS
    zombie.wait()


def test_commands_that_start_at_once_share_one_server(checkout: Path) -> None:
    command = [sys.executable, "-c", USER, str(checkout), str(place.SYSTEM_HOME), "wait"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    users = [subprocess.Popen(command, text=True, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for user in users:
        assert user.stdout.readline() == "in\n"
    pid = postmaster(checkout)
    assert [user.communicate("")[0] for user in users[:3]] == [""] * 3
    assert postmaster(checkout) == pid
    users[3].communicate("")
    assert not server.listens(access_of(checkout))
